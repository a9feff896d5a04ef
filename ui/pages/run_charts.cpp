// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_charts.h"

#include "ui/models/formatters.h"
#include "ui/models/run_columns.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/metric_chart.h"

#include <QtWidgets/QGridLayout>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kColumns = 2;
constexpr int kChartHeight = 208;

QString curveKey(const RunId &run, const QString &metric)
{
    return run.text() + u'\n' + metric;
}

bool isOver(const mlflow::Run &run)
{
    return run.info.status != mlflow::RunStatus::Running
        && run.info.status != mlflow::RunStatus::Scheduled;
}

std::vector<Point> pointsOf(const QList<mlflow::Metric> &history)
{
    std::vector<Point> points;
    points.reserve(static_cast<size_t>(history.size()));
    for (const mlflow::Metric &m : history)
        points.push_back({static_cast<double>(m.step), m.value});
    std::stable_sort(
        points.begin(), points.end(), [](const Point &a, const Point &b) { return a.x < b.x; });
    return points;
}

} // namespace

RunCharts::RunCharts(int maxCharts, QWidget *parent)
    : QWidget(parent)
    , m_maxCharts(maxCharts)
    , m_grid(new QGridLayout)
    , m_empty(new EmptyState(this))
{
    setObjectName(u"runCharts"_s);
    setAccessibleName(tr("Metric curves"));
    m_empty->setObjectName(u"runChartsEmpty"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(m_grid);
    layout->addWidget(m_empty, 1);
    layout->addStretch();
    m_grid->setSpacing(kGrid);
}

RunCharts::~RunCharts() = default;

void RunCharts::setSource(FetchHistory fetch)
{
    m_curves.clear();
    m_fetch = std::move(fetch);
}

void RunCharts::setEmptyText(const QString &title, const QString &detail)
{
    m_empty->setContent(u"chart"_s, title, detail);
}

QStringList RunCharts::curvesOf(const QList<mlflow::Run> &runs) const
{
    QMap<QString, int> count;
    for (const mlflow::Run &run : runs) {
        for (const mlflow::Metric &metric : run.metrics) {
            if (metric.step > 0)
                ++count[metric.key];
        }
    }
    QStringList names = rankedMetrics(count.keys());
    std::stable_sort(names.begin(), names.end(),
        [&count](const QString &a, const QString &b) { return count[a] > count[b]; });
    return names.mid(0, m_maxCharts);
}

void RunCharts::setRuns(const QList<mlflow::Run> &runs, const QHash<QString, int> &colours)
{
    m_runs = runs;
    m_colours = colours;
    const QStringList metrics = curvesOf(runs);
    showMetrics(metrics);
    for (const QString &metric : metrics) {
        for (const mlflow::Run &run : runs)
            read(run, metric);
        draw(metric);
    }
}

MetricChart *RunCharts::addChart()
{
    auto *card = new Card({}, this);
    card->setFlush(true);
    auto *chart = new MetricChart({}, card);
    chart->setMinimumHeight(kChartHeight);
    card->body()->addWidget(chart);
    card->body()->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
    const int index = static_cast<int>(m_charts.size());
    chart->setObjectName(u"runChart%1"_s.arg(index));
    m_grid->addWidget(card, index / kColumns, index % kColumns);
    connect(chart, &MetricChart::crosshairMoved, this, [this, chart](std::optional<double> x) {
        for (MetricChart *other : m_charts) {
            if (other != chart)
                other->setCrosshair(x);
        }
    });
    connect(chart, &MetricChart::saveRequested, this, [this, chart, index] {
        if (m_save)
            m_save(chart, m_metrics.value(index));
    });
    m_cards.push_back(card);
    m_charts.push_back(chart);
    return chart;
}

void RunCharts::showMetrics(const QStringList &metrics)
{
    m_metrics = metrics;
    while (static_cast<qsizetype>(m_charts.size()) < metrics.size())
        addChart();
    for (size_t i = 0; i < m_charts.size(); ++i) {
        const auto place = static_cast<qsizetype>(i);
        m_cards[i]->setVisible(place < metrics.size());
        if (place < metrics.size()) {
            m_charts[i]->setTitle(format::oneLine(metrics.at(place), 80));
            m_charts[i]->setEmptyText(tr("Loading…"));
        }
    }
    m_empty->setVisible(metrics.isEmpty());
}

void RunCharts::read(const mlflow::Run &run, const QString &metric)
{
    const bool has = std::any_of(run.metrics.cbegin(), run.metrics.cend(),
        [&metric](const mlflow::Metric &m) { return m.key == metric; });
    if (!m_fetch || !has)
        return;
    Curve &curve = m_curves[curveKey(run.info.id, metric)];
    if (curve.final || curve.call.isRunning())
        return;
    curve.call = m_fetch(run.info.id, metric);
    curve.call.call().then(this,
        [this, id = run.info.id, metric, over = isOver(run)](
            const Result<QList<mlflow::Metric>> &result) {
            const auto found = m_curves.find(curveKey(id, metric));
            if (result && found != m_curves.end()) { // else what was read before stays on screen
                found->second.points = *result;
                found->second.final = over;
                draw(metric);
            }
            Q_EMIT readingChanged();
        });
}

void RunCharts::draw(const QString &metric)
{
    const qsizetype place = m_metrics.indexOf(metric);
    if (place < 0)
        return;
    std::vector<ChartSeries> lines;
    for (const mlflow::Run &run : std::as_const(m_runs)) {
        const auto curve = m_curves.find(curveKey(run.info.id, metric));
        if (curve == m_curves.end() || curve->second.points.isEmpty())
            continue;
        const int colour = m_colours.value(run.info.id.text(), static_cast<int>(lines.size()));
        lines.push_back(
            {format::oneLine(run.info.name, 60), QColor(), pointsOf(curve->second.points), colour});
    }
    m_charts.at(static_cast<size_t>(place))->setSeries(std::move(lines));
}

bool RunCharts::isReading() const
{
    return std::any_of(m_curves.cbegin(), m_curves.cend(),
        [](const auto &entry) { return entry.second.call.isRunning(); });
}

MetricChart *RunCharts::chart(int index) const
{
    return index >= 0 && index < m_metrics.size() ? m_charts.at(static_cast<size_t>(index))
                                                  : nullptr;
}

} // namespace signalbox
