// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/flows/flow.h"

#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QObject>
#include <QtCore/QPointF>

#include <memory>
#include <optional>

namespace signalbox {

enum class FlowState : quint8 { Running, Done, Refused, Failed, Cancelled };
//! "Running", "Done" ...
[[nodiscard]] QString nameOf(FlowState state);
[[nodiscard]] QString titleOf(FlowKind kind); //!< "Selector" ...

/*! One flow of this session with everything it said, so that a page may come and go. Keeps its
 *  record after the flow itself is gone. Main thread; owned by FlowRegistry. */
class TrackedFlow final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TrackedFlow)

public:
    struct LogLine {
        qint64 timeMs = 0;
        QString level;
        QString text;
    };
    static constexpr int kLogLines = 5000;
    static constexpr int kPoints = 20000; //!< Per metric; the oldest go first.

    //! `subject` is what it works on: a model, an experiment, a file.
    TrackedFlow(std::unique_ptr<Flow> flow, QString subject, QObject *parent = nullptr);
    ~TrackedFlow() override;

    void start();
    void cancel();
    //! Ends the flow if it runs and lets go of it; the record stays.
    void release();

    [[nodiscard]] const QString &id() const { return m_id; }
    [[nodiscard]] FlowKind kind() const { return m_kind; }
    [[nodiscard]] const QString &title() const { return m_title; }
    [[nodiscard]] const QString &subject() const { return m_subject; }
    [[nodiscard]] FlowState state() const { return m_state; }
    [[nodiscard]] bool isRunning() const { return m_state == FlowState::Running; }
    [[nodiscard]] bool isCancelling() const { return m_cancelling && isRunning(); }
    [[nodiscard]] const QList<FlowStep> &steps() const { return m_steps; }
    //! Time of each step; running ones go on.
    [[nodiscard]] std::chrono::milliseconds elapsedOf(int step) const;
    [[nodiscard]] const QList<LogLine> &log() const { return m_log; }
    [[nodiscard]] const QMap<QString, QList<QPointF>> &metrics() const { return m_metrics; }
    //! The run to open: the parent of a pipeline, else the first that exists.
    [[nodiscard]] RunId mainRun() const;
    [[nodiscard]] const QJsonObject &document() const { return m_document; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    [[nodiscard]] qint64 startedAt() const { return m_startedAt; }
    [[nodiscard]] std::chrono::milliseconds elapsed() const;
    //! "trial 23 of 50"; empty without progress.
    [[nodiscard]] const QString &progressText() const { return m_progress; }
    [[nodiscard]] qint64 progressDone() const { return m_progressDone; }
    [[nodiscard]] qint64 progressTotal() const { return m_progressTotal; }

Q_SIGNALS:
    void stateChanged();
    void stepChanged(int index);
    void progressChanged();
    //! Lines were added at the end; `dropped` old ones went.
    void logAppended(int added, int dropped);
    void metricAppended(const QString &key);
    void mainRunChanged();

private:
    void listen();
    void takeStep(int index, const FlowStep &step);
    void logStep(const FlowStep &step);
    void takeLog(const QString &level, const QString &text);
    void takeMetric(const QString &key, double value, qint64 step);
    void finish(const Result<QJsonObject> &result);

    std::unique_ptr<Flow> m_flow;
    QString m_id;
    FlowKind m_kind;
    QString m_title;
    QString m_subject;
    FlowState m_state = FlowState::Running;
    bool m_cancelling = false;
    QList<FlowStep> m_steps;
    QList<qint64> m_stepStarted;
    QList<LogLine> m_log;
    QMap<QString, QList<QPointF>> m_metrics;
    QList<std::pair<QString, RunId>> m_runs;
    QJsonObject m_document;
    std::optional<Error> m_error;
    qint64 m_startedAt = 0;
    qint64 m_endedAt = 0;
    QString m_progress;
    qint64 m_progressDone = 0;
    qint64 m_progressTotal = 0;
};

} // namespace signalbox
