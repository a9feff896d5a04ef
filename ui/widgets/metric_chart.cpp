// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/metric_chart.h"

#include "ui/models/formatters.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/chart_canvas.h"
#include "ui/widgets/chart_legend.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QTimer>
#include <QtGui/QPainter>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QStackedLayout>
#include <QtWidgets/QToolButton>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::array<double, 5> kWeights{0.0, 0.3, 0.6, 0.9, 0.97};

// The usual debiased exponential average, so that the first values are not pulled to zero.
std::vector<Point> smoothed(std::vector<Point> points, double weight)
{
    double sum = 0.0;
    double mass = 0.0;
    for (Point &p : points) {
        if (!std::isfinite(p.y))
            continue;
        sum = sum * weight + (1.0 - weight) * p.y;
        mass = mass * weight + (1.0 - weight);
        p.y = sum / mass;
    }
    return points;
}

} // namespace

MetricChart::MetricChart(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_header(new QWidget(this))
    , m_titleLabel(new PlainLabel(this))
    , m_legend(new ChartLegend(this))
    , m_log(new QCheckBox(tr("log"), this))
    , m_smooth(new QToolButton(this))
    , m_save(new QToolButton(this))
    , m_stack(new QStackedLayout)
    , m_canvas(new ChartCanvas(this))
    , m_empty(new EmptyState(this))
    , m_timer(new QTimer(this))
{
    setObjectName(u"metricChart"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    buildHeader();
    layout->addWidget(m_header);
    layout->addLayout(m_stack, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_canvas);
    m_timer->setSingleShot(true);
    m_timer->setInterval(100);
    connect(m_timer, &QTimer::timeout, this, &MetricChart::redraw);
    connect(m_canvas, &ChartCanvas::hovered, this, &MetricChart::crosshairMoved);
    connect(m_canvas, &ChartCanvas::resized, this, &MetricChart::scheduleRedraw);
    connect(&Theme::instance(), &Theme::changed, this, &MetricChart::redraw);
    setEmptyText(tr("No points yet"));
    setTitle(title);
}

MetricChart::~MetricChart() = default;

void MetricChart::buildHeader()
{
    auto *row = new QHBoxLayout(m_header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    QFont font = Theme::instance().numberFont();
    font.setBold(true);
    m_titleLabel->setFont(font);
    row->addWidget(m_titleLabel, 1);
    m_legend->hide();
    row->addWidget(m_legend);
    m_log->setObjectName(u"chartLogCheckBox"_s);
    m_log->setAccessibleName(tr("Logarithmic axis"));
    connect(m_log, &QCheckBox::toggled, this, &MetricChart::setLogarithmic);
    m_smooth->setObjectName(u"chartSmoothToolButton"_s);
    m_smooth->setAccessibleName(tr("Smoothing"));
    m_smooth->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(m_smooth);
    for (const double weight : kWeights) {
        const QString text = weight > 0 ? QString::number(weight) : tr("none");
        connect(menu->addAction(text), &QAction::triggered, this,
            [this, weight] { setSmoothing(weight); });
    }
    m_smooth->setMenu(menu);
    m_smooth->setText(tr("smooth"));
    m_save->setObjectName(u"chartSaveToolButton"_s);
    m_save->setAccessibleName(tr("Save the chart as a picture"));
    m_save->setToolTip(tr("Save as a picture"));
    m_save->setIcon(themeIcon(u"download"_s));
    connect(m_save, &QToolButton::clicked, this, &MetricChart::saveRequested);
    for (QWidget *control : std::initializer_list<QWidget *>{m_log, m_smooth, m_save})
        row->addWidget(control);
}

void MetricChart::setTitle(const QString &title)
{
    m_title = title;
    m_titleLabel->setText(title);
    m_header->setVisible(!title.isEmpty());
    describe();
}

void MetricChart::setSeries(std::vector<ChartSeries> series)
{
    m_series = std::move(series);
    redraw();
}

int MetricChart::addSeries(const QString &name, const QColor &colour)
{
    m_series.push_back({name, colour, {}});
    return static_cast<int>(m_series.size()) - 1;
}

void MetricChart::appendPoint(int series, const Point &point)
{
    std::vector<Point> &points = m_series.at(static_cast<std::size_t>(series)).points;
    if (points.empty() || points.back().x <= point.x) {
        points.push_back(point);
    } else {
        const auto at = std::upper_bound(points.begin(), points.end(), point,
            [](const Point &a, const Point &b) { return a.x < b.x; });
        points.insert(at, point);
    }
    scheduleRedraw();
}

void MetricChart::clear()
{
    m_series.clear();
    redraw();
}

int MetricChart::seriesCount() const
{
    return static_cast<int>(m_series.size());
}

const ChartSeries &MetricChart::series(int index) const
{
    return m_series.at(static_cast<std::size_t>(index));
}

void MetricChart::setXAxis(AxisKind kind)
{
    m_xAxis = kind;
    redraw();
}

void MetricChart::setLogarithmic(bool on)
{
    m_logarithmic = on;
    m_log->setChecked(on);
    redraw();
}

void MetricChart::setSmoothing(double weight)
{
    m_smoothing = std::clamp(weight, 0.0, 0.99);
    m_smooth->setText(m_smoothing > 0 ? tr("smooth %1").arg(m_smoothing) : tr("smooth"));
    redraw();
}

void MetricChart::setEmptyText(const QString &text)
{
    m_empty->setContent(u"chart"_s, text);
}

void MetricChart::setLegendVisible(bool visible)
{
    m_legend->setVisible(visible);
}

void MetricChart::setControlsVisible(bool visible)
{
    for (QWidget *control : std::initializer_list<QWidget *>{m_log, m_smooth, m_save})
        control->setVisible(visible);
}

void MetricChart::setCrosshair(std::optional<double> x)
{
    m_canvas->setCrosshair(x);
}

QImage MetricChart::image(const QSize &size, qreal ratio)
{
    QImage image(size * ratio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Theme::instance().colours().panel);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    m_canvas->render(&painter, QRectF(QPointF(0, 0), QSizeF(size)), m_canvas->rect());
    return image;
}

std::size_t MetricChart::drawnPoints() const
{
    std::size_t sum = 0;
    for (const CanvasLine &line : m_canvas->lines())
        sum += line.points.size();
    return sum;
}

QString MetricChart::hoverText() const
{
    return m_canvas->hoverLines().join(u'\n');
}

void MetricChart::scheduleRedraw()
{
    if (!m_timer->isActive())
        m_timer->start();
}

std::vector<Point> MetricChart::shownPoints(const ChartSeries &series) const
{
    std::vector<Point> points =
        m_smoothing > 0 ? smoothed(series.points, m_smoothing) : series.points;
    if (m_logarithmic) {
        std::erase_if(points, [](const Point &p) { return !(p.y > 0); });
        for (Point &p : points)
            p.y = std::log10(p.y);
    }
    return downsample(points, static_cast<std::size_t>(m_canvas->plotWidth()));
}

void MetricChart::redraw()
{
    m_timer->stop();
    std::vector<CanvasLine> lines;
    bool any = false;
    int place = 0;
    for (const ChartSeries &series : m_series) {
        const int own = series.place >= 0 ? series.place : place;
        const QColor fallback = Theme::instance().colours().seriesColour(own);
        ++place;
        lines.push_back(
            {series.name, series.colour.isValid() ? series.colour : fallback, shownPoints(series)});
        any = any || !lines.back().points.empty();
    }
    QList<ChartLegend::Entry> names;
    for (const CanvasLine &line : lines)
        names.append({line.name, line.colour});
    m_legend->setEntries(names);
    m_canvas->setLines(
        std::move(lines), m_xAxis, m_logarithmic ? AxisKind::Logarithmic : AxisKind::Linear);
    m_stack->setCurrentWidget(any ? static_cast<QWidget *>(m_canvas) : m_empty);
    describe();
}

void MetricChart::describe()
{
    setAccessibleName(tr("Chart of %1").arg(m_title));
    QStringList parts;
    for (const ChartSeries &series : m_series) {
        if (!series.points.empty())
            parts.append(
                tr("%1: %2 points, last %3")
                    .arg(series.name, format::count(static_cast<qint64>(series.points.size())),
                        format::number(series.points.back().y)));
        if (parts.size() == 8)
            break;
    }
    setAccessibleDescription(parts.isEmpty() ? tr("No points yet") : parts.join(u"; "_s));
}

} // namespace signalbox
