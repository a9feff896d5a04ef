// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/request_log_model.h"

#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QDateTime>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString textOf(const AttemptRecord &record, int column)
{
    switch (static_cast<RequestLogModel::Column>(column)) {
    case RequestLogModel::Time:
        return QDateTime::fromMSecsSinceEpoch(record.timeMs).toString(u"HH:mm:ss.zzz"_s);
    case RequestLogModel::Verb:
        return nameOf(record.verb);
    case RequestLogModel::Path:
        return record.path;
    case RequestLogModel::Status:
        return record.status > 0 ? QString::number(record.status) : u"–"_s;
    case RequestLogModel::Millis:
        return QString::number(record.elapsed.count());
    case RequestLogModel::Attempt:
        return QString::number(record.attempt);
    case RequestLogModel::Class:
        return nameOf(record.requestClass);
    case RequestLogModel::Detail:
        return record.error.isEmpty() ? record.requestId : record.error;
    case RequestLogModel::ColumnCount:
        break;
    }
    return {};
}

bool isNumber(int column)
{
    return column == RequestLogModel::Status || column == RequestLogModel::Millis
        || column == RequestLogModel::Attempt;
}

QVariant rawValue(const AttemptRecord &record, int column)
{
    if (column == RequestLogModel::Time)
        return QDateTime::fromMSecsSinceEpoch(record.timeMs, Qt::UTC).toString(Qt::ISODateWithMs);
    if (column == RequestLogModel::Millis)
        return static_cast<qint64>(record.elapsed.count());
    return textOf(record, column);
}

QVariant colourOf(const AttemptRecord &record, int column)
{
    const Colours &c = Theme::instance().colours();
    const bool failed = !record.error.isEmpty() || record.status >= 400;
    if (failed && (column == RequestLogModel::Status || column == RequestLogModel::Detail))
        return record.status > 0 && record.status < 500 ? c.warning : c.bad;
    if (column == RequestLogModel::Time || column == RequestLogModel::Detail
        || column == RequestLogModel::Class
        || (column == RequestLogModel::Attempt && record.attempt == 1))
        return c.muted;
    return {};
}

} // namespace

void RequestLogModel::add(const AttemptRecord &record)
{
    ++m_total;
    if (static_cast<int>(m_records.size()) >= kLimit) {
        beginRemoveRows({}, kLimit - 1, kLimit - 1);
        m_records.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_records.push_front(record);
    endInsertRows();
}

void RequestLogModel::clear()
{
    beginResetModel();
    m_records.clear();
    m_total = 0;
    endResetModel();
}

const AttemptRecord &RequestLogModel::record(int row) const
{
    return m_records.at(static_cast<std::size_t>(row));
}

int RequestLogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_records.size());
}

int RequestLogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RequestLogModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const AttemptRecord &record = m_records.at(static_cast<std::size_t>(index.row()));
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return textOf(record, column);
    case Qt::ToolTipRole:
        return plainToolTip(textOf(record, column));
    case RawValueRole:
        return rawValue(record, column);
    case MonospaceRole:
        return isNumber(column) || column == Time || column == Path;
    case Qt::TextAlignmentRole:
        return alignment(isNumber(column));
    case Qt::ForegroundRole:
        return colourOf(record, column);
    default:
        return {};
    }
}

QVariant RequestLogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(isNumber(section));
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("Time"), tr("Verb"), tr("Path"), tr("Status"),
        tr("ms"), tr("Attempt"), tr("Class"), tr("Request id or error")};
    return names.at(static_cast<std::size_t>(section));
}

} // namespace signalbox
