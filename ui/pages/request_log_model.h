// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QAbstractTableModel>

#include <deque>

namespace signalbox {

//! The last attempts against the server, newest first, at most kLimit. Main thread.
class RequestLogModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RequestLogModel)

public:
    static constexpr int kLimit = 2000;
    enum Column : int { Time, Verb, Path, Status, Millis, Attempt, Class, Detail, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void add(const AttemptRecord &record);
    void clear();
    [[nodiscard]] qint64 total() const { return m_total; } //!< Also those that were dropped.
    [[nodiscard]] const AttemptRecord &record(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::deque<AttemptRecord> m_records; // newest first
    qint64 m_total = 0;
};

} // namespace signalbox
