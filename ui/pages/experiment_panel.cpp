// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/experiment_panel.h"

#include "core/base/redaction.h"
#include "ui/models/formatters.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/search_field.h"

#include <QtCore/QSortFilterProxyModel>
#include <QtGui/QContextMenuEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QTreeView>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kPinnedKey = u"runs/pinned"_s;
constexpr int kStar = 14;

//! Name on the left with a star for pinned ones, number of runs on the right.
class ExperimentDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override
    {
        const Colours &colours = Theme::instance().colours();
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect, colours.selection);
        else if (option.state.testFlag(QStyle::State_MouseOver))
            painter->fillRect(option.rect, colours.hover);
        QRect box = option.rect.adjusted(6, 0, -8, 0);
        painter->save();
        painter->setFont(option.font);
        if (index.data(PinnedRole).toBool()) {
            const QPixmap star = iconPixmap(
                u"star-filled"_s, colours.warning, kStar, painter->device()->devicePixelRatioF());
            painter->drawPixmap(box.left(), box.center().y() - kStar / 2 + 1, star);
            box.setLeft(box.left() + kStar + 6);
        }
        const QString text = index.data(ExperimentTreeModel::CountTextRole).toString();
        if (!text.isEmpty()) {
            painter->setPen(colours.muted);
            painter->drawText(box, Qt::AlignRight | Qt::AlignVCenter, text);
            box.setRight(box.right() - option.fontMetrics.horizontalAdvance(text) - 8);
        }
        const bool folder = index.data(IdRole).toString().isEmpty();
        painter->setPen(folder ? colours.muted : colours.ink);
        const QString name =
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, box.width());
        painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, name);
        painter->restore();
    }
    [[nodiscard]] QSize sizeHint(
        const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return {option.fontMetrics.horizontalAdvance(index.data().toString()) + 60, 26};
    }
};

} // namespace

ExperimentPanel::ExperimentPanel(const UiSettings &settings, QWidget *parent)
    : QWidget(parent)
    , m_settings(settings)
    , m_model(new ExperimentTreeModel(this))
    , m_counter(new RunCounter(this))
    , m_proxy(new QSortFilterProxyModel(this))
    , m_filter(new SearchField(tr("Filter experiments"), this))
    , m_tree(new QTreeView(this))
    , m_empty(new EmptyState(this))
{
    setObjectName(u"experimentPanel"_s);
    setAccessibleName(tr("Experiments"));
    m_filter->setObjectName(u"experimentFilter"_s);
    m_filter->setAccessibleName(tr("Filter experiments"));
    m_empty->setObjectName(u"experimentsEmpty"_s);
    buildTree();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_filter);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_empty, 1);
    m_model->setPinned(m_settings.value(kPinnedKey).toStringList());
    connect(m_filter, &SearchField::searchChanged, this, &ExperimentPanel::applyFilter);
    connect(m_model, &ExperimentTreeModel::stateChanged, this, &ExperimentPanel::showState);
    connect(m_model, &ExperimentTreeModel::stateChanged, this, &ExperimentPanel::countRuns);
    connect(m_counter, &RunCounter::counted, m_model, &ExperimentTreeModel::setCount);
    connect(m_model, &QAbstractItemModel::modelReset, this, &ExperimentPanel::restoreView);
    showState();
}

void ExperimentPanel::buildTree()
{
    m_proxy->setSourceModel(m_model);
    m_proxy->setRecursiveFilteringEnabled(true);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_proxy->setFilterRole(ExperimentTreeModel::PathRole);
    m_tree->setModel(m_proxy);
    m_tree->setObjectName(u"experimentTree"_s);
    m_tree->setAccessibleName(tr("Experiments"));
    m_tree->setHeaderHidden(true);
    m_tree->setIndentation(14);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setItemDelegate(new ExperimentDelegate(m_tree));
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_tree->viewport()->setAutoFillBackground(false);
    m_tree->setStyleSheet(u"QTreeView { background: transparent; }"_s);
    m_tree->installEventFilter(this);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex &now) { select(now); });
    connect(m_tree, &QTreeView::collapsed, this, [this](const QModelIndex &index) {
        if (!m_restoring)
            m_closed.insert(index.data(ExperimentTreeModel::PathRole).toString());
    });
    connect(m_tree, &QTreeView::expanded, this, [this](const QModelIndex &index) {
        m_closed.remove(index.data(ExperimentTreeModel::PathRole).toString());
    });
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &ExperimentPanel::showMenu);
}

void ExperimentPanel::select(const QModelIndex &proxyIndex)
{
    const QString id = proxyIndex.data(IdRole).toString();
    if (m_restoring || id.isEmpty() || id == m_currentId)
        return;
    m_currentId = id;
    Q_EMIT chosen(id);
}

void ExperimentPanel::setCurrent(const QString &id)
{
    m_currentId = id;
    restoreView();
}

void ExperimentPanel::restoreView()
{
    m_restoring = true;
    m_tree->expandAll();
    for (const QString &path : std::as_const(m_closed))
        m_tree->collapse(m_proxy->mapFromSource(m_model->indexOfPath(path)));
    const QModelIndex current = m_proxy->mapFromSource(m_model->indexOfId(m_currentId));
    if (current.isValid()) {
        m_tree->setCurrentIndex(current);
        m_tree->scrollTo(current);
    }
    m_restoring = false;
}

void ExperimentPanel::applyFilter(const QString &text)
{
    m_restoring = true;
    m_proxy->setFilterFixedString(text);
    m_restoring = false;
    restoreView();
    showState();
}

void ExperimentPanel::setRunSource(FetchRuns fetch)
{
    m_counter->setSource(std::move(fetch));
}

void ExperimentPanel::countRuns()
{
    if (m_model->state() != ExperimentTreeModel::State::Ready)
        return;
    QStringList wanted = m_model->pinned();
    for (const mlflow::Experiment &experiment : m_model->experiments()) {
        if (!wanted.contains(experiment.id.text()))
            wanted.append(experiment.id.text());
        if (wanted.size() >= RunCounter::kExperiments)
            break;
    }
    m_counter->count(wanted);
}

void ExperimentPanel::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
}

void ExperimentPanel::showState()
{
    const bool hasRows = m_proxy->rowCount() > 0;
    m_tree->setVisible(hasRows);
    m_empty->setVisible(!hasRows);
    if (hasRows)
        return;
    m_empty->clearButtons();
    if (m_model->rowCount() > 0) {
        m_empty->setContent(u"search"_s, tr("Nothing matches"), tr("Esc clears the filter."));
        return;
    }
    switch (m_model->state()) {
    case ExperimentTreeModel::State::Empty:
    case ExperimentTreeModel::State::Loading:
        m_empty->setContent(u"clock"_s, tr("Loading experiments…"));
        break;
    case ExperimentTreeModel::State::Failed: {
        m_empty->setContent(u"offline"_s, tr("No experiments"),
            format::oneLine(redact(m_model->error().text()), 400));
        auto *retry = m_empty->addButton(u"experimentsRetryButton"_s, tr("Try again"));
        connect(retry, &QPushButton::clicked, m_model, &ExperimentTreeModel::reload);
        break;
    }
    case ExperimentTreeModel::State::Ready: {
        m_empty->setContent(u"flask"_s, tr("No experiments yet"),
            tr("They appear with the first run that is recorded."));
        auto *demo = m_empty->addButton(u"runDemoButton"_s, tr("Run the demo"));
        connect(demo, &QPushButton::clicked, this, &ExperimentPanel::demoRequested);
        break;
    }
    }
}

void ExperimentPanel::togglePin(const QString &id)
{
    if (id.isEmpty())
        return;
    QStringList pinned = m_model->pinned();
    if (!pinned.removeOne(id))
        pinned.append(id);
    m_model->setPinned(pinned);
    m_settings.setValue(kPinnedKey, pinned);
}

void ExperimentPanel::showMenu(const QPoint &position)
{
    const QModelIndex index = m_tree->indexAt(position);
    const QString id = index.data(IdRole).toString();
    if (id.isEmpty())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool pinned = m_model->pinned().contains(id);
    auto *pin = menu->addAction(themeIcon(u"pin"_s), pinned ? tr("Unpin") : tr("Pin to the top"));
    pin->setObjectName(u"pinExperimentAction"_s);
    connect(pin, &QAction::triggered, this, [this, id] { togglePin(id); });
    menu->popup(m_tree->viewport()->mapToGlobal(position));
}

bool ExperimentPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_tree && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_P && key->modifiers() == Qt::NoModifier) {
            togglePin(m_tree->currentIndex().data(IdRole).toString());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace signalbox
