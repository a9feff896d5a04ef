// SPDX-License-Identifier: Apache-2.0
#include "core/flows/flow.h"

#include <QtCore/QUuid>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

bool isOpen(StepState state)
{
    return state == StepState::Running || state == StepState::Waiting;
}

} // namespace

QString nameOf(FlowKind kind)
{
    switch (kind) {
    case FlowKind::Selector:
        return u"selector"_s;
    case FlowKind::Trainer:
        return u"trainer"_s;
    case FlowKind::Deployer:
        return u"deployer"_s;
    case FlowKind::Pipeline:
        return u"pipeline"_s;
    }
    return u"pipeline"_s;
}

QString nameOf(StepState state)
{
    switch (state) {
    case StepState::Pending:
        return u"pending"_s;
    case StepState::Running:
        return u"running"_s;
    case StepState::Waiting:
        return u"waiting"_s;
    case StepState::Done:
        return u"done"_s;
    case StepState::Failed:
        return u"failed"_s;
    case StepState::Skipped:
        return u"skipped"_s;
    case StepState::Cancelled:
        return u"cancelled"_s;
    }
    return u"pending"_s;
}

Flow::Flow(FlowKind kind, QString title, FlowContext context, QObject *parent)
    : QObject(parent)
    , m_kind(kind)
    , m_title(std::move(title))
    , m_id(QUuid::createUuid().toString(QUuid::Id128))
    , m_context(std::move(context))
{
}

Flow::~Flow() = default;

Call<QJsonObject> Flow::start()
{
    if (m_result.isValid())
        return m_result;
    m_result = m_promise.call();
    m_promise.onCancel([this] { cancel(); });
    run();
    return m_result;
}

void Flow::cancel()
{
    if (!isRunning())
        return;
    abort();
    fail(makeError(ErrorKind::Cancelled, u"The "_s % nameOf(m_kind) % u" was cancelled."_s));
}

void Flow::setSteps(QList<FlowStep> steps)
{
    m_steps = std::move(steps);
    m_entered.fill({}, m_steps.size());
}

qsizetype Flow::indexOf(const QString &id) const
{
    const auto it = std::find_if(
        m_steps.begin(), m_steps.end(), [&id](const FlowStep &step) { return step.id == id; });
    return it == m_steps.end() ? -1 : std::distance(m_steps.begin(), it);
}

void Flow::enterStep(const QString &id, const QString &detail)
{
    for (qsizetype i = 0; i < m_steps.size(); ++i) {
        if (isOpen(m_steps.at(i).state) && m_steps.at(i).id != id)
            change(i, StepState::Done, {});
    }
    setStepState(id, StepState::Running, detail);
}

void Flow::setDetail(const QString &id, const QString &detail)
{
    if (const qsizetype i = indexOf(id); i >= 0)
        setStepState(id, m_steps.at(i).state, detail);
}

void Flow::setStepState(const QString &id, StepState state, const QString &detail)
{
    if (const qsizetype i = indexOf(id); i >= 0)
        change(i, state, detail);
}

void Flow::change(qsizetype index, StepState state, const QString &detail)
{
    using namespace std::chrono;
    FlowStep &step = m_steps[index];
    if (isOpen(state) && !isOpen(step.state))
        m_entered[index] = steady_clock::now();
    if (isOpen(step.state))
        step.elapsed = duration_cast<milliseconds>(steady_clock::now() - m_entered.at(index));
    const bool waitIsOver = step.state == StepState::Waiting && state != StepState::Waiting;
    if (!detail.isEmpty() || waitIsOver)
        step.detail = detail;
    step.state = state;
    Q_EMIT stepChanged(static_cast<int>(index), step);
}

void Flow::closeSteps(StepState running, StepState pending)
{
    for (qsizetype i = 0; i < m_steps.size(); ++i) {
        if (isOpen(m_steps.at(i).state))
            change(i, running, {});
        else if (m_steps.at(i).state == StepState::Pending)
            change(i, pending, {});
    }
}

void Flow::succeed(QJsonObject document)
{
    if (m_promise.isFinished())
        return;
    closeSteps(StepState::Done, StepState::Skipped);
    m_promise.resolve(std::move(document));
    hasEnded();
}

void Flow::fail(const Error &error)
{
    if (m_promise.isFinished())
        return;
    closeSteps(error.kind == ErrorKind::Cancelled ? StepState::Cancelled : StepState::Failed,
        StepState::Skipped);
    m_promise.resolve(Failure(error));
    hasEnded();
}

} // namespace signalbox
