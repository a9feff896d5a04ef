// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/downsample.h"
#include "ui/widgets/axis_scale.h"

#include <QtGui/QColor>
#include <QtGui/QImage>
#include <QtWidgets/QWidget>

#include <optional>
#include <vector>

class QCheckBox;
class QStackedLayout;
class QTimer;
class QToolButton;

namespace signalbox {

class ChartCanvas;
class ChartLegend;
class EmptyState;
class PlainLabel;

//! One line. `points` are ordered by x; values that are not finite leave a gap in the data only.
struct ChartSeries {
    QString name; //!< Plain text; shown in the hover box.
    QColor colour; //!< Invalid: the theme's colour for its place, which follows the theme.
    std::vector<Point> points;
    int place = -1; //!< Of that colour; -1 is the place among the series.
};

/*! Lines of metrics over step or time. Never draws more points than pixels: all points are kept
 *  here, a downsampled copy goes to the chart. Hovering shows a crosshair with the values. Appended
 *  points are drawn at most every 100 ms. Main thread. */
class MetricChart final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MetricChart)

public:
    explicit MetricChart(const QString &title, QWidget *parent = nullptr);
    ~MetricChart() override;

    void setTitle(const QString &title);
    void setSeries(std::vector<ChartSeries> series);
    //! Adds an empty line and returns its index for appendPoint.
    int addSeries(const QString &name, const QColor &colour = {});
    //! A point at the end of a line; an x before the last is sorted in.
    void appendPoint(int series, const Point &point);
    void clear();
    [[nodiscard]] int seriesCount() const;
    [[nodiscard]] const ChartSeries &series(int index) const;

    //! What x is; only the labels depend on it.
    void setXAxis(AxisKind kind);
    void setLogarithmic(bool on); //!< Values that are not positive are left out then.
    //! Exponential smoothing, 0 (none) up to 0.99.
    void setSmoothing(double weight);
    void setEmptyText(const QString &text);
    //! Hides the controls for log axis, smoothing and saving, for small charts.
    void setControlsVisible(bool visible);
    //! Names the lines where nothing else on the page does; off at first.
    void setLegendVisible(bool visible);
    //! Shows the crosshair at this x, for charts that move together; nothing hides it.
    void setCrosshair(std::optional<double> x);

    //! What is on screen, for export.
    [[nodiscard]] QImage image(const QSize &size, qreal ratio = 2.0);
    //! How many points the chart draws now; tests hold it against the width.
    [[nodiscard]] std::size_t drawnPoints() const;
    [[nodiscard]] QString hoverText() const; //!< What the hover box says, empty without one.

Q_SIGNALS:
    //! The pointer moved over the chart, or left it.
    void crosshairMoved(std::optional<double> x);
    //! The user wants the picture in a file.
    void saveRequested();

private:
    void buildHeader();
    void scheduleRedraw();
    void redraw();
    void describe();
    [[nodiscard]] std::vector<Point> shownPoints(const ChartSeries &series) const;
    QString m_title;
    std::vector<ChartSeries> m_series;
    AxisKind m_xAxis = AxisKind::Linear;
    bool m_logarithmic = false;
    double m_smoothing = 0.0;
    QWidget *m_header = nullptr;
    PlainLabel *m_titleLabel = nullptr;
    ChartLegend *m_legend = nullptr;
    QCheckBox *m_log = nullptr;
    QToolButton *m_smooth = nullptr;
    QToolButton *m_save = nullptr;
    QStackedLayout *m_stack = nullptr;
    ChartCanvas *m_canvas = nullptr;
    EmptyState *m_empty = nullptr;
    QTimer *m_timer = nullptr;
};

} // namespace signalbox
