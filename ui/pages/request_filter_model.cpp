// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/request_filter_model.h"

#include "ui/pages/request_log_model.h"

#include <numeric>

namespace signalbox {

RequestFilterModel::RequestFilterModel(RequestLogModel &log, QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_log(log)
{
    setSourceModel(&log);
}

void RequestFilterModel::setText(const QString &text)
{
    m_text = text.trimmed();
    invalidateFilter();
}

void RequestFilterModel::setOnlyFailures(bool only)
{
    m_onlyFailures = only;
    invalidateFilter();
}

void RequestFilterModel::setClass(std::optional<RequestClass> requestClass)
{
    m_class = requestClass;
    invalidateFilter();
}

QList<AttemptRecord> RequestFilterModel::records(const QList<int> &rows) const
{
    QList<int> wanted = rows;
    if (wanted.isEmpty()) {
        wanted.resize(rowCount());
        std::iota(wanted.begin(), wanted.end(), 0);
    }
    QList<AttemptRecord> out;
    out.reserve(wanted.size());
    for (const int row : wanted)
        out.append(m_log.record(mapToSource(index(row, 0)).row()));
    return out;
}

bool RequestFilterModel::filterAcceptsRow(int row, const QModelIndex &) const
{
    const AttemptRecord &record = m_log.record(row);
    if (m_class && record.requestClass != *m_class)
        return false;
    if (m_onlyFailures && record.status >= 200 && record.status < 400)
        return false;
    if (m_text.isEmpty())
        return true;
    const auto has = [this](const QString &text) {
        return text.contains(m_text, Qt::CaseInsensitive);
    };
    return has(record.path) || has(nameOf(record.verb)) || has(record.error)
        || has(record.requestId) || has(QString::number(record.status));
}

} // namespace signalbox
