// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tracking/run_session.h"

#include <QtCore/QJsonObject>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <chrono>

namespace signalbox {

class Connector;

//! Which run of which flow is to be recorded.
struct FlowRunSpec {
    QString role; //!< "pipeline", "selection", "training" or "deployment".
    QString name; //!< Of the run; empty takes the role.
    QString experiment;
    QString flow; //!< Tag `signalbox.flow`.
    QString flowId; //!< Tag `signalbox.flow_id`, shared by a pipeline and its children.
    QString user;
    LocalRunId parent;
};

/*! One run of a flow while it lasts. Gathers what arrives in small steps into batches, keeps the
 *  first failure of the journal, and ends the run as KILLED when it is dropped unfinished. Main
 *  thread; owned by the flow. */
class FlowRun final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowRun)

public:
    FlowRun(Connector &connector, FlowRunSpec spec, QObject *parent);
    ~FlowRun() override;

    [[nodiscard]] LocalRunId localId() const;
    [[nodiscard]] const QString &role() const { return m_spec.role; }
    [[nodiscard]] RunId runId() const; //!< Empty until the server has the run.
    [[nodiscard]] QJsonValue runIdJson() const; //!< The id, or null.

    void addParam(const QString &key, const QString &value);
    void addTag(const QString &key, const QString &value);
    void addMetric(const QString &key, double value, qint64 step = 0, qint64 timestamp = 0);
    void addArtifact(const QString &file, const QString &to);
    void addText(const QString &text, const QString &to);
    void addJson(const QJsonObject &json, const QString &to);
    void addInputs(const QList<mlflow::DatasetInput> &inputs);
    void addModel(const ModelFolder &model);

    //! Ends the run on the journal; a second end is ignored.
    void end(const RunOutcome &outcome = RunOutcome::finished());
    [[nodiscard]] bool hasEnded() const { return m_ended; }

    //! Everything so far is committed; the first failure of the journal otherwise.
    [[nodiscard]] Call<void> committed();
    //! Everything so far is on the server; waits through outages.
    [[nodiscard]] Call<RunLink> synced();
    //! The same for at most `limit`; never fails.
    [[nodiscard]] Call<void> syncedWithin(std::chrono::milliseconds limit);

Q_SIGNALS:
    //! The server has the run.
    void linked(const QString &role, const signalbox::RunId &runId);

private:
    void sendBatch();
    void watch(const Call<Ack> &ack);
    void settle();

    FlowRunSpec m_spec;
    RunSession m_session;
    RunId m_runId;
    QTimer m_batchTimer;
    QList<mlflow::Metric> m_metrics;
    QList<mlflow::Param> m_params;
    mlflow::TagList m_tags;
    std::optional<Error> m_error;
    QList<Promise<void>> m_waiting;
    int m_unacknowledged = 0;
    bool m_ended = false;
};

} // namespace signalbox
