// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QVariant>

namespace signalbox {

//! What one column of the runs table shows: a fixed attribute, or a metric, param or tag by name.
struct RunColumn {
    enum class Kind : quint8 { Name, Status, Started, Duration, User, Metric, Param, Tag };
    Kind kind = Kind::Name;
    QString key; //!< For the last three kinds.

    [[nodiscard]] QString title() const;
    //! Stable text for settings: "metric:test_roc_auc".
    [[nodiscard]] QString id() const;
    [[nodiscard]] static std::optional<RunColumn> fromId(const QString &id);
    //! The server's order_by key, or empty when the server cannot sort by it.
    [[nodiscard]] QString orderBy() const;
    //! double for metrics and numeric params, else text; invalid when the run lacks it.
    [[nodiscard]] QVariant rawValue(const mlflow::Run &run) const;
    //! What the cell shows; running durations and ages as of `nowMs`.
    [[nodiscard]] QString text(const mlflow::Run &run, qint64 nowMs) const;
    [[nodiscard]] bool isNumeric() const;
    friend bool operator==(const RunColumn &, const RunColumn &) = default;
};

//! Every metric, param and tag name seen so far, sorted; for the column chooser.
struct RunKeys {
    QStringList metrics;
    QStringList params;
    QStringList tags;
    //! True when `runs` brought new names. Tags that MLflow keeps for itself are left out.
    bool add(const QList<mlflow::Run> &runs);
};

//! Nothing of what a table shows of them differs.
[[nodiscard]] bool looksTheSame(const mlflow::Run &a, const mlflow::Run &b);
//! Name, status, started, duration.
[[nodiscard]] QList<RunColumn> fixedRunColumns();
//! The fixed ones plus what people look at first: test metrics, then params that differ.
[[nodiscard]] QList<RunColumn> defaultRunColumns(const QList<mlflow::Run> &runs);
//! Metric names, the most telling first (test before validation before the rest, losses after
//! scores).
[[nodiscard]] QStringList rankedMetrics(const QStringList &names);
//! The metric that stands for a model: test_roc_auc, test_f1_weighted, test_r2, or the first
//! ranked.
[[nodiscard]] QString headlineMetric(const mlflow::Run &run);

} // namespace signalbox
