// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/tag_table.h"

#include <QtWidgets/QHeaderView>

namespace signalbox {

namespace {
enum Column : int { Key, Value, ColumnCount };
constexpr int kHeight = 130;
} // namespace

TagTable::TagTable(const mlflow::TagList &tags, QWidget *parent)
    : QTableWidget(0, ColumnCount, parent)
    , m_before(tags)
{
    setHorizontalHeaderLabels({tr("Tag"), tr("Value")});
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    verticalHeader()->hide();
    setTabKeyNavigation(false);
    setMaximumHeight(kHeight);
    for (const mlflow::Tag &tag : tags)
        append(tag);
    keepEmptyRow();
    connect(this, &QTableWidget::itemChanged, this, &TagTable::keepEmptyRow);
}

void TagTable::append(const mlflow::Tag &tag)
{
    const int row = rowCount();
    insertRow(row);
    setItem(row, Key, new QTableWidgetItem(tag.key));
    setItem(row, Value, new QTableWidgetItem(tag.value));
}

void TagTable::keepEmptyRow()
{
    const int last = rowCount() - 1;
    if (last < 0 || !cell(last, Key).isEmpty() || !cell(last, Value).isEmpty())
        append({});
}

QString TagTable::cell(int row, int column) const
{
    const QTableWidgetItem *found = item(row, column);
    return found ? found->text() : QString();
}

mlflow::TagList TagTable::changed() const
{
    mlflow::TagList tags;
    for (int row = 0; row < rowCount(); ++row) {
        const mlflow::Tag tag{cell(row, Key), cell(row, Value)};
        if (!tag.key.isEmpty() && !m_before.contains(tag))
            tags.append(tag);
    }
    return tags;
}

QStringList TagTable::removed() const
{
    QStringList keys;
    for (const mlflow::Tag &tag : m_before) {
        bool stays = false;
        for (int row = 0; row < rowCount(); ++row)
            stays = stays || cell(row, Key) == tag.key;
        if (!stays)
            keys.append(tag.key);
    }
    return keys;
}

} // namespace signalbox
