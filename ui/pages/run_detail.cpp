// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_detail.h"

#include "core/base/clock.h"
#include "core/base/redaction.h"
#include "core/mlflow/server.h"
#include "ui/models/formatters.h"
#include "ui/pages/artifacts_tab.h"
#include "ui/pages/chart_saver.h"
#include "ui/pages/run_charts.h"
#include "ui/pages/run_overview.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/status_pill.h"

#include <QtCore/QRegularExpression>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxCharts = 12;
const QString kParentTag = u"mlflow.parentRunId"_s;

bool isHexId(const QString &text)
{
    static const QRegularExpression hex(u"^[0-9a-zA-Z_-]{1,64}$"_s);
    return hex.match(text).hasMatch();
}

} // namespace

RunDetail::RunDetail(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_header(new PageHeader({}, this))
    , m_parent(new QPushButton(tr("Parent run"), this))
    , m_banner(new Banner(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new EmptyState(this))
    , m_tabs(new QTabWidget(this))
    , m_overview(new RunOverview(this))
    , m_charts(new RunCharts(kMaxCharts, this))
    , m_artifacts(new ArtifactsTab(context, this))
{
    setObjectName(u"runDetail"_s);
    build();
    connect(m_header, &PageHeader::backRequested, this, &RunDetail::backRequested);
    connect(m_overview, &RunOverview::runRequested, this, &RunDetail::runRequested);
    connect(m_parent, &QPushButton::clicked, this, [this] {
        if (m_run)
            Q_EMIT runRequested(RunId(m_run->tag(kParentTag)));
    });
    m_charts->setSaveHandler([this](MetricChart *chart, const QString &metric) {
        saveChart(m_context, this, *chart, metric);
    });
}

void RunDetail::build()
{
    m_header->setBackText(tr("Runs"));
    m_parent->setObjectName(u"parentRunButton"_s);
    m_header->addWidget(m_parent);
    m_parent->hide();
    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    m_charts->setAutoFillBackground(false);
    m_charts->setContentsMargins(0, kGrid, 0, 0);
    scroll->setWidget(m_charts);
    m_charts->setEmptyText(tr("No curves"), tr("Every metric of this run has one value only."));
    m_tabs->setObjectName(u"runTabs"_s);
    m_tabs->addTab(m_overview, tr("Overview"));
    m_tabs->addTab(scroll, tr("Charts"));
    m_tabs->addTab(m_artifacts, tr("Artifacts"));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_tabs);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    auto *retry = m_banner->addButton(u"runRetryButton"_s, tr("Try again"));
    connect(retry, &QPushButton::clicked, this, &RunDetail::refresh);
}

void RunDetail::showRun(const RunId &id)
{
    if (id != m_id) {
        m_run.reset();
        m_failed = false;
        m_artifacts->clear();
        m_overview->setChildren({});
        m_banner->clear();
        m_header->setTitle(tr("Run"));
        m_header->setSubtitle(id.text());
        m_header->pill()->setLook({});
        m_parent->hide();
        m_empty->clearButtons();
        m_empty->setContent(u"clock"_s, tr("Loading the run…"));
        m_stack->setCurrentWidget(m_empty);
        m_tabs->setCurrentIndex(0);
    }
    m_id = id;
    refresh();
}

void RunDetail::refresh()
{
    mlflow::Server *server = m_context.server();
    if (m_id.isEmpty() || !server)
        return;
    m_charts->setSource([this](const RunId &run, const QString &key) {
        return m_context.server() ? m_context.server()->metrics.fullHistory(run, key)
                                  : Call<QList<mlflow::Metric>>();
    });
    m_runCall = server->runs.get(m_id);
    m_runCall.call().then(this, [this, id = m_id](const Result<mlflow::Run> &result) {
        if (id == m_id)
            receive(result);
    });
}

void RunDetail::receive(const Result<mlflow::Run> &result)
{
    if (!result && result.error().kind == ErrorKind::Cancelled)
        return;
    m_failed = !result;
    if (result) {
        m_run = *result;
        m_loadedAt = systemClock().epochMs();
        m_banner->clear();
        m_overview->setRun(*m_run);
        m_charts->setRuns({*m_run}, {{m_run->info.id.text(), 0}});
        m_artifacts->setRun(*m_run);
        m_stack->setCurrentWidget(m_tabs);
        showHeader();
        readChildren();
    } else if (m_run) {
        m_banner->showMessage(Tone::Warning,
            tr("As of %1. %2")
                .arg(format::relativeTime(m_loadedAt, systemClock().epochMs()),
                    format::oneLine(redact(result.error().text()), 300)));
    } else {
        m_empty->setContent(u"offline"_s, tr("The run cannot be shown"),
            format::oneLine(redact(result.error().text()), 400));
        m_empty->clearButtons();
        auto *retry = m_empty->addButton(u"runEmptyRetryButton"_s, tr("Try again"));
        connect(retry, &QPushButton::clicked, this, &RunDetail::refresh);
    }
    Q_EMIT changed();
}

void RunDetail::showHeader()
{
    const mlflow::RunInfo &info = m_run->info;
    m_header->setTitle(format::oneLine(info.name, 120));
    m_header->pill()->setLook(pillForRunStatus(nameOf(info.status)));
    QStringList facts;
    if (const auto duration = format::runDuration(info, systemClock().epochMs()))
        facts.append(format::duration(*duration));
    const QString user = m_run->tag(u"mlflow.user"_s);
    facts.append(format::oneLine(user.isEmpty() ? info.userId : user, 60));
    facts.append(format::oneLine(m_run->tag(u"mlflow.source.name"_s), 80));
    facts.append(
        tr("started %1").arg(format::relativeTime(info.startTime, systemClock().epochMs())));
    facts.removeAll(QString());
    m_header->setSubtitle(facts.join(u" · "_s));
    m_parent->setVisible(!m_run->tag(kParentTag).isEmpty());
    const QString error = m_run->tag(u"signalbox.error.message"_s);
    if (!error.isEmpty() && info.status != mlflow::RunStatus::Running)
        m_banner->showMessage(Tone::Bad, format::oneLine(redact(error), 400));
}

void RunDetail::readChildren()
{
    if (!isHexId(m_id.text()))
        return;
    mlflow::RunQuery query;
    query.experimentIds = {m_run->info.experimentId};
    query.filter = u"tags.`mlflow.parentRunId` = '"_s + m_id.text() + u'\'';
    query.orderBy = {u"attributes.start_time ASC"_s};
    query.maxResults = 50;
    m_childrenCall = m_context.server()->runs.search(query);
    m_childrenCall.call().then(
        this, [this, id = m_id](const Result<mlflow::Page<mlflow::Run>> &result) {
            if (result && id == m_id)
                m_overview->setChildren(result->items);
        });
}

bool RunDetail::isRunning() const
{
    return m_run && m_run->info.status == mlflow::RunStatus::Running;
}

void RunDetail::setName(const QString &name)
{
    if (!m_run)
        return;
    m_run->info.name = name;
    showHeader();
}

void RunDetail::detach()
{
    m_runCall.cancel();
    m_childrenCall.cancel();
    m_charts->setSource({});
    m_artifacts->clear();
    m_id = RunId();
}

} // namespace signalbox
