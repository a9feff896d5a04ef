// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_canvas.h"

#include "ui/theme/theme.h"

#include <QtCharts/QCategoryAxis>
#include <QtCharts/QLineSeries>
#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxHoverLines = 12;

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value)
    {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

const Point *nearest(const std::vector<Point> &points, double x)
{
    if (points.empty())
        return nullptr;
    auto it = std::lower_bound(
        points.begin(), points.end(), x, [](const Point &p, double at) { return p.x < at; });
    if (it == points.end() || (it != points.begin() && x - std::prev(it)->x < it->x - x))
        --it;
    return &*it;
}

QList<QPointF> toQt(const std::vector<Point> &points)
{
    QList<QPointF> out;
    out.reserve(static_cast<qsizetype>(points.size()));
    for (const Point &p : points)
        out.append(QPointF(p.x, p.y));
    return out;
}

} // namespace

ChartCanvas::ChartCanvas(QWidget *parent)
    : QChartView(parent)
    , m_x(new QCategoryAxis(this))
    , m_y(new QCategoryAxis(this))
{
    setObjectName(u"chartCanvas"_s);
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setFocusPolicy(Qt::NoFocus);
    setMinimumSize(160, 90);
    chart()->legend()->hide();
    chart()->setMargins(QMargins(0, 0, 8, 0));
    chart()->setBackgroundRoundness(0);
    chart()->setBackgroundVisible(false);
    for (QCategoryAxis *axis : {m_x, m_y}) {
        axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
        axis->setTruncateLabels(false);
    }
    chart()->addAxis(m_x, Qt::AlignBottom);
    chart()->addAxis(m_y, Qt::AlignLeft);
    applyColours();
    connect(&Theme::instance(), &Theme::changed, this, &ChartCanvas::applyColours);
}

void ChartCanvas::applyColours()
{
    const Colours &c = Theme::instance().colours();
    setBackgroundBrush(Qt::NoBrush);
    setStyleSheet(u"background: transparent"_s);
    for (QCategoryAxis *axis : {m_x, m_y}) {
        axis->setLabelsColor(c.muted);
        axis->setLabelsFont(Theme::instance().smallFont());
        axis->setGridLinePen(QPen(c.line, 1));
        axis->setLinePen(QPen(c.line, 1));
    }
    m_x->setGridLineVisible(false);
    m_y->setLineVisible(false);
    viewport()->update();
}

void ChartCanvas::setAxis(QCategoryAxis *axis, const AxisScale &scale)
{
    for (const QString &label : axis->categoriesLabels())
        axis->remove(label);
    axis->setStartValue(scale.low);
    axis->setRange(scale.low, scale.high);
    QString previous;
    for (const Tick &tick : scale.ticks) {
        // Two ticks of one text would be one category; a zero-width mark keeps them apart.
        QString text = tick.text;
        if (text == previous)
            text += QChar(0x200b);
        previous = text;
        axis->append(text, tick.position);
    }
}

void ChartCanvas::setLines(std::vector<CanvasLine> lines, AxisKind xKind, AxisKind yKind)
{
    m_lines = std::move(lines);
    m_xKind = xKind;
    m_yKind = yKind;
    Range x;
    Range y;
    for (const CanvasLine &line : m_lines) {
        for (const Point &p : line.points) {
            x.take(p.x);
            y.take(p.y);
        }
    }
    setAxis(m_x, scaleFor(x.low, x.high, std::clamp(width() / 110, 2, 8), xKind));
    setAxis(m_y, scaleFor(y.low, y.high, std::clamp(height() / 40, 2, 6), yKind, true));
    chart()->removeAllSeries();
    for (const CanvasLine &line : m_lines) {
        auto *series = new QLineSeries(this);
        series->replace(toQt(line.points));
        series->setPen(QPen(line.colour, 1));
        if (line.points.size() == 1) {
            series->setPointsVisible(true);
            series->setMarkerSize(5);
        }
        chart()->addSeries(series);
        series->attachAxis(m_x);
        series->attachAxis(m_y);
    }
}

void ChartCanvas::setCrosshair(std::optional<double> x)
{
    m_crosshair = x;
    viewport()->update();
}

int ChartCanvas::plotWidth() const
{
    return std::max(80, static_cast<int>(chart()->plotArea().width()));
}

QStringList ChartCanvas::hoverLines() const
{
    if (!m_crosshair)
        return {};
    QStringList out{positionText(*m_crosshair, m_xKind)};
    for (const CanvasLine &line : m_lines) {
        if (const Point *p = nearest(line.points, *m_crosshair); p && out.size() <= kMaxHoverLines)
            out.append(line.name.left(40) % u"  "_s % positionText(p->y, m_yKind));
    }
    return out;
}

void ChartCanvas::mouseMoveEvent(QMouseEvent *event)
{
    const QPointF at = chart()->mapFromScene(mapToScene(event->position().toPoint()));
    m_hovering = chart()->plotArea().contains(at) && !m_lines.empty();
    if (m_hovering) {
        const double wanted = chart()->mapToValue(at).x();
        const Point *p = nearest(m_lines.front().points, wanted);
        setCrosshair(p ? p->x : wanted);
    } else {
        setCrosshair(std::nullopt);
    }
    Q_EMIT hovered(m_crosshair);
    QChartView::mouseMoveEvent(event);
}

void ChartCanvas::leaveEvent(QEvent *event)
{
    m_hovering = false;
    setCrosshair(std::nullopt);
    Q_EMIT hovered(std::nullopt);
    QChartView::leaveEvent(event);
}

void ChartCanvas::resizeEvent(QResizeEvent *event)
{
    QChartView::resizeEvent(event);
    Q_EMIT resized();
}

void ChartCanvas::drawForeground(QPainter *painter, const QRectF &rect)
{
    QChartView::drawForeground(painter, rect);
    if (!m_crosshair || m_lines.empty())
        return;
    const QRectF plot = chart()->mapRectToScene(chart()->plotArea());
    const qreal x = chart()->mapToScene(chart()->mapToPosition(QPointF(*m_crosshair, 0))).x();
    if (x < plot.left() - 1 || x > plot.right() + 1)
        return;
    painter->setPen(QPen(Theme::instance().colours().muted, 1, Qt::DashLine));
    painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    if (m_hovering)
        paintHoverBox(painter, plot, x);
}

void ChartCanvas::paintHoverBox(QPainter *painter, const QRectF &plot, qreal x) const
{
    const Colours &c = Theme::instance().colours();
    const QStringList texts = hoverLines();
    painter->setFont(Theme::instance().smallFont());
    const QFontMetrics metrics = painter->fontMetrics();
    int width = 0;
    for (const QString &text : texts)
        width = std::max(width, metrics.horizontalAdvance(text));
    const int row = metrics.height() + 2;
    QRectF box(x + 8, plot.top() + 4, width + 30, row * static_cast<int>(texts.size()) + 8);
    if (box.right() > plot.right())
        box.moveRight(x - 8);
    painter->setPen(c.line);
    painter->setBrush(c.panel);
    painter->drawRoundedRect(box, 5, 5);
    for (qsizetype i = 0; i < texts.size(); ++i) {
        const QRectF at(
            box.left() + 20, box.top() + 4 + static_cast<double>(i * row), box.width() - 24, row);
        if (i > 0) {
            const QColor mark = m_lines.at(static_cast<std::size_t>(i - 1)).colour;
            painter->fillRect(QRectF(box.left() + 8, at.center().y() - 1.5, 8, 3), mark);
        }
        painter->setPen(i == 0 ? c.muted : c.ink);
        painter->drawText(at, Qt::AlignVCenter | Qt::AlignLeft, texts.at(i));
    }
}

} // namespace signalbox
