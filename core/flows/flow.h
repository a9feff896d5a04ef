// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/ids.h"

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QObject>

#include <chrono>

namespace signalbox {

class Connector;
class Home;
class PythonEnvironment;

//! What every flow needs; borrowed from the composition root, outlives every flow.
struct FlowContext {
    Connector *connector = nullptr;
    const Home *home = nullptr;
    PythonEnvironment *environment = nullptr;
    QString resourcesDir;
    QString userName; //!< Recorded as `mlflow.user`.
    std::chrono::milliseconds waitLimit{300'000}; //!< How long a step waits for the server.
};

enum class FlowKind : quint8 { Selector, Trainer, Deployer, Pipeline };
[[nodiscard]] QString nameOf(FlowKind kind); //!< "selector", "trainer", ...

enum class StepState : quint8 { Pending, Running, Waiting, Done, Failed, Skipped, Cancelled };
[[nodiscard]] QString nameOf(StepState state); //!< "pending", ...

struct FlowStep {
    QString id; //!< "inspect", "select", "train", "register", "gates" ...
    QString title;
    StepState state = StepState::Pending;
    QString detail = {}; //!< "7,043 rows, 21 columns"; plain text.
    std::chrono::milliseconds elapsed{0};
};

/*! One running flow: an ordered list of steps with a typed result as JSON of the terminal contract.
 *  Main thread; owned by the caller of makeX(); deleting it cancels. A failed or cancelled flow
 *  leaves its runs FAILED or KILLED, never RUNNING. */
class Flow : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Flow)

public:
    Flow(FlowKind kind, QString title, FlowContext context, QObject *parent = nullptr);
    ~Flow() override;

    [[nodiscard]] FlowKind kind() const { return m_kind; }
    [[nodiscard]] const QString &title() const { return m_title; }
    [[nodiscard]] const QString &id() const { return m_id; } //!< Tag `signalbox.flow_id`.
    [[nodiscard]] const QList<FlowStep> &steps() const { return m_steps; }
    [[nodiscard]] bool isRunning() const { return m_result.isValid() && !m_result.isFinished(); }

    /*! Starts once; resolves with the document of the terminal contract (`select`, `train` ...).
     *  After a failure `partialResult` holds what was done. */
    [[nodiscard]] Call<QJsonObject> start();
    //! Stops the engine and ends the runs as KILLED; idempotent.
    void cancel();
    [[nodiscard]] virtual QJsonObject partialResult() const = 0;

Q_SIGNALS:
    void stepChanged(int index, const signalbox::FlowStep &step);
    //! Progress inside the running step; total 0 means unknown.
    void progress(const QString &phase, qint64 done, qint64 total);
    //! Live values from the engine.
    void metric(const QString &key, double value, qint64 step);
    void logLine(const QString &level, const QString &text);
    //! A run of this flow exists on the server: role is "pipeline", "selection", "training", ...
    void runLinked(const QString &role, const signalbox::RunId &runId);

protected:
    virtual void run() = 0; //!< Begins the work; ends by succeed() or fail().
    virtual void abort() = 0; //!< Stops whatever runs; fail(Cancelled) follows from cancel().
    virtual void hasEnded() { } //!< Follows succeed() and fail(), once.
    void setSteps(QList<FlowStep> steps);
    void enterStep(const QString &id, const QString &detail = {});
    void setDetail(const QString &id, const QString &detail);
    void setStepState(const QString &id, StepState state, const QString &detail = {});
    void succeed(QJsonObject document); //!< The step that runs is done; later calls do nothing.
    void fail(const Error &error); //!< The step that runs failed; later calls do nothing.
    [[nodiscard]] const FlowContext &context() const { return m_context; }

private:
    [[nodiscard]] qsizetype indexOf(const QString &id) const;
    void change(qsizetype index, StepState state, const QString &detail);
    void closeSteps(StepState running, StepState pending);
    FlowKind m_kind;
    QString m_title;
    QString m_id;
    FlowContext m_context;
    QList<FlowStep> m_steps;
    QList<std::chrono::steady_clock::time_point> m_entered;
    Promise<QJsonObject> m_promise;
    Call<QJsonObject> m_result;
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::FlowStep)
