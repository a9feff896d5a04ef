// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/downsample.h"
#include "ui/widgets/axis_scale.h"

#include <QtCharts/QChartView>
#include <QtGui/QColor>

#include <optional>
#include <vector>

class QCategoryAxis;

namespace signalbox {

//! A line as it is drawn: few points, already transformed to axis positions.
struct CanvasLine {
    QString name;
    QColor colour;
    std::vector<Point> points;
};

//! The Qt Charts part of MetricChart: axes with our own ticks, 1 px lines, crosshair and hover box.
class ChartCanvas final : public QChartView {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChartCanvas)

public:
    explicit ChartCanvas(QWidget *parent = nullptr);

    void setLines(std::vector<CanvasLine> lines, AxisKind xKind, AxisKind yKind);
    void setCrosshair(std::optional<double> x);
    [[nodiscard]] const std::vector<CanvasLine> &lines() const { return m_lines; }
    [[nodiscard]] int plotWidth() const;
    [[nodiscard]] QStringList hoverLines() const;

Q_SIGNALS:
    void hovered(std::optional<double> x);
    //! The plot has another size: another number of points and ticks fits.
    void resized();

protected:
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void drawForeground(QPainter *painter, const QRectF &rect) override;

private:
    void applyColours();
    void setAxis(QCategoryAxis *axis, const AxisScale &scale);
    void paintHoverBox(QPainter *painter, const QRectF &plot, qreal x) const;
    std::vector<CanvasLine> m_lines;
    AxisKind m_xKind = AxisKind::Linear;
    AxisKind m_yKind = AxisKind::Linear;
    QCategoryAxis *m_x = nullptr;
    QCategoryAxis *m_y = nullptr;
    std::optional<double> m_crosshair;
    bool m_hovering = false;
};

} // namespace signalbox
