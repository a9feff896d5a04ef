// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/flows/flow.h"

#include <QtCore/QJsonObject>
#include <QtCore/QObject>
#include <QtCore/QPointer>

namespace signalbox {

class EngineJob;
class FlowRun;

//! One request to the engine.
struct EngineRequest {
    QString operation; //!< "inspect", "benchmark", "train", "score"
    QJsonObject data;
    QJsonObject options;
    int seed = 42;
};

/*! One job of the engine from the environment to the last line, recorded into a run as it happens
 *  when there is one. Owns the job's folder and removes it when destroyed, so keep it until what
 *  was logged from there is committed. Main thread; owned by the flow. */
class EngineStep final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EngineStep)

public:
    EngineStep(const FlowContext &context, FlowRun *run, QObject *parent);
    ~EngineStep() override; //!< Kills the job when it still runs.

    //! Makes the environment when it is missing; ends after the journal took all that was recorded.
    [[nodiscard]] Call<QJsonObject> start(EngineRequest request);
    //! The call ends as Cancelled, the process soon after.
    void cancel();
    //! The process is gone and what it said is committed.
    [[nodiscard]] bool isFinished() const { return m_finished; }
    [[nodiscard]] const QJsonObject &model() const { return m_model; } //!< The `model` line.

Q_SIGNALS:
    void progress(const QString &phase, qint64 done, qint64 total);
    void metric(const QString &key, double value, qint64 step);
    void logLine(const QString &level, const QString &text);

private:
    void launch(const EngineRequest &request);
    void follow(EngineJob &job);
    void ended(const Result<QJsonObject> &result);
    void resolve(const Result<QJsonObject> &result);
    void removeFolder();

    FlowContext m_context;
    QPointer<FlowRun> m_run;
    EngineJob *m_job = nullptr;
    QString m_jobDir;
    QJsonObject m_model;
    Promise<QJsonObject> m_promise;
    bool m_finished = false;
};

} // namespace signalbox
