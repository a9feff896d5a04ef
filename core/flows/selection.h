// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/constraints.h"

#include <QtCore/QJsonObject>

namespace signalbox {

//! What the selector is asked, with every name in its proper spelling.
struct SelectionCriteria {
    QString problem; //!< binary, multiclass or regression
    QList<Constraint> constraints;
    QStringList prefer;
    QStringList exclude;
    QStringList available; //!< What the engine can run on this problem.
    bool hasTreatment = false;
    qint64 rows = 0;
};

struct Excluded {
    QString algorithm;
    QString reason;
};

struct Filtered {
    QList<Candidate> candidates;
    QList<Excluded> excluded;
    QStringList relaxed; //!< Conditions given up because nothing met them.
};

/*! Pure. Removes what does not fit and says why. When no candidate meets the conditions, the linear
 *  baselines stay and the conditions given up are named; exclusions are never given up. */
[[nodiscard]] Filtered filterCandidates(const SelectionCriteria &criteria);

//! The parts of a score; they add up to it before it is clamped to 0..1.
struct ScoreParts {
    double history = 0.0;
    double speed = 0.0;
    double memory = 0.0;
    double interpretability = 0.0;
    double causal = 0.0;
    double preference = 0.0;
    double scalability = 0.0;
    [[nodiscard]] double total() const;
    [[nodiscard]] QJsonObject toJson() const;
};

//! What cross-validation said about a candidate.
struct Benchmark {
    bool ok = false;
    double score = 0.0; //!< 0 to 1, higher is better, whatever the metric.
    QJsonObject details; //!< As the engine reported it, with the metric's name.
};

struct Ranked {
    Candidate candidate;
    ScoreParts parts;
    double score = 0.0;
    std::optional<Benchmark> benchmark;
    std::optional<double> combined; //!< Only of benchmarked candidates.
    [[nodiscard]] QJsonObject toJson() const;
};

[[nodiscard]] ScoreParts scoreOf(
    const Candidate &candidate, const SelectionCriteria &criteria, const History &history);
//! Pure. Highest score first; ties keep the order of the candidates.
[[nodiscard]] QList<Ranked> rankCandidates(
    const QList<Candidate> &candidates, const SelectionCriteria &criteria, const History &history);
//! 0.6 of the selection score and 0.4 of the benchmark; a failed benchmark counts as nothing.
[[nodiscard]] double combinedScore(double selection, const Benchmark &benchmark);
/*! Pure. Adds the benchmarks of `result` (the engine's answer) and orders anew: benchmarked
 *  candidates by combined score, then the others by score, then the ones whose benchmark failed. */
[[nodiscard]] QList<Ranked> withBenchmarks(QList<Ranked> ranked, const QJsonObject &result);

} // namespace signalbox
