// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/table_text.h"

#include "ui/models/formatters.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractItemModel>

#include <algorithm>
#include <functional>
#include <numeric>

using namespace Qt::StringLiterals;

namespace signalbox::tabletext {

namespace {

using Encode = std::function<QString(const QString &, bool isText)>;

QString line(int columns, const std::function<QString(int)> &cell, QChar separator)
{
    QStringList cells;
    for (int column = 0; column < columns; ++column)
        cells.append(cell(column));
    return cells.join(separator);
}

QString cellText(const QModelIndex &index, const Encode &encode)
{
    const QVariant raw = index.data(RawValueRole);
    if (raw.typeId() == QMetaType::Double)
        return encode(format::exactNumber(raw.toDouble()), false);
    if (raw.typeId() == QMetaType::Int) // an enum's number says nothing to people
        return encode(index.data(Qt::DisplayRole).toString(), true);
    const bool isText = raw.typeId() == QMetaType::QString || !raw.isValid();
    return encode(raw.isValid() ? raw.toString() : QString(), isText);
}

QString table(
    const QAbstractItemModel &model, const QList<int> &rows, const Encode &encode, QChar separator)
{
    const int columns = model.columnCount();
    QStringList lines{line(
        columns,
        [&](int c) { return encode(model.headerData(c, Qt::Horizontal).toString(), true); },
        separator)};
    for (const int row : rows) {
        if (model.index(row, 0).data(ErrorRowRole).toBool())
            continue;
        lines.append(line(
            columns, [&](int c) { return cellText(model.index(row, c), encode); }, separator));
    }
    return lines.join(u'\n') + u'\n';
}

QList<int> rowsOf(const QModelIndexList &selected)
{
    QList<int> rows;
    for (const QModelIndex &index : selected)
        rows.append(index.row());
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

QString csvCell(QString text, bool isText)
{
    if (isText && !text.isEmpty() && u"=+-@\t\r"_s.contains(text.at(0)))
        text.prepend(u'\'');
    if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n')
        && !text.contains(u'\r'))
        return text;
    return u'"' + text.replace(u'"', u"\"\""_s) + u'"';
}

QString tsvCell(QString text, bool)
{
    for (QChar &c : text) {
        if (c == u'\t' || c == u'\n' || c == u'\r')
            c = u' ';
    }
    return text;
}

} // namespace

QString tsv(const QAbstractItemModel &model, const QModelIndexList &selected)
{
    return table(model, rowsOf(selected), tsvCell, u'\t');
}

QString csv(const QAbstractItemModel &model, const QModelIndexList &selected)
{
    QList<int> rows = rowsOf(selected);
    if (selected.isEmpty()) {
        rows.resize(model.rowCount());
        std::iota(rows.begin(), rows.end(), 0);
    }
    return table(model, rows, csvCell, u',');
}

QString csvField(const QString &text)
{
    return csvCell(text, true);
}

} // namespace signalbox::tabletext
