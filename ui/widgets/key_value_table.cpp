// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/key_value_table.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHeaderView>

using namespace Qt::StringLiterals;

namespace signalbox {

void KeyValueModel::setRows(QList<KeyValue> rows)
{
    if (rows == m_rows)
        return;
    beginResetModel();
    m_rows = std::move(rows);
    applyFilter();
    endResetModel();
}

void KeyValueModel::setFilter(const QString &text)
{
    beginResetModel();
    m_filter = text.trimmed();
    applyFilter();
    endResetModel();
}

void KeyValueModel::setHeaders(const QString &key, const QString &value)
{
    m_keyHeader = key;
    m_valueHeader = value;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, 1);
}

const KeyValue &KeyValueModel::row(int visibleRow) const
{
    return m_rows.at(m_shown.at(visibleRow));
}

void KeyValueModel::applyFilter()
{
    m_shown.clear();
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const KeyValue &row = m_rows.at(i);
        if (m_filter.isEmpty() || row.key.contains(m_filter, Qt::CaseInsensitive)
            || row.value.contains(m_filter, Qt::CaseInsensitive))
            m_shown.append(i);
    }
}

int KeyValueModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int KeyValueModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant KeyValueModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const KeyValue &item = row(index.row());
    const bool isValue = index.column() == 1;
    switch (role) {
    case Qt::DisplayRole:
        return isValue ? item.value : item.key;
    case Qt::ToolTipRole:
        return plainToolTip(isValue ? item.value : item.key);
    case Qt::FontRole:
        return isValue && item.number ? QVariant(Theme::instance().numberFont()) : QVariant();
    case Qt::ForegroundRole:
        return isValue ? QVariant() : QVariant(Theme::instance().colours().muted);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (isValue && item.number ? Qt::AlignRight : Qt::AlignLeft));
    default:
        return {};
    }
}

QVariant KeyValueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole) { // above numbers, as they are
        const bool right = section == 1 && !m_rows.isEmpty() && m_rows.constFirst().number;
        return QVariant::fromValue(Qt::AlignVCenter | (right ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role != Qt::DisplayRole)
        return {};
    return section == 0 ? m_keyHeader : m_valueHeader;
}

KeyValueTable::KeyValueTable(QWidget *parent)
    : DataTable(parent)
    , m_model(new KeyValueModel(this))
{
    setObjectName(u"keyValueTableView"_s);
    setModel(m_model);
    horizontalHeader()->setSectionResizeMode(0, QHeaderView::Interactive);
    horizontalHeader()->resizeSection(0, 180);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        if (m_fits)
            fitHeight();
    });
}

void KeyValueTable::setFitsRows(bool fits)
{
    m_fits = fits;
    setVerticalScrollBarPolicy(fits ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
    if (fits)
        fitHeight();
}

void KeyValueTable::fitHeight()
{
    const int header = horizontalHeader()->isHidden() ? 0 : horizontalHeader()->height();
    setFixedHeight(header + m_model->rowCount() * kRowHeight + 2);
}

} // namespace signalbox
