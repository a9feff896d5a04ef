// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_page.h"

#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/overview_rows.h"
#include "ui/pages/recent_runs_model.h"
#include "ui/pages/status_cards.h"
#include "ui/pages/welcome_panel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"

#include <QtCore/QDateTime>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kRunsShown = 14;
constexpr int kVersionsShown = 8;
constexpr int kExperimentsAsked = 100;

} // namespace

OverviewPage::OverviewPage(UiContext &context, QWidget *parent)
    : Page(u"overview"_s, tr("Overview"), context, parent)
    , m_header(new PageHeader(tr("Overview"), this))
    , m_stack(new QStackedWidget(this))
    , m_welcome(new WelcomePanel(context, this))
    , m_runs(new RecentRunsModel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid + 2, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid + 2);
    column->addWidget(m_header);
    column->addWidget(m_stack, 1);
    m_dashboard = buildDashboard();
    m_stack->setObjectName(u"overviewStackedWidget"_s);
    m_stack->addWidget(m_welcome);
    m_stack->addWidget(m_dashboard);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &OverviewPage::follow);
    connect(&context, &UiContext::connectionChanged, this, &OverviewPage::follow);
    connect(&context, &UiContext::aboutToDisconnect, this, &OverviewPage::drop);
    connect(&context.tasks(), &TaskList::changed, this, &OverviewPage::followTasks);
    connect(m_welcome, &WelcomePanel::startingChanged, this, &OverviewPage::follow);
    followTasks();
    follow();
}

QWidget *OverviewPage::buildDashboard()
{
    auto *page = new QWidget(this);
    auto *grid = new QGridLayout(page); // one grid, so that the cards' edges meet
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kGrid * 3 / 2);
    grid->addWidget(new ConnectionCard(context(), page), 0, 0);
    grid->addWidget(new BreakerCard(context(), page), 0, 1);
    grid->addWidget(new JournalCard(context(), page), 0, 2);
    grid->addWidget(buildRuns(), 1, 0, 2, 2);
    grid->addWidget(buildSide(tr("Running now"), u"runningNowCard"_s, &m_taskRows), 1, 2);
    grid->addWidget(
        buildSide(tr("Latest model versions"), u"versionsCard"_s, &m_versionRows), 2, 2);
    for (const auto &[column, share] : {std::pair{0, 5}, {1, 4}, {2, 4}})
        grid->setColumnStretch(column, share);
    for (const auto &[row, share] : {std::pair{1, 2}, {2, 3}})
        grid->setRowStretch(row, share);
    return page;
}

Card *OverviewPage::buildRuns()
{
    m_runsCard = new Card(tr("Recent runs"), this);
    m_runsCard->setFlush(true);
    m_runsStack = new QStackedWidget(m_runsCard);
    m_noRuns = new EmptyState(m_runsStack);
    m_runsTable = new DataTable(m_runsStack);
    m_runsTable->setObjectName(u"recentRunsTableView"_s);
    m_runsTable->setAccessibleName(tr("Recent runs"));
    m_runsTable->setModel(m_runs);
    m_runsTable->setSelectionMode(QAbstractItemView::SingleSelection);
    QHeaderView *header = m_runsTable->horizontalHeader();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(RecentRunsModel::Name, QHeaderView::Stretch);
    header->setSectionResizeMode(RecentRunsModel::Experiment, QHeaderView::Stretch);
    m_runsStack->addWidget(m_noRuns);
    m_runsStack->addWidget(m_runsTable);
    m_runsCard->body()->addWidget(m_runsStack);
    connect(m_runsTable, &QTableView::activated, this, [this](const QModelIndex &index) {
        const RunId run = m_runs->runAt(index.row());
        if (!run.isEmpty())
            context().openRun(run);
    });
    return m_runsCard;
}

Card *OverviewPage::buildSide(const QString &title, const QString &name, QVBoxLayout **rows)
{
    auto *card = new Card(title, this);
    card->setObjectName(name);
    auto *inner = new QVBoxLayout;
    inner->setSpacing(0);
    card->body()->addLayout(inner);
    card->body()->addStretch(1);
    *rows = inner;
    return card;
}

void OverviewPage::activate()
{
    follow();
    if (context().monitor().link() == LinkState::Online)
        load();
}

void OverviewPage::refresh()
{
    context().monitor().checkNow();
    load();
}

bool OverviewPage::isReady() const
{
    if (m_stack->currentWidget() == m_welcome)
        return !m_welcome->isStarting();
    const bool loading =
        m_experimentsCall.isRunning() || m_runsCall.isRunning() || m_modelsCall.isRunning();
    return context().monitor().isSettled() && !loading
        && (m_loaded || context().monitor().link() != LinkState::Online);
}

void OverviewPage::follow()
{
    ConnectionMonitor &monitor = context().monitor();
    const LinkState link = monitor.link();
    const bool welcome = link == LinkState::None || m_welcome->isStarting();
    m_stack->setCurrentWidget(welcome ? m_welcome : m_dashboard);
    m_header->setSubtitle(welcome ? QString() : context().connectionTitle());
    const bool online = link == LinkState::Online;
    if (online && !m_wasOnline)
        load();
    m_wasOnline = online;
    Q_EMIT readyChanged();
}

void OverviewPage::followTasks()
{
    clearRows(m_taskRows);
    const QList<Task> &tasks = context().tasks().tasks();
    if (tasks.isEmpty())
        addQuietRow(m_taskRows, tr("No flow is running."));
    for (const Task &task : tasks) {
        OverviewRow row{task.title, task.detail, {}, {Tone::Info, u"dot"_s, tr("Running")}};
        QPushButton *button = addRow(m_taskRows, row);
        if (task.open)
            connect(button, &QPushButton::clicked, this, task.open);
    }
}

void OverviewPage::load()
{
    mlflow::Server *server = context().server();
    if (!server || m_experimentsCall.isRunning() || m_runsCall.isRunning())
        return;
    if (!m_loaded) {
        m_noRuns->setContent(u"clock"_s, tr("Reading the recent runs…"));
        m_runsStack->setCurrentWidget(m_noRuns);
    }
    mlflow::ExperimentQuery query;
    query.orderBy = {u"last_update_time DESC"_s};
    query.maxResults = kExperimentsAsked;
    m_experimentsCall = server->experiments.search(query);
    m_experimentsCall.call().then(
        this, [this](const Result<mlflow::Page<mlflow::Experiment>> &result) {
            if (result)
                loadRuns(result->items);
            else if (result.error().kind != ErrorKind::Cancelled && !m_loaded)
                m_noRuns->setContent(
                    u"warning"_s, tr("The runs could not be read"), result.error().text());
            Q_EMIT readyChanged();
        });
    loadVersions();
}

void OverviewPage::loadRuns(const QList<mlflow::Experiment> &experiments)
{
    Connector *connector = context().connector();
    if (!connector)
        return;
    mlflow::RunQuery query;
    QHash<ExperimentId, QString> names;
    for (const mlflow::Experiment &experiment : experiments) {
        query.experimentIds.append(experiment.id);
        names.insert(experiment.id, experiment.name);
    }
    query.orderBy = {u"attributes.start_time DESC"_s};
    query.maxResults = kRunsShown;
    m_runsCall = connector->searchRuns(query);
    m_runsCall.call().then(this, [this, names](const Result<mlflow::Page<mlflow::Run>> &result) {
        if (result) {
            m_loaded = true;
            m_loadedAt = QDateTime::currentMSecsSinceEpoch();
            m_runs->setRuns(result->items, names);
            m_noRuns->setContent(u"runs"_s, tr("No runs yet"),
                tr("Start a flow, or log from a program with signalboxctl record."));
            m_runsStack->setCurrentWidget(
                result->items.isEmpty() ? static_cast<QWidget *>(m_noRuns) : m_runsTable);
        } else if (result.error().kind != ErrorKind::Cancelled && !m_loaded) {
            m_noRuns->setContent(
                u"warning"_s, tr("The runs could not be read"), result.error().text());
        }
        Q_EMIT readyChanged();
    });
}

void OverviewPage::loadVersions()
{
    mlflow::Server *server = context().server();
    if (!server || m_modelsCall.isRunning())
        return;
    m_modelsCall = server->registry.searchModels({}, 50);
    m_modelsCall.call().then(
        this, [this](const Result<mlflow::Page<mlflow::RegisteredModel>> &result) {
            if (result)
                showVersions(result->items);
            Q_EMIT readyChanged();
        });
}

void OverviewPage::showVersions(const QList<mlflow::RegisteredModel> &models)
{
    QList<mlflow::ModelVersion> versions;
    for (const mlflow::RegisteredModel &model : models)
        versions += model.latestVersions;
    std::sort(versions.begin(), versions.end(),
        [](const auto &a, const auto &b) { return a.creationTime > b.creationTime; });
    clearRows(m_versionRows);
    if (versions.isEmpty())
        addQuietRow(m_versionRows, tr("No model is registered yet."));
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (const mlflow::ModelVersion &version : versions.mid(0, kVersionsShown)) {
        OverviewRow row{format::oneLine(version.name), u"v"_s % format::oneLine(version.version),
            format::relativeTime(version.creationTime, now), pillForStage(version.stage)};
        QPushButton *button = addRow(m_versionRows, row);
        connect(button, &QPushButton::clicked, this,
            [this, name = version.name, number = version.version] {
                context().openModel(name, number);
            });
    }
}

void OverviewPage::drop()
{
    m_experimentsCall.cancel();
    m_runsCall.cancel();
    m_modelsCall.cancel();
    m_loaded = false;
    m_wasOnline = false;
    m_runs->setRuns({}, {});
    clearRows(m_versionRows);
    Q_EMIT readyChanged();
}

} // namespace signalbox
