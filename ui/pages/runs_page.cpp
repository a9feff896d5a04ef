// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/runs_page.h"

#include "core/base/clock.h"
#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/pages/chart_saver.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/experiment_panel.h"
#include "ui/pages/not_connected.h"
#include "ui/pages/run_actions.h"
#include "ui/pages/run_charts.h"
#include "ui/pages/run_detail.h"
#include "ui/pages/run_query_bar.h"
#include "ui/pages/runs_list.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"

#include <QtCore/QTimer>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString kSplitter = u"runs/splitter"_s;
constexpr int kTickMs = 5000;
constexpr int kMargin = kGrid * 2;

} // namespace

RunsPage::RunsPage(UiContext &context, QWidget *parent)
    : Page(u"runs"_s, tr("Runs"), context, parent)
    , m_stack(new QStackedWidget(this))
    , m_header(new PageHeader(tr("Runs"), this))
    , m_query(new RunQueryBar(this))
    , m_undo(new Banner(this))
    , m_experiments(new ExperimentPanel(UiSettings(context), this))
    , m_list(new RunsList(UiSettings(context), this))
    , m_detail(new RunDetail(context, this))
    , m_runActions(new RunActions(context, this))
    , m_unconnected(new EmptyState(this))
    , m_timer(new QTimer(this))
{
    makeActions();
    build();
    connectList();
    connectEdits();
    connect(&context, &UiContext::connectionChanged, this, [this] {
        detach();
        if (isVisible())
            activate();
    });
    connect(&context, &UiContext::aboutToDisconnect, this, &RunsPage::detach);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &RunsPage::followLink);
    connect(m_timer, &QTimer::timeout, this, &RunsPage::follow);
    m_timer->setInterval(kTickMs);
    updateActions();
    followLink();
}

void RunsPage::build()
{
    auto *listPage = new QWidget(this);
    auto *splitter = new QSplitter(listPage);
    splitter->setObjectName(u"runsSplitter"_s);
    splitter->setHandleWidth(kGrid * 2);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_experiments);
    splitter->addWidget(m_list);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({196, 1000});
    m_experiments->setMinimumWidth(140);
    auto *columns = new QPushButton(tr("Columns"), listPage);
    columns->setObjectName(u"columnsButton"_s);
    columns->setMenu(m_list->columnMenu());
    columns->setProperty("kind", u"menu"_s);
    m_header->addWidget(columns);
    m_header->addAction(m_export);
    m_header->addAction(m_open, u"primary"_s);
    m_undo->setObjectName(u"undoBanner"_s);
    auto *layout = new QVBoxLayout(listPage);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addWidget(m_query);
    layout->addWidget(m_undo);
    layout->addWidget(splitter, 1);
    for (QAction *action : {m_rename, m_copyId, m_browser})
        m_detail->header()->addAction(action);
    m_stack->addWidget(listPage);
    m_stack->addWidget(m_detail);
    m_stack->addWidget(m_unconnected);
    m_unconnected->setObjectName(u"runsNotConnected"_s);
    offerConnection(context(), *m_unconnected);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(kMargin, kGrid, kMargin, kMargin);
    outer->addWidget(m_stack);
    connect(splitter, &QSplitter::splitterMoved, this,
        [this, splitter] { UiSettings(context()).setValue(kSplitter, splitter->saveState()); });
    splitter->restoreState(UiSettings(context()).value(kSplitter).toByteArray());
}

void RunsPage::connectList()
{
    connect(m_experiments, &ExperimentPanel::chosen, this, &RunsPage::chooseExperiment);
    connect(m_experiments, &ExperimentPanel::demoRequested, this, [this] {
        PageTarget target;
        target.action = u"demo"_s;
        context().openPage(u"flows"_s, target);
    });
    connect(&m_experiments->model(), &ExperimentTreeModel::stateChanged, this,
        &RunsPage::experimentsChanged);
    connect(m_query, &RunQueryBar::submitted, this, &RunsPage::search);
    connect(m_list, &RunsList::clearFilterRequested, m_query, &RunQueryBar::clear);
    connect(m_list, &RunsList::activated, this, &RunsPage::openRun);
    connect(m_list, &RunsList::selectionChanged, this, &RunsPage::updateActions);
    connect(&m_list->model(), &RunsTableModel::stateChanged, this, &RunsPage::stateChanged);
    connect(m_list, &RunsList::menuRequested, this, [this](const QPoint &at) {
        auto *menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions({m_open, m_rename, m_copyId, m_copyRows, m_browser});
        menu->addSeparator();
        menu->addAction(m_query->showsDeleted() ? m_restore : m_delete);
        menu->popup(at);
    });
    connect(&m_list->charts(), &RunCharts::readingChanged, this, &RunsPage::readyChanged);
    m_list->charts().setSaveHandler([this](MetricChart *chart, const QString &metric) {
        saveChart(context(), this, *chart, metric);
    });
    connect(m_detail, &RunDetail::backRequested, this, &RunsPage::showList);
    connect(m_detail, &RunDetail::runRequested, this, &RunsPage::openRun);
    connect(m_detail, &RunDetail::changed, this, [this] {
        updateActions();
        Q_EMIT readyChanged();
    });
}

void RunsPage::attach()
{
    // A local server that was never started would only answer with a refusal.
    if (m_attached || !context().server() || context().monitor().link() == LinkState::None)
        return;
    m_attached = true;
    const auto runs = [this](const mlflow::RunQuery &query) {
        Connector *connector = context().connector();
        return connector ? connector->searchRuns(query)
                         : Call<mlflow::Page<mlflow::Run>>::finished(
                             Failure(ErrorKind::Cancelled, u"The connection was closed."_s));
    };
    m_list->model().setSource(runs);
    m_experiments->setRunSource(runs);
    m_list->charts().setSource([this](const RunId &run, const QString &key) {
        return context().server() ? context().server()->metrics.fullHistory(run, key)
                                  : Call<QList<mlflow::Metric>>::finished(Failure(
                                      ErrorKind::Cancelled, u"The connection was closed."_s));
    });
    m_experiments->model().setSource([this](const mlflow::ExperimentQuery &query) {
        return context().server() ? context().server()->experiments.search(query)
                                  : Call<mlflow::Page<mlflow::Experiment>>::finished(Failure(
                                      ErrorKind::Cancelled, u"The connection was closed."_s));
    });
    m_experiments->model().reload();
}

void RunsPage::detach()
{
    m_attached = false;
    m_list->model().setSource({});
    m_list->model().clear();
    m_experiments->setCurrent({});
    m_list->charts().setSource({});
    m_experiments->model().setSource({});
    m_experiments->setRunSource({});
    m_detail->detach();
    m_undo->clear();
}

void RunsPage::followLink()
{
    const bool none = context().monitor().link() == LinkState::None;
    if (none == (m_stack->currentWidget() == m_unconnected))
        return;
    m_stack->setCurrentIndex(none ? m_stack->indexOf(m_unconnected) : 0);
    if (!none && !m_attached && isVisible())
        activate();
    if (!none)
        openTarget(std::exchange(m_later, {}));
    Q_EMIT readyChanged();
}

void RunsPage::activate()
{
    const bool first = !m_attached;
    attach();
    if (!first)
        refresh();
    m_timer->start();
}

void RunsPage::deactivate()
{
    m_timer->stop();
}

void RunsPage::refresh()
{
    if (detailShown()) {
        m_detail->refresh();
        return;
    }
    m_experiments->model().reload();
    search();
}

void RunsPage::openTarget(const PageTarget &target)
{
    if (context().monitor().link() == LinkState::None) {
        m_later = target;
        return;
    }
    attach();
    if (!target.run.isEmpty()) {
        openRun(target.run);
        return;
    }
    if (target.experiment.isEmpty())
        return;
    showList();
    m_wanted = target.experiment;
    experimentsChanged();
}

bool RunsPage::isReady() const
{
    if (!context().server() || context().monitor().link() == LinkState::None)
        return true;
    if (detailShown())
        return m_detail->isSettled();
    using State = RunsTableModel::State;
    const auto tree = m_experiments->model().state();
    if (tree == ExperimentTreeModel::State::Failed)
        return true;
    if (tree == ExperimentTreeModel::State::Ready && m_experiments->model().rowCount() == 0)
        return true;
    const State state = m_list->model().state();
    return state != State::Empty && state != State::Loading && !m_list->charts().isReading();
}

QList<PaletteEntry> RunsPage::paletteEntries() const
{
    QList<PaletteEntry> entries;
    for (const mlflow::Experiment &e : m_experiments->model().experiments())
        entries.append(
            {format::oneLine(e.name, 100), tr("experiment"), u"flask"_s, [this, id = e.id.text()] {
                 PageTarget target;
                 target.experiment = id;
                 context().openPage(u"runs"_s, target);
             }});
    return entries;
}

void RunsPage::search()
{
    if (m_experiments->currentId().isEmpty())
        return;
    RunsRequest request = m_list->model().request();
    request.experiments = {ExperimentId(m_experiments->currentId())};
    request.filter = m_query->filter(systemClock().epochMs());
    request.deleted = m_query->showsDeleted();
    m_query->setRefusal({});
    m_list->model().load(request);
    updateActions();
}

void RunsPage::stateChanged()
{
    using State = RunsTableModel::State;
    const RunsTableModel &model = m_list->model();
    const bool refused = model.state() == State::Failed
        && model.error().kind == ErrorKind::InvalidRequest && m_query->isActive();
    m_query->setRefusal(refused ? format::oneLine(model.error().message, 500) : QString());
    const bool all = model.state() == State::Complete;
    if ((all || model.state() == State::Partial) && !m_query->isActive())
        m_experiments->model().setCount(m_experiments->currentId(), model.runCount(), !all);
    showHeader();
    updateActions();
    Q_EMIT readyChanged();
}

void RunsPage::showHeader()
{
    const RunsTableModel &model = m_list->model();
    const mlflow::Experiment *e = m_experiments->model().experiment(m_experiments->currentId());
    m_header->setTitle(e ? format::oneLine(e->name, 100) : tr("Runs"));
    using State = RunsTableModel::State;
    const bool more = model.state() == State::Partial || model.state() == State::Failed;
    QString runs = format::count(model.runCount()) + (more ? u"+" : u"")
        + (model.runCount() == 1 && !more ? tr(" run") : tr(" runs"));
    if (m_query->showsDeleted())
        runs += tr(" deleted");
    if (model.loadedAt() > 0) {
        const QString age = format::relativeTime(model.loadedAt(), systemClock().epochMs());
        m_header->setSubtitle(runs + u" · "
            + (model.state() == State::Loading ? tr("loading…") : tr("read %1").arg(age)));
    } else {
        m_header->setSubtitle({});
    }
    m_query->setNote(m_query->isActive() && model.state() != State::Loading
            ? tr("%1 match").arg(format::count(model.runCount()) + (more ? u"+" : u""))
            : QString());
}

bool RunsPage::detailShown() const
{
    return m_stack->currentWidget() == m_detail;
}

void RunsPage::openRun(const RunId &run)
{
    m_stack->setCurrentWidget(m_detail);
    m_detail->showRun(run);
    updateActions();
    Q_EMIT readyChanged();
}

void RunsPage::showList()
{
    if (!detailShown())
        return;
    m_stack->setCurrentIndex(0);
    m_list->focusTable();
    updateActions();
    Q_EMIT readyChanged();
}

//! Moves ages on, and asks again while something is running.
void RunsPage::follow()
{
    ++m_ticks;
    if (detailShown()) {
        if (m_detail->isRunning())
            m_detail->refresh();
        return;
    }
    RunsTableModel &model = m_list->model();
    model.tick();
    showHeader();
    using State = RunsTableModel::State;
    const QList<mlflow::Run> runs = model.runs().mid(0, 200);
    const bool running = std::any_of(runs.cbegin(), runs.cend(),
        [](const mlflow::Run &run) { return run.info.status == mlflow::RunStatus::Running; });
    // Only while everything is on screen: a reload would take later pages away.
    if (running && model.state() == State::Complete && model.runCount() <= 200)
        model.refresh();
}

} // namespace signalbox
