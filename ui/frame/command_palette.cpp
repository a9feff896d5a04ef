// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/command_palette.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtCore/QTimer>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kVisibleRows = 12;

class EntryDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override
    {
        const Colours &c = Theme::instance().colours();
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(c.selection);
            painter->drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 5, 5);
        }
        const QRect box = option.rect.adjusted(14, 0, -14, 0);
        const QRect iconBox(box.left(), box.center().y() - 7, 16, 16);
        index.data(Qt::DecorationRole).value<QIcon>().paint(painter, iconBox);
        const QString detail = index.data(PaletteModel::kDetailRole).toString();
        painter->setFont(Theme::instance().smallFont());
        painter->setPen(c.muted);
        painter->drawText(box, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, detail);
        const int taken = painter->fontMetrics().horizontalAdvance(detail) + 16;
        painter->setFont(Theme::instance().bodyFont());
        painter->setPen(c.ink);
        const QRect textBox = box.adjusted(26, 0, -taken, 0);
        const QString text = painter->fontMetrics().elidedText(
            index.data().toString(), Qt::ElideRight, textBox.width());
        painter->drawText(textBox, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, text);
    }
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {200, kRowHeight + 4};
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget *parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint)
    , m_field(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_model(new PaletteModel(this))
{
    setObjectName(u"commandPaletteFrame"_s);
    setProperty("surface", u"popup"_s);
    setAccessibleName(tr("Command palette"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
    layout->setSpacing(kGrid / 2);
    m_field->setObjectName(u"commandPaletteLineEdit"_s);
    m_field->setAccessibleName(tr("Search or run a command"));
    m_field->setPlaceholderText(tr("Search or run a command"));
    m_field->addAction(themeIcon(u"search"_s), QLineEdit::LeadingPosition);
    m_field->installEventFilter(this);
    m_list->setObjectName(u"commandPaletteListView"_s);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new EntryDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_model->setPattern(text);
        m_list->setCurrentIndex(m_model->index(0));
        fitRows();
    });
    connect(m_field, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::popUp(QList<PaletteEntry> entries, int centreX, int top, int width)
{
    m_entries = std::move(entries);
    m_field->clear();
    m_model->setPattern({});
    m_model->setEntries(m_entries);
    m_list->setCurrentIndex(m_model->index(0));
    setFixedWidth(width);
    fitRows();
    const QPoint at(centreX - width / 2, top);
    QWidget::move(parentWidget() ? parentWidget()->mapToGlobal(at) : at);
    show();
    m_field->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::append(const QList<PaletteEntry> &entries)
{
    const int row = m_list->currentIndex().row();
    m_entries += entries;
    m_model->setEntries(m_entries);
    m_list->setCurrentIndex(m_model->index(qMax(0, row)));
    fitRows();
}

void CommandPalette::fitRows()
{
    const int rows = qBound(1, m_model->rowCount(), kVisibleRows);
    m_list->setFixedHeight(rows * (kRowHeight + 4) + 4);
    adjustSize();
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    switch (key) {
    case Qt::Key_Down:
        move(1);
        return true;
    case Qt::Key_Up:
        move(-1);
        return true;
    case Qt::Key_PageDown:
        move(kVisibleRows);
        return true;
    case Qt::Key_PageUp:
        move(-kVisibleRows);
        return true;
    case Qt::Key_Escape:
        close();
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

void CommandPalette::move(int rows)
{
    const int last = m_model->rowCount() - 1;
    const int row = qBound(0, m_list->currentIndex().row() + rows, qMax(0, last));
    m_list->setCurrentIndex(m_model->index(row));
}

void CommandPalette::runCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid())
        return;
    const std::function<void()> run = m_model->entry(current.row()).run;
    close();
    // After the popup has given the focus back, so that the command finds the window as it was.
    if (run)
        QTimer::singleShot(0, parentWidget(), run);
}

} // namespace signalbox
