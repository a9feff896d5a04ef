// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/breaker_history.h"

#include "ui/models/formatters.h"
#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QDateTime>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

void BreakerHistory::begin(BreakerState state, qint64 nowMs)
{
    beginResetModel();
    m_periods.clear();
    m_periods.push_front({nowMs, state, {}, false});
    m_total = 0;
    endResetModel();
}

void BreakerHistory::clear()
{
    beginResetModel();
    m_periods.clear();
    m_total = 0;
    endResetModel();
}

void BreakerHistory::add(const Transition &transition, qint64 nowMs)
{
    ++m_total;
    if (rowCount() >= kLimit) {
        beginRemoveRows({}, kLimit - 1, kLimit - 1);
        m_periods.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_periods.push_front({nowMs, transition.to, transition.reason, transition.manual});
    endInsertRows();
    if (rowCount() > 1)
        Q_EMIT dataChanged(index(1, Lasted), index(1, Lasted)); // it has an end now
}

const BreakerPeriod &BreakerHistory::period(int row) const
{
    return m_periods.at(static_cast<std::size_t>(row));
}

qint64 BreakerHistory::endOf(int row, qint64 nowMs) const
{
    return row == 0 ? nowMs : period(row - 1).fromMs;
}

int BreakerHistory::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_periods.size());
}

int BreakerHistory::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString BreakerHistory::textOf(int row, int column) const
{
    const BreakerPeriod &p = period(row);
    switch (static_cast<Column>(column)) {
    case Time:
        return format::timeOfDay(p.fromMs);
    case State:
        return nameOf(p.state);
    case Lasted:
        if (row == 0)
            return tr("until now");
        return format::duration(std::chrono::milliseconds(endOf(row, 0) - p.fromMs));
    case Why:
        if (!p.reason.isEmpty())
            return format::oneLine(p.reason);
        return p.manual ? tr("by hand") : tr("the connection began");
    case ColumnCount:
        break;
    }
    return {};
}

QString BreakerHistory::sentence(int row, qint64 nowMs) const
{
    const BreakerPeriod &p = period(row);
    const std::chrono::milliseconds lasted{endOf(row, nowMs) - p.fromMs};
    return tr("%1 from %2, %3: %4")
        .arg(nameOf(p.state), format::timeOfDay(p.fromMs), format::duration(lasted),
            textOf(row, Why));
}

QVariant BreakerHistory::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const QString text = textOf(index.row(), index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text;
    case Qt::ToolTipRole:
        return plainToolTip(text);
    case RawValueRole:
        return index.column() == Time
            ? QDateTime::fromMSecsSinceEpoch(period(index.row()).fromMs, Qt::UTC)
                  .toString(Qt::ISODateWithMs)
            : text;
    case kPillRole:
        return index.column() == State
            ? QVariant::fromValue(pillForBreaker(period(index.row()).state))
            : QVariant();
    case MonospaceRole:
        return index.column() == Time;
    case Qt::TextAlignmentRole:
        return alignment(index.column() == Lasted);
    case Qt::ForegroundRole:
        return index.column() == Time || index.column() == Lasted
            ? QVariant(Theme::instance().colours().muted)
            : QVariant();
    default:
        return {};
    }
}

QVariant BreakerHistory::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(section == Lasted);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("From"), tr("State"), tr("Lasted"), tr("Why")};
    return names.at(static_cast<std::size_t>(section));
}

} // namespace signalbox
