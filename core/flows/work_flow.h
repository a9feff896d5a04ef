// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/data_facts.h"
#include "core/flows/engine_step.h"
#include "core/flows/flow_run.h"

#include <functional>

namespace signalbox {

//! What a flow gets from the pipeline that it is a part of; empty for a flow of its own.
struct FlowOrigin {
    LocalRunId parentRun;
    QString flowId; //!< Of the pipeline.
    std::optional<DataFacts> facts; //!< The table, when it was inspected already.
};

/*! What selector, trainer, deployer and pipeline share: one run that ends as the flow ends, at most
 *  one engine job at a time, and a chain of calls that stops at the first failure. */
class WorkFlow : public Flow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WorkFlow)

public:
    WorkFlow(FlowKind kind, const QString &title, const FlowContext &context, FlowOrigin origin);
    ~WorkFlow() override;
    //! Of the flow's run; null until the server has it.
    [[nodiscard]] QJsonValue runIdJson() const;
    [[nodiscard]] LocalRunId localRunId() const;

protected:
    void abort() override;
    void hasEnded() override;
    //! Continues with `next(value)`, or gives up; nothing happens any more once the flow has ended.
    template <typename T, typename F> void await(const Call<T> &call, F next);
    /*! The same for a request to the server that may be repeated: an outage makes the step wait and
     *  ask again, for at most the context's wait limit. */
    template <typename T, typename F>
    void awaitServer(const QString &stepId, std::function<Call<T>()> ask, F next);
    //! Lets the step wait and calls `ask` again after an outage; gives up on anything else.
    void askAgain(const QString &stepId, const Error &error, std::function<void()> ask);
    //! Starts the flow's run: from here on there is something that has to be ended.
    void beginRun(const QString &role, const QString &experiment, const QString &name = {});
    [[nodiscard]] FlowRun *flowRun() const { return m_run; }
    //! One engine job, recorded into the run when there is one.
    [[nodiscard]] Call<QJsonObject> runEngine(const EngineRequest &request);
    [[nodiscard]] QJsonObject engineModel() const;
    //! Gives the facts of the origin, or lets the engine inspect the table without a run.
    void inspect(const DataSpec &data, int seed, std::function<void(const DataFacts &)> next);
    //! Ends the run as FAILED with the reason, waits for it a moment and fails.
    void giveUp(const Error &error);
    //! Ends the run as FINISHED, waits for it a moment and continues.
    void completeRun(std::function<void()> next);
    [[nodiscard]] const FlowOrigin &origin() const { return m_origin; }

private:
    void killRun();
    FlowOrigin m_origin;
    FlowRun *m_run = nullptr; // a child of this
    std::unique_ptr<EngineStep> m_engine;
    std::function<void()> m_cancelCall;
    std::optional<std::chrono::steady_clock::time_point> m_waitingSince;
};

template <typename T, typename F> void WorkFlow::await(const Call<T> &call, F next)
{
    m_cancelCall = [call] { call.cancel(); };
    call.then(this, [this, next = std::move(next)](const Result<T> &result) {
        if (!isRunning())
            return;
        if (!result)
            giveUp(result.error());
        else if constexpr (std::is_void_v<T>)
            next();
        else
            next(result.value());
    });
}

template <typename T, typename F>
void WorkFlow::awaitServer(const QString &stepId, std::function<Call<T>()> ask, F next)
{
    const Call<T> call = ask();
    m_cancelCall = [call] { call.cancel(); };
    call.then(this, [this, stepId, ask, next](const Result<T> &result) {
        if (!isRunning())
            return;
        if (result) {
            m_waitingSince.reset();
            next(result.value());
        } else {
            askAgain(stepId, result.error(),
                [this, stepId, ask, next] { awaitServer<T>(stepId, ask, next); });
        }
    });
}

} // namespace signalbox
