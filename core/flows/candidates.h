// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QStringList>

namespace signalbox {

//! What is known about an algorithm before any data has been seen.
struct Candidate {
    QString name;
    QString family; //!< "causal_ml", "gradient_boosting", "ensemble", "linear"
    QStringList problems; //!< binary, multiclass, regression
    QStringList strengths; //!< Phrases for the rationale.
    double latencyMs = 0.0;
    double memoryGb = 0.0;
    double interpretability = 0.0; //!< 0 to 1
    double scalability = 0.0; //!< 0 to 1
    [[nodiscard]] bool isCausal() const;
    [[nodiscard]] bool isLinearBaseline() const;
};

//! The eight algorithms of the selector, in a fixed order that decides ties.
[[nodiscard]] const QList<Candidate> &allCandidates();
//! Case-insensitive; InvalidInput that lists the known names.
[[nodiscard]] Result<Candidate> candidateNamed(const QString &name);
//! The same for a list of names; gives them in their proper spelling.
[[nodiscard]] Result<QStringList> candidateNames(const QStringList &names);

//! How well an algorithm did so far on problems of a kind, 0 to 1.
using History = QMap<QString, double>;
//! What is assumed before there are runs to learn from.
[[nodiscard]] History defaultHistory(const QString &problem);
//! The test metric that stands for success: "test_roc_auc", "test_f1_weighted", "test_r2".
[[nodiscard]] QString primaryMetric(const QString &problem);

} // namespace signalbox
