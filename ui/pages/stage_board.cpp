// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/stage_board.h"

#include "ui/pages/version_card_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtGui/QKeyEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QListView>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

size_t slot(Stage stage)
{
    return static_cast<size_t>(stage);
}

} // namespace

StageBoard::StageBoard(VersionBoard &board, QWidget *parent)
    : QWidget(parent)
    , m_board(board)
{
    setObjectName(u"stageBoard"_s);
    setAccessibleName(tr("Versions by stage"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid * 5 / 4);
    for (const Stage stage : allStages()) {
        auto *frame = new QFrame(this);
        frame->setProperty("surface", u"inset"_s);
        layout->addWidget(frame, 1);
        addColumn(stage, frame);
    }
}

void StageBoard::addColumn(Stage stage, QWidget *frame)
{
    auto *outer = new QVBoxLayout(frame);
    outer->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
    auto *header = new QHBoxLayout;
    auto *title = new PlainLabel(nameOf(stage), frame);
    title->setLevel(u"strong"_s);
    Column &column = m_columns.at(slot(stage));
    column.count = new PlainLabel(frame);
    column.count->setLevel(u"muted"_s);
    header->addWidget(title);
    header->addStretch(1);
    header->addWidget(column.count);
    outer->addLayout(header);
    auto *view = new QListView(frame);
    column.view = view;
    view->setObjectName(u"stage"_s + nameOf(stage));
    view->setAccessibleName(nameOf(stage));
    view->setModel(m_board.column(stage));
    view->setItemDelegate(new VersionCardDelegate(view));
    view->setFrameShape(QFrame::NoFrame);
    view->setStyleSheet(u"QListView, QListView::item { background: transparent; padding: 0; }"_s);
    view->setMouseTracking(true);
    view->setResizeMode(QListView::Adjust);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view->setDragDropMode(QAbstractItemView::DragDrop);
    view->setDefaultDropAction(Qt::MoveAction);
    view->setDropIndicatorShown(false);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    view->installEventFilter(this);
    outer->addWidget(view, 1);
    connect(view->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this, stage](const QModelIndex &now) { select(stage, now); });
    connect(view, &QListView::activated, this,
        [this, view](const QModelIndex &index) { requestMenu(view, index); });
    connect(view, &QWidget::customContextMenuRequested, this, [this, view](const QPoint &at) {
        const QModelIndex index = view->indexAt(at);
        if (!index.isValid())
            return;
        view->setCurrentIndex(index);
        Q_EMIT menuRequested(index.data(IdRole).toString(), view->viewport()->mapToGlobal(at));
    });
    connect(m_board.column(stage), &QAbstractItemModel::modelReset, this,
        [this, stage] { modelChanged(stage); });
    modelChanged(stage);
}

void StageBoard::modelChanged(Stage stage)
{
    m_columns.at(slot(stage)).count->setText(QString::number(m_board.column(stage)->rowCount()));
    setCurrent(m_current);
}

void StageBoard::select(Stage stage, const QModelIndex &index)
{
    if (m_selecting || !index.isValid())
        return;
    m_selecting = true;
    for (const Stage other : allStages()) {
        if (other != stage) {
            list(other)->clearSelection();
            list(other)->setCurrentIndex({});
        }
    }
    m_selecting = false;
    const QString version = index.data(IdRole).toString();
    if (version == m_current)
        return;
    m_current = version;
    Q_EMIT currentChanged(version);
}

void StageBoard::setCurrent(const QString &version)
{
    m_current = version;
    m_selecting = true;
    for (const Stage stage : allStages()) {
        if (!list(stage))
            continue; // while the columns are being made
        VersionColumnModel *model = m_board.column(stage);
        const int row = model->rowOf(version);
        if (row >= 0)
            list(stage)->setCurrentIndex(model->index(row));
        else
            list(stage)->selectionModel()->clear();
    }
    m_selecting = false;
}

QListView *StageBoard::list(Stage stage) const
{
    return m_columns.at(slot(stage)).view;
}

void StageBoard::requestMenu(QListView *view, const QModelIndex &index)
{
    const QRect place = view->visualRect(index);
    Q_EMIT menuRequested(index.data(IdRole).toString(),
        view->viewport()->mapToGlobal(place.topRight() + QPoint(-40, 24)));
}

//! To the next column in that direction that has a card.
void StageBoard::step(Stage from, int direction)
{
    const int row = list(from)->currentIndex().row();
    const auto count = static_cast<int>(m_columns.size());
    for (int i = static_cast<int>(from) + direction; i >= 0 && i < count; i += direction) {
        QListView *next = m_columns.at(static_cast<size_t>(i)).view;
        if (next->model()->rowCount() == 0)
            continue;
        next->setFocus(Qt::OtherFocusReason);
        next->setCurrentIndex(
            next->model()->index(std::min(std::max(0, row), next->model()->rowCount() - 1), 0));
        return;
    }
}

bool StageBoard::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    for (const Stage stage : allStages()) {
        if (watched == list(stage) && (key == Qt::Key_Left || key == Qt::Key_Right)) {
            step(stage, key == Qt::Key_Left ? -1 : 1);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace signalbox
