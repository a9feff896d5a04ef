// SPDX-License-Identifier: Apache-2.0
#include "core/flows/work_flow.h"

#include "core/tracking/connector.h"

#include <QtCore/QTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kAfterFailure = 5s;
constexpr auto kAfterSuccess = 10s;
constexpr auto kAskAgain = 2s;

} // namespace

WorkFlow::WorkFlow(
    FlowKind kind, const QString &title, const FlowContext &context, FlowOrigin origin)
    : Flow(kind, title, context)
    , m_origin(std::move(origin))
{
}

WorkFlow::~WorkFlow()
{
    killRun();
}

QJsonValue WorkFlow::runIdJson() const
{
    return m_run ? m_run->runIdJson() : QJsonValue();
}

LocalRunId WorkFlow::localRunId() const
{
    return m_run ? m_run->localId() : LocalRunId();
}

void WorkFlow::abort()
{
    if (const auto cancelCall = std::exchange(m_cancelCall, nullptr))
        cancelCall();
    if (m_engine)
        m_engine->cancel();
    killRun();
}

//! A finished flow may be kept for its steps; the job's folder is not needed any more.
void WorkFlow::hasEnded()
{
    if (m_engine && m_engine->isFinished())
        m_engine.release()->deleteLater();
}

void WorkFlow::killRun()
{
    if (m_run)
        m_run->end(RunOutcome::killed(u"cancelled by the user"_s));
}

void WorkFlow::beginRun(const QString &role, const QString &experiment, const QString &name)
{
    FlowRunSpec spec;
    spec.role = role;
    spec.name = name;
    spec.experiment = experiment;
    spec.flow = nameOf(kind());
    spec.flowId = m_origin.flowId.isEmpty() ? id() : m_origin.flowId;
    spec.user = context().userName;
    spec.parent = m_origin.parentRun;
    m_run = new FlowRun(*context().connector, spec, this);
    connect(m_run, &FlowRun::linked, this, &WorkFlow::runLinked);
}

Call<QJsonObject> WorkFlow::runEngine(const EngineRequest &request)
{
    m_engine = std::make_unique<EngineStep>(context(), m_run, nullptr);
    connect(m_engine.get(), &EngineStep::progress, this, &WorkFlow::progress);
    connect(m_engine.get(), &EngineStep::metric, this, &WorkFlow::metric);
    connect(m_engine.get(), &EngineStep::logLine, this, &WorkFlow::logLine);
    return m_engine->start(request);
}

QJsonObject WorkFlow::engineModel() const
{
    return m_engine ? m_engine->model() : QJsonObject();
}

void WorkFlow::inspect(const DataSpec &data, int seed, std::function<void(const DataFacts &)> next)
{
    if (m_origin.facts) {
        next(*m_origin.facts);
        return;
    }
    const EngineRequest request{
        u"inspect"_s, data.toJson(), {{u"problem"_s, data.problem}, {u"preview_rows"_s, 0}}, seed};
    await(runEngine(request), [this, data, next = std::move(next)](const QJsonObject &inspection) {
        const Result<DataFacts> facts = DataFacts::from(inspection, data.allowLeakage);
        if (facts)
            next(facts.value());
        else
            giveUp(facts.error());
    });
}

void WorkFlow::askAgain(const QString &stepId, const Error &error, std::function<void()> ask)
{
    const auto now = std::chrono::steady_clock::now();
    if (!m_waitingSince)
        m_waitingSince = now;
    if (!error.isOutage() || now - *m_waitingSince + kAskAgain > context().waitLimit) {
        giveUp(error);
        return;
    }
    setStepState(stepId, StepState::Waiting, u"waiting for the server: "_s % error.message);
    QTimer::singleShot(kAskAgain, this, [this, ask = std::move(ask)] {
        if (isRunning())
            ask();
    });
}

void WorkFlow::giveUp(const Error &error)
{
    if (!m_run) {
        fail(error);
        return;
    }
    m_run->end(RunOutcome::failed(error));
    m_run->syncedWithin(kAfterFailure).then(this, [this, error](const Result<void> &) {
        fail(error);
    });
}

void WorkFlow::completeRun(std::function<void()> next)
{
    m_run->end();
    await(m_run->committed(),
        [this, next = std::move(next)] { await(m_run->syncedWithin(kAfterSuccess), next); });
}

} // namespace signalbox
