// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/data_table.h"

#include "ui/theme/theme.h"

#include <QtCore/QLocale>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kCellSide = 8;

QString cellText(const QAbstractItemModel &model, int row, int column)
{
    const QModelIndex index = model.index(row, column);
    const QVariant pill = index.data(kPillRole);
    const QString text = index.data(Qt::DisplayRole).toString();
    return text.isEmpty() && pill.isValid() ? pill.value<PillLook>().text : text;
}

QString quoted(QString text, QChar separator)
{
    if (separator == u'\t')
        return text.replace(u'\t', u' ').replace(u'\n', u' ');
    if (!text.contains(separator) && !text.contains(u'"') && !text.contains(u'\n'))
        return text;
    return u'"' % text.replace(u'"', u"\"\""_s) % u'"';
}

QString lineOf(const QStringList &cells, QChar separator)
{
    QStringList out;
    for (const QString &cell : cells)
        out.append(quoted(cell, separator));
    return out.join(separator) % u'\n';
}

} // namespace

QString tableText(const QAbstractItemModel &model, QChar separator)
{
    QString text;
    for (int row = -1; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells.append(row < 0 ? model.headerData(column, Qt::Horizontal).toString()
                                 : cellText(model, row, column));
        text += lineOf(cells, separator);
    }
    return text;
}

void CellDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colours &colours = Theme::instance().colours();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    if (selected)
        painter->fillRect(option.rect, colours.selection);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
        mixed(colours.panel, colours.line, selected ? 0.4 : 0.8));
    QRect box = option.rect.adjusted(kCellSide, 0, -kCellSide, -1);
    const QVariant bar = index.data(kColourBarRole);
    if (bar.canConvert<QColor>() && bar.value<QColor>().isValid()) {
        painter->fillRect(
            QRect(box.left(), box.top() + 5, 4, box.height() - 10), bar.value<QColor>());
        box.setLeft(box.left() + 12);
    }
    if (const QVariant pill = index.data(kPillRole); pill.isValid()) {
        paintPill(painter, box, pill.value<PillLook>());
        return;
    }
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    if (cell.features.testFlag(QStyleOptionViewItem::HasCheckIndicator) || !cell.icon.isNull()) {
        cell.backgroundBrush = Qt::NoBrush;
        QStyledItemDelegate::paint(painter, cell, index);
        return;
    }
    painter->save();
    painter->setFont(cell.font);
    painter->setPen(cell.palette.color(QPalette::Text));
    const QString shown = cell.fontMetrics.elidedText(cell.text, cell.textElideMode, box.width());
    const Qt::Alignment side = cell.displayAlignment & Qt::AlignHorizontal_Mask;
    painter->drawText(box, static_cast<int>(side | Qt::AlignVCenter) | Qt::TextSingleLine, shown);
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    if (const QVariant pill = index.data(kPillRole); pill.isValid())
        return {pillSize(pill.value<PillLook>()).width() + 2 * kCellSide, kRowHeight};
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const bool hasBar = index.data(kColourBarRole).isValid();
    const int extra = (hasBar ? 12 : 0) + (cell.icon.isNull() ? 0 : 24);
    return {cell.fontMetrics.horizontalAdvance(cell.text) + 2 * kCellSide + extra + 2, kRowHeight};
}

QString CellDelegate::displayText(const QVariant &value, const QLocale &locale) const
{
    QString text = QStyledItemDelegate::displayText(value, locale);
    return text.replace(u'\n', u' ');
}

DataTable::DataTable(QWidget *parent)
    : QTableView(parent)
{
    setItemDelegate(new CellDelegate(this));
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    verticalHeader()->setMinimumSectionSize(kRowHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setFixedHeight(kRowHeight + 2);
    horizontalHeader()->setStretchLastSection(true);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QString DataTable::selectionAsTsv() const
{
    if (!model())
        return {};
    QModelIndexList rows;
    if (selectionModel())
        rows = selectionModel()->selectedRows();
    if (rows.isEmpty())
        return tableText(*model(), u'\t');
    std::sort(rows.begin(), rows.end());
    QStringList header;
    QList<int> columns;
    for (int visual = 0; visual < model()->columnCount(); ++visual) {
        const int column = horizontalHeader()->logicalIndex(visual);
        if (isColumnHidden(column))
            continue;
        columns.append(column);
        header.append(model()->headerData(column, Qt::Horizontal).toString());
    }
    QString text = lineOf(header, u'\t');
    for (const QModelIndex &row : rows) {
        QStringList cells;
        for (const int column : columns)
            cells.append(cellText(*model(), row.row(), column));
        text += lineOf(cells, u'\t');
    }
    return text;
}

void DataTable::copySelection() const
{
    QGuiApplication::clipboard()->setText(selectionAsTsv());
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copySelection();
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace signalbox
