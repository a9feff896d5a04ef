// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/request_filter_model.h"

#include "ui/pages/request_log_model.h"

namespace signalbox {

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

bool RequestFilterModel::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    const QAbstractItemModel *source = sourceModel();
    const auto text = [&](int column) {
        return source->index(row, column, parent).data().toString();
    };
    if (m_onlyFailures) {
        const int status = text(RequestLogModel::Status).toInt();
        if (status >= 200 && status < 400)
            return false;
    }
    if (m_text.isEmpty())
        return true;
    for (int column = 0; column < RequestLogModel::ColumnCount; ++column) {
        if (text(column).contains(m_text, Qt::CaseInsensitive))
            return true;
    }
    return false;
}

} // namespace signalbox
