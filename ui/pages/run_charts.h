// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <QtCore/QHash>
#include <QtWidgets/QWidget>

#include <functional>
#include <map>
#include <memory>
#include <vector>

class QGridLayout;

namespace signalbox {

class Card;
class EmptyState;
class MetricChart;

using FetchHistory = std::function<Call<QList<mlflow::Metric>>(const RunId &, const QString &)>;

/*! Metric curves of a few runs side by side: one chart per metric, one line per run. Chooses the
 *  metrics that have a curve, the most telling first. Keeps what it has read of finished runs; asks
 *  again for running ones. Main thread. */
class RunCharts final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunCharts)

public:
    explicit RunCharts(int maxCharts, QWidget *parent = nullptr);
    ~RunCharts() override;

    void setSource(FetchHistory fetch); //!< Forgets everything read before.
    //! Colours are indices of the theme's series by run id.
    void setRuns(const QList<mlflow::Run> &runs, const QHash<QString, int> &colours);
    //! Texts for "nothing selected" or "no curves".
    void setEmptyText(const QString &title, const QString &detail);
    [[nodiscard]] QStringList shownMetrics() const { return m_metrics; }
    [[nodiscard]] MetricChart *chart(int index) const;
    //! Curves that are shown are still being read.
    [[nodiscard]] bool isReading() const;
    //! The person wants the picture of a chart.
    using SaveHandler = std::function<void(MetricChart *, const QString &metric)>;
    void setSaveHandler(SaveHandler handler) { m_save = std::move(handler); }

Q_SIGNALS:
    //! isReading() may have changed.
    void readingChanged();

private:
    struct Curve {
        QList<mlflow::Metric> points;
        bool final = false; //!< The run is over, so nothing will be added.
        ScopedCall<QList<mlflow::Metric>> call;
    };
    [[nodiscard]] QStringList curvesOf(const QList<mlflow::Run> &runs) const;
    void showMetrics(const QStringList &metrics);
    MetricChart *addChart();
    void read(const mlflow::Run &run, const QString &metric);
    void draw(const QString &metric);

    int m_maxCharts;
    FetchHistory m_fetch;
    SaveHandler m_save;
    QList<mlflow::Run> m_runs;
    QHash<QString, int> m_colours;
    QStringList m_metrics;
    std::map<QString, Curve> m_curves; //!< By run id and metric.
    std::vector<Card *> m_cards;
    std::vector<MetricChart *> m_charts;
    QGridLayout *m_grid = nullptr;
    EmptyState *m_empty = nullptr;
};

} // namespace signalbox
