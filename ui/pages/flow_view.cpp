// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flow_view.h"

#include "core/base/redaction.h"
#include "ui/models/flow_step_model.h"
#include "ui/models/formatters.h"
#include "ui/pages/chart_saver.h"
#include "ui/pages/flow_log.h"
#include "ui/pages/flow_step_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/card.h"
#include "ui/widgets/metric_chart.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>
#include <QtCore/QTimer>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QListView>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxCharts = 2;
constexpr int kDrawMs = 120;

} // namespace

LiveCurve liveCurveOf(const QString &key)
{
    if (key == "hpo_value"_L1 || key == "hpo_best"_L1)
        return {u"hpo"_s, key.mid(4)};
    if (key.startsWith("round_"_L1)) {
        const QString rest = key.mid(6);
        const qsizetype cut = rest.indexOf(u'_');
        return cut < 0 ? LiveCurve{u"round "_s + rest, rest}
                       : LiveCurve{u"round "_s + rest.mid(cut + 1), rest.left(cut)};
    }
    if (key.startsWith("benchmark."_L1))
        return {u"benchmark "_s + key.section(u'.', 2), key.section(u'.', 1, 1)};
    return {};
}

FlowView::FlowView(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_steps(new FlowStepModel(this))
    , m_list(new QListView(this))
    , m_banner(new Banner(this))
    , m_chartArea(new QWidget(this))
    , m_grid(new QGridLayout(m_chartArea))
    , m_drawTimer(new QTimer(this))
    , m_log(new FlowLog(context, this))
{
    setObjectName(u"flowView"_s);
    build();
    m_drawTimer->setSingleShot(true);
    m_drawTimer->setInterval(kDrawMs);
    connect(m_drawTimer, &QTimer::timeout, this, &FlowView::drawCharts);
    connect(m_steps, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex &index) {
        if (index.data(StatusRole).toInt() == static_cast<int>(StepState::Running))
            m_list->scrollTo(index);
    });
}

void FlowView::build()
{
    m_list->setObjectName(u"flowSteps"_s);
    m_list->setAccessibleName(tr("Steps of the flow"));
    m_list->setModel(m_steps);
    m_list->setItemDelegate(new FlowStepDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setStyleSheet(u"QListView::item { padding: 0; }"_s);
    auto *steps = new Card({}, this);
    steps->setFlush(true);
    steps->body()->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
    steps->body()->addWidget(m_list);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(kGrid * 5 / 4);
    m_chartArea->hide();
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(kGrid * 5 / 4);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(steps);
    splitter->addWidget(m_chartArea);
    splitter->addWidget(m_log);
    splitter->setSizes({280, 220, 200});
    m_log->setMinimumHeight(120);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_banner);
    layout->addWidget(splitter, 1);
}

void FlowView::setFlow(TrackedFlow *flow)
{
    if (m_flow == flow)
        return;
    if (m_flow)
        m_flow->disconnect(this);
    m_flow = flow;
    m_steps->setFlow(flow);
    m_log->setFlow(flow);
    for (const auto &[group, chart] : m_charts)
        delete chart->parentWidget();
    m_charts.clear();
    m_dirty.clear();
    m_chartArea->hide();
    if (!flow)
        return;
    connect(flow, &TrackedFlow::metricAppended, this, &FlowView::metricChanged);
    connect(flow, &TrackedFlow::stateChanged, this, &FlowView::showState);
    const QStringList keys = flow->metrics().keys();
    for (const QString &key : keys)
        metricChanged(key);
    showState();
}

void FlowView::tick()
{
    m_steps->tick();
}

void FlowView::metricChanged(const QString &key)
{
    const QString group = liveCurveOf(key).group;
    if (group.isEmpty())
        return;
    m_dirty.insert(group);
    if (!m_drawTimer->isActive())
        m_drawTimer->start();
}

void FlowView::drawCharts()
{
    const QSet<QString> groups = std::exchange(m_dirty, {});
    for (const QString &group : groups) {
        if (!m_charts.contains(group)) {
            // The benchmark makes room once the training has something to show.
            if (m_charts.size() >= kMaxCharts) {
                const auto old = std::find_if(m_charts.begin(), m_charts.end(),
                    [](const auto &entry) { return entry.first.startsWith("benchmark"_L1); });
                if (old == m_charts.end())
                    continue;
                delete old->second->parentWidget();
                m_charts.erase(old);
            }
            auto *card = new Card({}, m_chartArea);
            card->setFlush(true);
            card->body()->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
            auto *chart = new MetricChart(format::oneLine(group, 60), card);
            chart->setControlsVisible(false);
            chart->setLegendVisible(true);
            chart->setMinimumHeight(150);
            card->body()->addWidget(chart);
            m_charts.emplace(group, chart);
        }
        drawChart(group);
    }
    int column = 0;
    for (int i = 0; i < kMaxCharts; ++i)
        m_grid->setColumnStretch(i, i < static_cast<int>(m_charts.size()) ? 1 : 0);
    for (const auto &[group, chart] : m_charts)
        m_grid->addWidget(chart->parentWidget(), 0, column++);
    m_chartArea->setVisible(!m_charts.empty());
}

void FlowView::drawChart(const QString &group)
{
    if (!m_flow)
        return;
    std::vector<ChartSeries> lines;
    const auto &metrics = m_flow->metrics();
    for (auto it = metrics.cbegin(); it != metrics.cend(); ++it) {
        const LiveCurve curve = liveCurveOf(it.key());
        if (curve.group != group)
            continue;
        ChartSeries line{format::oneLine(curve.line, 60), {}, {}};
        for (const QPointF &point : it.value())
            line.points.push_back({point.x(), point.y()});
        lines.push_back(std::move(line));
    }
    m_charts.at(group)->setSeries(std::move(lines));
}

QString FlowView::resultText() const
{
    const QJsonObject &document = m_flow->document();
    const QJsonObject model = document.value("model"_L1).toObject();
    QStringList facts;
    if (const QString selected = document.value("selected"_L1).toString(); !selected.isEmpty())
        facts.append(tr("Selected %1").arg(selected));
    if (const QString algorithm = document.value("algorithm"_L1).toString(); !algorithm.isEmpty())
        facts.append(algorithm);
    if (model.contains("version"_L1) && !model.value("version"_L1).toString().isEmpty())
        facts.append(tr("%1 v%2").arg(format::oneLine(model.value("name"_L1).toString(), 60),
            model.value("version"_L1).toString()));
    const QString stage = model.contains("stage"_L1) ? model.value("stage"_L1).toString()
                                                     : document.value("stage"_L1).toString();
    if (!stage.isEmpty())
        facts.append(tr("in %1").arg(stage));
    const QJsonObject test = document.value("metrics"_L1)["test"_L1].toObject();
    for (const QString &key : {u"roc_auc"_s, u"f1_weighted"_s, u"r2"_s}) {
        if (test.contains(key))
            facts.append(tr("test %1 %2").arg(key, format::number(test.value(key).toDouble())));
    }
    return facts.isEmpty() ? tr("Done.") : tr("Done: %1").arg(facts.join(u" · "_s));
}

void FlowView::showState()
{
    if (!m_flow)
        return;
    const QString error =
        m_flow->error() ? format::oneLine(redact(m_flow->error()->text()), 500) : QString();
    switch (m_flow->state()) {
    case FlowState::Running:
        m_banner->clear();
        break;
    case FlowState::Done:
        m_banner->showMessage(Tone::Good, resultText());
        break;
    case FlowState::Refused:
        m_banner->showMessage(Tone::Warning, error);
        break;
    case FlowState::Failed:
        m_banner->showMessage(Tone::Bad, error);
        break;
    case FlowState::Cancelled:
        m_banner->showMessage(Tone::Neutral, tr("Cancelled. Its runs ended as killed."));
        break;
    }
}

} // namespace signalbox
