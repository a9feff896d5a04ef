// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flows_page.h"

#include "core/mlflow/server.h"
#include "ui/models/formatters.h"
#include "ui/models/recent_flows_model.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/flow_form.h"
#include "ui/pages/flow_view.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtCore/QTimer>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kSideWidth = 300;
constexpr int kPastRuns = 30;
constexpr int kExperimentsAsked = 100;
constexpr std::array kKinds{
    FlowKind::Selector, FlowKind::Trainer, FlowKind::Deployer, FlowKind::Pipeline};

} // namespace

FlowsPage::FlowsPage(UiContext &context, QWidget *parent)
    : Page(u"flows"_s, tr("Flows"), context, parent)
    , m_recent(new RecentFlowsModel(m_registry, this))
    , m_header(new PageHeader(tr("Flows"), this))
    , m_stack(new QStackedWidget(this))
    , m_form(new FlowForm(context, this))
    , m_view(new FlowView(context, this))
    , m_timer(new QTimer(this))
{
    makeActions();
    build();
    useCore();
    m_timer->setInterval(1000);
    connect(m_timer, &QTimer::timeout, this, &FlowsPage::tick);
    connect(m_form, &FlowForm::launchRequested, this, &FlowsPage::launch);
    connect(m_form->data(), &DataPicker::changed, this, [this] {
        // The demo was asked for: it starts as soon as its data was looked at.
        if (m_demoPending && m_form->problem().isEmpty()) {
            m_demoPending = false;
            launch();
        }
    });
    connect(&m_registry, &FlowRegistry::changed, this, [this](TrackedFlow *flow) {
        if (!flow->isRunning())
            this->context().tasks().end(m_tasks.take(flow));
        showHeader();
    });
    connect(&context, &UiContext::connectionChanged, this, [this] {
        if (isVisible())
            activate();
    });
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &FlowsPage::followLink);
    connect(&context, &UiContext::aboutToDisconnect, this, [this] {
        m_experimentsCall.cancel();
        m_pastCall.cancel();
        m_form->setModelSource({});
        m_registry.releaseAll(); // they hold the connector that goes away
    });
    m_served = context.monitor().link() != LinkState::None;
    showForm(FlowKind::Pipeline);
}

FlowsPage::~FlowsPage()
{
    m_view->setFlow(nullptr);
}

void FlowsPage::makeActions()
{
    m_cancel = makeAction(u"cancelFlow"_s, tr("Cancel"), u"stop"_s, Qt::CTRL | Qt::Key_Period);
    m_openRun = makeAction(u"openFlowRun"_s, tr("Open run"), u"runs"_s, Qt::CTRL | Qt::Key_R);
    m_actions = {m_cancel, m_openRun};
    for (const FlowKind kind : kKinds) {
        auto *action = makeAction(
            u"new_"_s + nameOf(kind), tr("New %1").arg(titleOf(kind).toLower()), nameOf(kind));
        connect(action, &QAction::triggered, this, [this, kind] { showForm(kind); });
        m_actions.append(action);
    }
    auto *demo = makeAction(u"runDemo"_s, tr("Run the demo pipeline"), u"play"_s);
    connect(demo, &QAction::triggered, this, &FlowsPage::startDemo);
    m_actions.append(demo);
    connect(m_cancel, &QAction::triggered, this, [this] {
        if (m_view->flow())
            m_view->flow()->cancel();
    });
    connect(m_openRun, &QAction::triggered, this, [this] {
        if (m_view->flow() && !m_view->flow()->mainRun().isEmpty())
            context().openRun(m_view->flow()->mainRun());
    });
}

void FlowsPage::build()
{
    m_header->addAction(m_openRun);
    m_header->addAction(m_cancel, u"danger"_s);
    auto *side = new QWidget(this);
    side->setFixedWidth(kSideWidth);
    auto *column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid * 3 / 2);
    column->addWidget(buildLaunch());
    column->addWidget(buildRecent(), 1);
    m_formCard = new Card({}, this);
    m_formCard->body()->addWidget(m_form);
    m_stack->addWidget(m_formCard);
    m_stack->addWidget(m_view);
    auto *row = new QHBoxLayout;
    row->setSpacing(kGrid * 3 / 2);
    row->addWidget(side);
    row->addWidget(m_stack, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid * 2, kGrid, kGrid * 2, kGrid * 2);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addLayout(row, 1);
}

Card *FlowsPage::buildLaunch()
{
    auto *card = new Card(tr("Launch"), this);
    auto *grid = new QGridLayout;
    grid->setSpacing(kGrid);
    int place = 0;
    for (const FlowKind kind : kKinds) {
        auto *button = new QPushButton(titleOf(kind), card);
        button->setObjectName(u"launch"_s + titleOf(kind));
        button->setIcon(themeIcon(nameOf(kind), Tint::Ink));
        button->setCheckable(true);
        button->setAccessibleName(tr("New %1").arg(titleOf(kind).toLower()));
        connect(button, &QPushButton::clicked, this, [this, kind] { showForm(kind); });
        grid->addWidget(button, place / 2, place % 2);
        m_launchButtons.insert(static_cast<int>(kind), button);
        ++place;
    }
    card->body()->addLayout(grid);
    return card;
}

Card *FlowsPage::buildRecent()
{
    auto *card = new Card(tr("Recent"), this);
    m_recentTable = new DataTable(card);
    m_recentTable->setObjectName(u"recentFlows"_s);
    m_recentTable->setAccessibleName(tr("Recent flows"));
    m_recentTable->setModel(m_recent);
    m_recentTable->setSelectionMode(QAbstractItemView::SingleSelection);
    m_recentTable->horizontalHeader()->hide();
    m_recentTable->horizontalHeader()->setStretchLastSection(false);
    m_recentTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_recentTable->horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    card->body()->setContentsMargins(kGrid / 2, 0, kGrid / 2, kGrid / 2);
    m_noFlows = new PlainLabel(tr("No flow has been recorded yet."), card);
    m_noFlows->setLevel(u"muted"_s);
    m_noFlows->setContentsMargins(kGrid, 0, kGrid, 0);
    m_noFlows->hide();
    card->body()->addWidget(m_noFlows);
    card->body()->addWidget(m_recentTable);
    connect(m_recent, &QAbstractItemModel::rowsInserted, m_noFlows, &QWidget::hide);
    connect(m_recentTable, &QTableView::clicked, this, &FlowsPage::openRecent);
    connect(m_recentTable, &QTableView::activated, this, &FlowsPage::openRecent);
    return card;
}

void FlowsPage::useCore()
{
    UiContext *ui = &context();
    setMakers({[ui](SelectorSpec s) { return makeSelector(std::move(s), ui->flowContext()); },
                  [ui](TrainerSpec s) { return makeTrainer(std::move(s), ui->flowContext()); },
                  [ui](DeployerSpec s) { return makeDeployer(std::move(s), ui->flowContext()); },
                  [ui](PipelineSpec s) { return makePipeline(std::move(s), ui->flowContext()); }},
        {[ui, this](const DataSpec &table) { return inspectData(table, ui->flowContext(), this); },
            [ui, this](
                const QString &name) { return makeDemoData(name, ui->flowContext(), this); }});
}

void FlowsPage::setMakers(FlowMakers makers, DataTools tools)
{
    m_makers = std::move(makers);
    m_form->data()->setTools(std::move(tools));
}

void FlowsPage::activate()
{
    m_timer->start();
    m_form->setModelSource({[this] {
                                return context().server()
                                    ? context().server()->registry.searchModels()
                                    : Call<mlflow::Page<mlflow::RegisteredModel>>();
                            },
        [this](const QString &model) {
            return context().server() ? context().server()->registry.versions(model)
                                      : Call<QList<mlflow::ModelVersion>>();
        }});
    if (!context().server())
        m_form->setModelSource({});
    loadPast();
}

void FlowsPage::deactivate()
{
    m_timer->stop();
}

void FlowsPage::followLink()
{
    const bool served = context().monitor().link() != LinkState::None;
    if (std::exchange(m_served, served) != served && served && isVisible())
        activate();
}

void FlowsPage::refresh()
{
    m_form->reloadModels();
    loadPast();
}

void FlowsPage::loadPast()
{
    if (!context().server() || context().monitor().link() == LinkState::None)
        return;
    mlflow::ExperimentQuery query;
    query.maxResults = kExperimentsAsked;
    query.orderBy = {u"last_update_time DESC"_s};
    m_experimentsCall = context().server()->experiments.search(query);
    m_experimentsCall.call().then(
        this, [this](const Result<mlflow::Page<mlflow::Experiment>> &page) {
            if (!page || !context().server()) {
                pastLoaded(
                    page ? Result<QList<mlflow::Run>>(QList<mlflow::Run>()) : page.failure());
                return;
            }
            mlflow::RunQuery runs;
            for (const mlflow::Experiment &experiment : page->items)
                runs.experimentIds.append(experiment.id);
            runs.filter = u"tags.`signalbox.flow` LIKE '%'"_s;
            runs.maxResults = kPastRuns;
            runs.orderBy = {u"attributes.start_time DESC"_s};
            m_pastCall = context().server()->runs.search(runs);
            m_pastCall.call().then(this, [this](const Result<mlflow::Page<mlflow::Run>> &past) {
                pastLoaded(past ? Result<QList<mlflow::Run>>(past->items) : past.failure());
            });
        });
}

//! An outage keeps what was read before; a question that was taken back says nothing.
void FlowsPage::pastLoaded(const Result<QList<mlflow::Run>> &runs)
{
    if (!runs && runs.error().kind == ErrorKind::Cancelled)
        return;
    m_pastKnown = true;
    if (runs && !runs->isEmpty())
        m_recent->setPast(*runs);
    m_noFlows->setText(
        runs ? tr("No flow has been recorded yet.") : tr("The recorded flows could not be read."));
    m_noFlows->setVisible(m_recent->rowCount() == 0);
    Q_EMIT readyChanged();
}

bool FlowsPage::isReady() const
{
    return !context().server() || context().monitor().link() == LinkState::None || m_pastKnown;
}

void FlowsPage::openTarget(const PageTarget &target)
{
    if (target.action == u"demo") {
        startDemo();
        return;
    }
    for (const FlowKind kind : kKinds) {
        if (target.action == nameOf(kind))
            showForm(kind);
    }
}

void FlowsPage::startDemo()
{
    showForm(FlowKind::Pipeline);
    m_demoPending = true;
    m_form->data()->useDemo(u"breast_cancer"_s);
}

void FlowsPage::showForm(FlowKind kind)
{
    m_demoPending = false;
    m_form->setKind(kind);
    m_stack->setCurrentWidget(m_formCard);
    m_recentTable->clearSelection();
    showHeader();
}

void FlowsPage::showFlow(TrackedFlow *flow)
{
    m_view->setFlow(flow);
    m_stack->setCurrentWidget(m_view);
    if (const int row = m_recent->rowOf(flow); row >= 0)
        m_recentTable->selectRow(row);
    showHeader();
}

void FlowsPage::showHeader()
{
    const bool viewing = m_stack->currentWidget() == m_view && m_view->flow();
    for (const FlowKind kind : kKinds)
        m_launchButtons.value(static_cast<int>(kind))
            ->setChecked(!viewing && m_form->kind() == kind);
    TrackedFlow *flow = viewing ? m_view->flow() : nullptr;
    m_cancel->setEnabled(flow && flow->isRunning() && !flow->isCancelling());
    m_openRun->setEnabled(flow && !flow->mainRun().isEmpty());
    m_cancel->setVisible(viewing);
    m_openRun->setVisible(viewing);
    if (!flow) {
        m_header->setTitle(tr("Flows"));
        m_header->setSubtitle(tr("Select, train and deploy models; every step is recorded."));
        m_header->pill()->setLook({});
        return;
    }
    m_header->setTitle(titleOf(flow->kind()) + u" · " + format::oneLine(flow->subject(), 80));
    m_header->pill()->setLook(flow->isCancelling()
            ? PillLook{Tone::Warning, u"cancel"_s, tr("Cancelling…")}
            : pillForFlowState(nameOf(flow->state()).toLower()));
    QString subtitle = format::duration(flow->elapsed());
    if (const QString run = flow->mainRun().text(); !run.isEmpty())
        subtitle += tr(" · run %1").arg(run.left(8));
    m_header->setSubtitle(subtitle);
}

void FlowsPage::openRecent(const QModelIndex &index)
{
    if (TrackedFlow *flow = m_recent->flowAt(index.row())) {
        showFlow(flow);
        return;
    }
    if (const QString run = index.data(IdRole).toString(); !run.isEmpty())
        context().openRun(RunId(run));
}

void FlowsPage::tick()
{
    if (m_view->flow() && m_view->flow()->isRunning() && m_stack->currentWidget() == m_view) {
        m_view->tick();
        showHeader();
    }
}

} // namespace signalbox
