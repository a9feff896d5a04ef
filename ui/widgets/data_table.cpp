// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/data_table.h"

#include "ui/models/roles.h"
#include "ui/models/table_text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QCursor>
#include <QtGui/QGuiApplication>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kCellSide = 8;
constexpr int kMarkSize = 12; // of the sort mark
constexpr int kMarkGap = 4;

// Titles stand exactly above their cells; Qt would keep room for a sort mark right of each.
class PlainHeader final : public QHeaderView {
public:
    explicit PlainHeader(QWidget *parent)
        : QHeaderView(Qt::Horizontal, parent)
    {
        setSectionsClickable(true);
    }

protected:
    [[nodiscard]] QSize sectionSizeFromContents(int section) const override
    {
        return QHeaderView::sectionSizeFromContents(section) + QSize(2 * kCellSide, 0);
    }
    void paintSection(QPainter *painter, const QRect &rect, int section) const override;

private:
    [[nodiscard]] bool isUnderMouse(const QRect &rect) const
    {
        return sectionsClickable() && viewport()->underMouse()
            && rect.contains(viewport()->mapFromGlobal(QCursor::pos()));
    }
    [[nodiscard]] bool isSorted(int section) const
    {
        return isSortIndicatorShown() && sortIndicatorSection() == section;
    }
};

void PlainHeader::paintSection(QPainter *painter, const QRect &rect, int section) const
{
    const Colours &colours = Theme::instance().colours();
    painter->save();
    painter->fillRect(rect, isUnderMouse(rect) ? colours.hover : colours.panel);
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), colours.line);
    const QVariant wanted = model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole);
    const auto side = wanted.isValid() ? Qt::Alignment(wanted.toInt()) : defaultAlignment();
    const bool right = side.testFlag(Qt::AlignRight);
    QRect box = rect.adjusted(kCellSide, 0, -kCellSide, -1);
    painter->setFont(font());
    const QString title = model()->headerData(section, Qt::Horizontal).toString();
    const int room = box.width() - (isSorted(section) ? kMarkSize + kMarkGap : 0);
    const QString shown = painter->fontMetrics().elidedText(title, Qt::ElideRight, room);
    painter->setPen(colours.muted);
    const Qt::Alignment where = (right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
    painter->drawText(box, static_cast<int>(where) | Qt::TextSingleLine, shown);
    if (isSorted(section)) {
        const int wide = painter->fontMetrics().horizontalAdvance(shown);
        const int left =
            right ? box.right() + 1 - wide - kMarkGap - kMarkSize : box.left() + wide + kMarkGap;
        const bool down = sortIndicatorOrder() == Qt::DescendingOrder;
        themeIcon(down ? u"chevron-down"_s : u"chevron-up"_s)
            .paint(painter, QRect(left, box.center().y() - kMarkSize / 2, kMarkSize, kMarkSize));
    }
    painter->restore();
}

} // namespace

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
    const bool mono = index.data(MonospaceRole).toBool();
    painter->setFont(mono ? Theme::instance().numberFont() : cell.font);
    painter->setPen(cell.palette.color(QPalette::Text));
    const QString shown =
        painter->fontMetrics().elidedText(cell.text, cell.textElideMode, box.width());
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
    setHorizontalHeader(new PlainHeader(this));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    verticalHeader()->setMinimumSectionSize(kRowHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setFont(Theme::instance().strongFont());
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setFixedHeight(kRowHeight + 2);
    horizontalHeader()->setStretchLastSection(true);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QString DataTable::selectionAsTsv() const
{
    if (!model())
        return {};
    const QModelIndexList rows =
        selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    if (!rows.isEmpty())
        return tabletext::tsv(*model(), rows);
    QModelIndexList all;
    for (int row = 0; row < model()->rowCount(); ++row)
        all.append(model()->index(row, 0));
    return tabletext::tsv(*model(), all);
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
