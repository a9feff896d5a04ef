// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QHash>

namespace signalbox {

//! A handful of runs for the overview. Main thread.
class RecentRunsModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecentRunsModel)

public:
    enum Column : int { Name, Experiment, Status, Started, Duration, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setRuns(QList<mlflow::Run> runs, QHash<ExperimentId, QString> experiments);
    [[nodiscard]] RunId runAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<mlflow::Run> m_runs;
    QHash<ExperimentId, QString> m_experiments;
};

} // namespace signalbox
