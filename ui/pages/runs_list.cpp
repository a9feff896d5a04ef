// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/runs_list.h"

#include "core/base/clock.h"
#include "core/base/redaction.h"
#include "ui/models/formatters.h"
#include "ui/models/table_text.h"
#include "ui/pages/run_charts.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"

#include <QtWidgets/QHeaderView>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxCharts = 4;
constexpr int kMaxLines = 12;
constexpr int kTopRuns = 4; // drawn while nothing is selected
constexpr int kMaxColumnWidth = 220;
constexpr int kMaxMenuKeys = 60;
constexpr int kHeaderSides = 34; // margins, and the room of a sort mark

QString settingsKey(const QString &experiment)
{
    return u"runs/columns/"_s + experiment;
}

} // namespace

RunsList::RunsList(const UiSettings &settings, QWidget *parent)
    : QWidget(parent)
    , m_settings(settings)
    , m_model(new RunsTableModel(this))
    , m_table(new DataTable(this))
    , m_banner(new Banner(this))
    , m_empty(new EmptyState(this))
    , m_stack(new QStackedWidget(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_charts(new RunCharts(kMaxCharts, this))
    , m_columnMenu(new QMenu(this))
{
    setObjectName(u"runsList"_s);
    buildTable();
    buildCharts();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_banner);
    layout->addWidget(m_splitter, 1);
    auto *retry = m_banner->addButton(u"runsRetryButton"_s, tr("Try again"));
    connect(retry, &QPushButton::clicked, m_model, &RunsTableModel::retry);
    connect(m_columnMenu, &QMenu::aboutToShow, this, &RunsList::fillColumnMenu);
    connect(m_model, &RunsTableModel::stateChanged, this, &RunsList::showState);
    connect(m_model, &RunsTableModel::firstPageLoaded, this, &RunsList::applyColumns);
    connect(
        m_model, &QAbstractItemModel::modelAboutToBeReset, this, [this] { m_restoring = true; });
    connect(m_model, &QAbstractItemModel::modelReset, this, &RunsList::restoreSelection);
    showState();
}

void RunsList::buildTable()
{
    auto *card = new Card({}, this);
    card->setFlush(true);
    m_table->setObjectName(u"runsTable"_s);
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_model);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView *header = m_table->horizontalHeader();
    header->setSectionsClickable(true);
    header->setSectionsMovable(false);
    header->setSortIndicatorShown(true);
    m_empty->setObjectName(u"runsEmpty"_s);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    card->body()->addWidget(m_stack);
    m_splitter->addWidget(card);
    connect(header, &QHeaderView::sectionClicked, this, &RunsList::headerClicked);
    connect(m_table, &QTableView::activated, this, &RunsList::activateRow);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        if (m_table->indexAt(at).isValid())
            Q_EMIT menuRequested(m_table->viewport()->mapToGlobal(at));
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (m_restoring)
            return;
        rememberSelection();
        updateCharts();
        Q_EMIT selectionChanged();
    });
}

void RunsList::buildCharts()
{
    auto *scroll = new QScrollArea(this);
    scroll->setObjectName(u"runChartsScroll"_s);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    m_charts->setAutoFillBackground(false);
    scroll->setWidget(m_charts);
    scroll->setMinimumHeight(120);
    m_charts->setEmptyText(tr("No curves"),
        tr("Metrics that were logged step by step are drawn here for the selected runs."));
    m_splitter->addWidget(scroll);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(kGrid);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({430, 250});
}

void RunsList::setExperiment(const QString &id)
{
    m_experiment = id;
    m_selected.clear();
    QList<RunColumn> columns;
    for (const QString &column : m_settings.value(settingsKey(id)).toStringList()) {
        if (const auto known = RunColumn::fromId(column))
            columns.append(*known);
    }
    m_columnsChosen = !columns.isEmpty();
    if (m_columnsChosen)
        m_model->setColumns(columns);
}

void RunsList::applyColumns()
{
    if (!m_columnsChosen && m_model->runCount() > 0) {
        m_columnsChosen = true;
        m_model->setColumns(defaultRunColumns(m_model->runs()));
    }
    fitColumns();
    showSortIndicator();
    updateCharts();
}

void RunsList::fitColumns()
{
    QHeaderView *header = m_table->horizontalHeader();
    const QAbstractItemView *view = m_table;
    const QFontMetrics metrics(Theme::instance().strongFont());
    for (int i = 0; i < m_model->columnCount(); ++i) {
        const QString title = m_model->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString();
        const int wanted =
            std::max(view->sizeHintForColumn(i), metrics.horizontalAdvance(title) + kHeaderSides);
        header->resizeSection(i, std::min(wanted, kMaxColumnWidth));
    }
}

void RunsList::showSortIndicator()
{
    const RunsRequest &request = m_model->request();
    const auto column = static_cast<int>(m_model->columns().indexOf(request.sortColumn));
    m_table->horizontalHeader()->setSortIndicator(column, request.sortOrder);
}

void RunsList::headerClicked(int section)
{
    const RunColumn column = m_model->columns().value(section);
    const RunsRequest &request = m_model->request();
    const bool same = column == request.sortColumn;
    const bool down = same ? request.sortOrder == Qt::AscendingOrder
                           : column.isNumeric() || column.kind == RunColumn::Kind::Started;
    m_model->sort(section, down ? Qt::DescendingOrder : Qt::AscendingOrder);
    showSortIndicator(); // also takes a click back on a column that the server cannot sort by
}

void RunsList::activateRow(const QModelIndex &index)
{
    if (index.data(ErrorRowRole).toBool())
        m_model->retry();
    else if (const mlflow::Run *run = m_model->runAt(index.row()))
        Q_EMIT activated(run->info.id);
}

void RunsList::rememberSelection()
{
    m_selected.clear();
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex &index : std::as_const(rows)) {
        if (const mlflow::Run *run = m_model->runAt(index.row()))
            m_selected.append(run->info.id);
    }
}

void RunsList::restoreSelection()
{
    QItemSelection selection;
    for (const RunId &id : std::as_const(m_selected)) {
        if (const int row = m_model->rowOf(id); row >= 0)
            selection.select(
                m_model->index(row, 0), m_model->index(row, m_model->columnCount() - 1));
    }
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_restoring = false;
    rememberSelection();
    updateCharts();
    Q_EMIT selectionChanged();
}

void RunsList::select(const QList<RunId> &runs)
{
    m_restoring = true;
    m_selected = runs;
    restoreSelection();
}

void RunsList::focusTable()
{
    m_table->setFocus(Qt::OtherFocusReason);
}

QList<mlflow::Run> RunsList::selectedRuns() const
{
    QList<mlflow::Run> runs;
    for (const RunId &id : m_selected) {
        if (const mlflow::Run *run = m_model->runAt(m_model->rowOf(id)))
            runs.append(*run);
    }
    return runs;
}

void RunsList::updateCharts()
{
    QList<mlflow::Run> runs = selectedRuns().mid(0, kMaxLines);
    if (runs.isEmpty())
        runs = m_model->runs().mid(0, kTopRuns);
    QHash<QString, int> colours;
    for (const mlflow::Run &run : std::as_const(runs))
        colours.insert(run.info.id.text(), static_cast<int>(colours.size()));
    m_model->setSeries(colours);
    m_charts->setRuns(runs, colours);
}

void RunsList::fillColumnMenu()
{
    m_columnMenu->clear();
    using Kind = RunColumn::Kind;
    const auto addAll = [this](QMenu *menu, Kind kind, const QStringList &keys) {
        for (const QString &key : keys.mid(0, kMaxMenuKeys)) {
            const RunColumn column{kind, key};
            QAction *action =
                menu->addAction(format::oneLine(column.title(), 60).replace(u'&', u"&&"_s));
            action->setCheckable(true);
            action->setChecked(m_model->columns().contains(column));
            connect(action, &QAction::triggered, this,
                [this, column](bool on) { toggleColumn(column, on); });
        }
    };
    addAll(m_columnMenu, Kind::User, {QString()});
    addAll(m_columnMenu, Kind::Duration, {QString()});
    m_columnMenu->addSeparator();
    const RunKeys &keys = m_model->keys();
    addAll(m_columnMenu->addMenu(tr("Metrics")), Kind::Metric, rankedMetrics(keys.metrics));
    addAll(m_columnMenu->addMenu(tr("Params")), Kind::Param, keys.params);
    addAll(m_columnMenu->addMenu(tr("Tags")), Kind::Tag, keys.tags);
    m_columnMenu->addSeparator();
    connect(m_columnMenu->addAction(tr("Back to the default")), &QAction::triggered, this, [this] {
        m_settings.remove(settingsKey(m_experiment));
        m_columnsChosen = false;
        applyColumns();
    });
}

void RunsList::toggleColumn(const RunColumn &column, bool on)
{
    QList<RunColumn> columns = m_model->columns();
    if (on)
        columns.append(column);
    else
        columns.removeOne(column);
    m_model->setColumns(columns);
    QStringList ids;
    for (const RunColumn &c : std::as_const(columns))
        ids.append(c.id());
    m_settings.setValue(settingsKey(m_experiment), ids);
    m_columnsChosen = true;
    applyColumns();
}

QString RunsList::csv() const
{
    return tabletext::csv(*m_model, m_table->selectionModel()->selectedRows());
}

QString RunsList::selectionTsv() const
{
    return tabletext::tsv(*m_model, m_table->selectionModel()->selectedRows());
}

void RunsList::clearMessages()
{
    m_banner->clear();
}

void RunsList::setIdleText(const QString &title, const QString &detail)
{
    m_idleTitle = title;
    m_idleDetail = detail;
    if (m_model->runCount() == 0)
        showEmpty();
}

void RunsList::showState()
{
    using State = RunsTableModel::State;
    const bool hasRows = m_model->runCount() > 0;
    const bool refusedText =
        m_model->state() == State::Failed && m_model->error().kind == ErrorKind::InvalidRequest;
    if (m_model->state() == State::Failed && hasRows && m_model->isStale() && !refusedText) {
        m_banner->showMessage(Tone::Warning,
            tr("Showing runs as of %1. %2")
                .arg(format::relativeTime(m_model->loadedAt(), systemClock().epochMs()),
                    format::oneLine(redact(m_model->error().text()), 300)));
    } else {
        m_banner->clear();
    }
    m_stack->setCurrentWidget(hasRows ? static_cast<QWidget *>(m_table) : m_empty);
    if (!hasRows)
        showEmpty();
    if (m_model->state() == State::Failed && hasRows && !m_model->isStale())
        m_table->setSpan(m_model->runCount(), 0, 1, m_model->columnCount());
    else
        m_table->clearSpans();
}

void RunsList::showEmpty()
{
    using State = RunsTableModel::State;
    m_empty->clearButtons();
    if (m_model->state() == State::Empty && !m_idleTitle.isEmpty()) {
        m_empty->setContent(u"runs"_s, m_idleTitle, m_idleDetail);
        return;
    }
    if (m_model->state() == State::Loading || m_model->state() == State::Empty) {
        m_empty->setContent(u"clock"_s, tr("Loading runs…"));
        return;
    }
    if (m_model->state() == State::Failed) {
        m_empty->setContent(u"offline"_s, tr("No runs to show"),
            format::oneLine(redact(m_model->error().text()), 400));
        auto *retry = m_empty->addButton(u"runsEmptyRetryButton"_s, tr("Try again"));
        connect(retry, &QPushButton::clicked, m_model, &RunsTableModel::retry);
        return;
    }
    if (m_model->request().filter.isEmpty()) {
        m_empty->setContent(u"runs"_s, tr("No runs in this experiment"),
            tr("They appear here as soon as one is recorded."));
        return;
    }
    m_empty->setContent(u"search"_s, tr("No run matches the filter"));
    auto *clear = m_empty->addButton(u"clearFilterButton"_s, tr("Clear the filter"));
    connect(clear, &QPushButton::clicked, this, &RunsList::clearFilterRequested);
}

} // namespace signalbox
