// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/tracked_flow.h"

#include <QtCore/QPointer>
#include <QtCore/QSet>
#include <QtWidgets/QWidget>

#include <map>

class QListView;
class QGridLayout;
class QTimer;

namespace signalbox {

class Banner;
class Card;
class FlowLog;
class FlowStepModel;
class MetricChart;
class UiContext;

/*! One flow of this session: its steps, live curves and log; at its end what came out or why it
 *  stopped. Follows the flow while it is shown. GUI thread. */
class FlowView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowView)

public:
    explicit FlowView(UiContext &context, QWidget *parent = nullptr);

    void setFlow(TrackedFlow *flow);
    [[nodiscard]] TrackedFlow *flow() const { return m_flow; }
    [[nodiscard]] FlowLog *log() const { return m_log; }
    void tick();

private:
    void build();
    void showState();
    void metricChanged(const QString &key);
    void drawCharts();
    void drawChart(const QString &group);
    [[nodiscard]] QString resultText() const;

    QPointer<TrackedFlow> m_flow;
    FlowStepModel *m_steps = nullptr;
    QListView *m_list = nullptr;
    Banner *m_banner = nullptr;
    QWidget *m_chartArea = nullptr;
    QGridLayout *m_grid = nullptr;
    std::map<QString, MetricChart *> m_charts; //!< By group of metrics.
    QSet<QString> m_dirty;
    QTimer *m_drawTimer = nullptr;
    FlowLog *m_log = nullptr;
};

//! Which chart a live metric belongs to, and the name of its line; an empty group is not drawn.
struct LiveCurve {
    QString group;
    QString line;
};
[[nodiscard]] LiveCurve liveCurveOf(const QString &key);

} // namespace signalbox
