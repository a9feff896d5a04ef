// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/resilience/breaker_core.h"

#include <QtCore/QAbstractTableModel>

#include <deque>

namespace signalbox {

//! A stretch of time in one breaker state.
struct BreakerPeriod {
    qint64 fromMs = 0; //!< UTC epoch milliseconds.
    BreakerState state = BreakerState::Closed;
    QString reason; //!< Why it began; empty for the first.
    bool manual = false; //!< A person asked for it.
};

/*! The breaker's states over time, newest first, at most kLimit: a table for people, periods for
 *  the timeline. Main thread. */
class BreakerHistory final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BreakerHistory)

public:
    static constexpr int kLimit = 500;
    enum Column : int { Time, State, Lasted, Why, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    //! Forgets everything; a breaker in this state is watched from now on.
    void begin(BreakerState state, qint64 nowMs);
    void clear();
    void add(const Transition &transition, qint64 nowMs);
    [[nodiscard]] const BreakerPeriod &period(int row) const; //!< Row 0 is the present one.
    //! When period `row` ended: the next one's beginning, or `nowMs` for the present one.
    [[nodiscard]] qint64 endOf(int row, qint64 nowMs) const;
    [[nodiscard]] qint64 transitions() const { return m_total; } //!< Also those that were dropped.

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    //! "open from 14:05:09, 12 s: five requests in a row failed"
    [[nodiscard]] QString sentence(int row, qint64 nowMs) const;

private:
    [[nodiscard]] QString textOf(int row, int column) const;
    std::deque<BreakerPeriod> m_periods; // newest first
    qint64 m_total = 0;
};

} // namespace signalbox
