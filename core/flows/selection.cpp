// SPDX-License-Identifier: Apache-2.0
#include "core/flows/selection.h"

#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr double kHistoryWeight = 0.40;
constexpr double kSpeedWeight = 0.20;
constexpr double kMemoryWeight = 0.15;
constexpr double kInterpretabilityWeight = 0.15;
constexpr double kCausalBonus = 0.10;
constexpr double kCausalMalus = -0.15;
constexpr double kPreferenceBonus = 0.10;
constexpr double kScalabilityMalus = -0.10;
constexpr double kSlowestMs = 200.0;
constexpr double kMostMemoryGb = 16.0;
constexpr qint64 kManyRows = 100'000;
constexpr double kUnknownHistory = 0.5;
constexpr double kSelectionShare = 0.6;
constexpr double kBenchmarkShare = 0.4;

//! Why a candidate cannot be used at all, conditions aside.
QString reasonAgainst(const Candidate &candidate, const SelectionCriteria &criteria)
{
    if (!candidate.problems.contains(criteria.problem))
        return u"is not made for "_s % criteria.problem % u" problems"_s;
    if (candidate.isCausal() && !criteria.hasTreatment)
        return u"needs a treatment column"_s;
    if (!criteria.available.contains(candidate.name))
        return u"is not part of the installed engine"_s;
    if (criteria.exclude.contains(candidate.name))
        return u"excluded on request"_s;
    return {};
}

QString conditionAgainst(const Candidate &candidate, const SelectionCriteria &criteria)
{
    for (const Constraint &constraint : criteria.constraints) {
        if (!constraint.admits(candidate))
            return constraint.reasonAgainst(candidate) % u" ("_s % constraint.text % u')';
    }
    return {};
}

//! Nothing met the conditions: the linear baselines come back, and the conditions are named.
void relax(
    Filtered &filtered, const QList<Candidate> &failedConditions, const SelectionCriteria &criteria)
{
    for (const Candidate &candidate : failedConditions) {
        if (!candidate.isLinearBaseline())
            continue;
        filtered.candidates.append(candidate);
        filtered.excluded.removeIf(
            [&candidate](const Excluded &e) { return e.algorithm == candidate.name; });
    }
    if (filtered.candidates.isEmpty())
        return;
    for (const Constraint &constraint : criteria.constraints) {
        if (!constraint.admits(filtered.candidates.first()))
            filtered.relaxed.append(constraint.text);
    }
}

//! 0 benchmarked, 1 not benchmarked, 2 failed.
int group(const Ranked &ranked)
{
    if (!ranked.benchmark)
        return 1;
    return ranked.benchmark->ok ? 0 : 2;
}

bool before(const Ranked &a, const Ranked &b)
{
    if (group(a) != group(b))
        return group(a) < group(b);
    return a.combined.value_or(a.score) > b.combined.value_or(b.score);
}

Benchmark benchmarkFrom(const QJsonObject &entry, const QJsonObject &result)
{
    Benchmark benchmark;
    benchmark.ok = entry.value(u"ok"_s).toBool();
    benchmark.score =
        benchmark.ok ? std::clamp(numberFrom(entry.value(u"score"_s)), 0.0, 1.0) : 0.0;
    benchmark.details = entry;
    benchmark.details.remove(u"name"_s);
    for (const QString &key : {u"metric"_s, u"direction"_s, u"score_metric"_s, u"folds"_s})
        benchmark.details.insert(key, result.value(key));
    return benchmark;
}

} // namespace

Filtered filterCandidates(const SelectionCriteria &criteria)
{
    Filtered filtered;
    QList<Candidate> failedConditions;
    for (const Candidate &candidate : allCandidates()) {
        QString reason = reasonAgainst(candidate, criteria);
        if (reason.isEmpty()) {
            reason = conditionAgainst(candidate, criteria);
            if (!reason.isEmpty())
                failedConditions.append(candidate);
        }
        if (reason.isEmpty())
            filtered.candidates.append(candidate);
        else
            filtered.excluded.append({candidate.name, reason});
    }
    if (filtered.candidates.isEmpty())
        relax(filtered, failedConditions, criteria);
    return filtered;
}

double ScoreParts::total() const
{
    const double sum =
        history + speed + memory + interpretability + causal + preference + scalability;
    return std::clamp(sum, 0.0, 1.0);
}

QJsonObject ScoreParts::toJson() const
{
    return {{u"history"_s, history}, {u"speed"_s, speed}, {u"memory"_s, memory},
        {u"interpretability"_s, interpretability}, {u"causal"_s, causal},
        {u"preference"_s, preference}, {u"scalability"_s, scalability}};
}

QJsonObject Ranked::toJson() const
{
    return {{u"algorithm"_s, candidate.name}, {u"score"_s, score},
        {u"combined_score"_s, combined ? QJsonValue(*combined) : QJsonValue()},
        {u"components"_s, parts.toJson()},
        {u"benchmark"_s, benchmark ? QJsonValue(benchmark->details) : QJsonValue()}};
}

ScoreParts scoreOf(
    const Candidate &candidate, const SelectionCriteria &criteria, const History &history)
{
    ScoreParts parts;
    parts.history = kHistoryWeight * history.value(candidate.name, kUnknownHistory);
    parts.speed = kSpeedWeight * std::max(0.0, 1.0 - candidate.latencyMs / kSlowestMs);
    parts.memory = kMemoryWeight * std::max(0.0, 1.0 - candidate.memoryGb / kMostMemoryGb);
    parts.interpretability = kInterpretabilityWeight * candidate.interpretability;
    if (candidate.isCausal())
        parts.causal = criteria.hasTreatment ? kCausalBonus : kCausalMalus;
    if (criteria.prefer.contains(candidate.name))
        parts.preference = kPreferenceBonus;
    if (criteria.rows > kManyRows && candidate.scalability < 0.5)
        parts.scalability = kScalabilityMalus;
    return parts;
}

QList<Ranked> rankCandidates(
    const QList<Candidate> &candidates, const SelectionCriteria &criteria, const History &history)
{
    QList<Ranked> ranked;
    for (const Candidate &candidate : candidates) {
        Ranked entry;
        entry.candidate = candidate;
        entry.parts = scoreOf(candidate, criteria, history);
        entry.score = entry.parts.total();
        ranked.append(entry);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
        [](const Ranked &a, const Ranked &b) { return a.score > b.score; });
    return ranked;
}

double combinedScore(double selection, const Benchmark &benchmark)
{
    return kSelectionShare * selection + kBenchmarkShare * (benchmark.ok ? benchmark.score : 0.0);
}

QList<Ranked> withBenchmarks(QList<Ranked> ranked, const QJsonObject &result)
{
    for (const QJsonValue &value : result.value(u"candidates"_s).toArray()) {
        const QJsonObject entry = value.toObject();
        for (Ranked &candidate : ranked) {
            if (candidate.candidate.name != entry.value(u"name"_s).toString())
                continue;
            candidate.benchmark = benchmarkFrom(entry, result);
            candidate.combined = combinedScore(candidate.score, *candidate.benchmark);
        }
    }
    std::stable_sort(ranked.begin(), ranked.end(), before);
    return ranked;
}

} // namespace signalbox
