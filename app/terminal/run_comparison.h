// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/output.h"
#include "core/mlflow/entities.h"

#include <QtCore/QJsonValue>
#include <QtCore/QList>
#include <QtCore/QString>

namespace signalbox {

//! One param, metric or tag across the compared runs; null where a run lacks it.
struct ComparedRow {
    QString kind; //!< "param", "metric" or "tag".
    QString key;
    QList<QJsonValue> values; //!< In the order of the runs.
    [[nodiscard]] bool differs() const;
};

//! Params, then metrics, then tags, each by name. Tags that only MLflow itself reads are left out.
[[nodiscard]] QList<ComparedRow> comparedRows(const QList<mlflow::Run> &runs);
void printComparison(Output &out, const QList<mlflow::Run> &runs, bool allRows);

} // namespace signalbox
