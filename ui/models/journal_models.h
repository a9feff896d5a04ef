// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/journal_types.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QList>

namespace signalbox {

//! What waits of one run, or of one registered model.
struct PendingRun {
    LocalRunId run;
    RunId runId; //!< Empty until the server has created it.
    QString name;
    int batches = 0; //!< Values, tags, inputs, ends: everything that is no file.
    qint64 points = 0;
    int files = 0;
    qint64 sinceMs = 0; //!< Of its oldest entry.
    JournalItemState state = JournalItemState::Pending; //!< The most telling of its entries.
    QString why; //!< The last try that failed; empty while nothing did.
    friend bool operator==(const PendingRun &, const PendingRun &) = default;
};

//! One entry per run of `items`, in their order; parked entries are left out.
[[nodiscard]] QList<PendingRun> pendingByRun(const QList<JournalItem> &items);

//! What waits per run. Main thread.
class PendingRunsModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PendingRunsModel)

public:
    enum Column : int { Name, State, Points, Batches, Files, Since, Why, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setRuns(QList<PendingRun> runs);
    [[nodiscard]] const PendingRun &run(int row) const { return m_runs.at(row); }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<PendingRun> m_runs;
};

/*! What the server refused for good. Rows that stay keep their place, so that a selection survives
 *  a refresh. Main thread. */
class ParkedModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParkedModel)

public:
    enum Column : int { What, Run, Since, Attempts, Why, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    //! Takes the parked ones of `items`, ordered by sequence as the journal gives them.
    void setItems(const QList<JournalItem> &items);
    [[nodiscard]] const JournalItem &item(int row) const { return m_items.at(row); }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<JournalItem> m_items;
};

} // namespace signalbox
