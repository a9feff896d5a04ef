// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/tracked_flow.h"

#include "core/base/clock.h"
#include "core/base/redaction.h"
#include "ui/models/formatters.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(FlowState state)
{
    switch (state) {
    case FlowState::Running:
        return u"Running"_s;
    case FlowState::Done:
        return u"Done"_s;
    case FlowState::Refused:
        return u"Refused"_s;
    case FlowState::Failed:
        return u"Failed"_s;
    case FlowState::Cancelled:
        break;
    }
    return u"Cancelled"_s;
}

QString titleOf(FlowKind kind)
{
    switch (kind) {
    case FlowKind::Selector:
        return u"Selector"_s;
    case FlowKind::Trainer:
        return u"Trainer"_s;
    case FlowKind::Deployer:
        return u"Deployer"_s;
    case FlowKind::Pipeline:
        break;
    }
    return u"Pipeline"_s;
}

TrackedFlow::TrackedFlow(std::unique_ptr<Flow> flow, QString subject, QObject *parent)
    : QObject(parent)
    , m_flow(std::move(flow))
    , m_id(m_flow->id())
    , m_kind(m_flow->kind())
    , m_title(m_flow->title())
    , m_subject(std::move(subject))
    , m_steps(m_flow->steps())
    , m_stepStarted(m_steps.size(), 0)
    , m_startedAt(systemClock().epochMs())
{
    listen();
}

TrackedFlow::~TrackedFlow() = default;

void TrackedFlow::listen()
{
    connect(m_flow.get(), &Flow::stepChanged, this, &TrackedFlow::takeStep);
    connect(m_flow.get(), &Flow::logLine, this, &TrackedFlow::takeLog);
    connect(m_flow.get(), &Flow::metric, this, &TrackedFlow::takeMetric);
    connect(m_flow.get(), &Flow::progress, this,
        [this](const QString &phase, qint64 done, qint64 total) {
            m_progress = total > 0
                ? QString(phase + u' ' + QString::number(done) + u" of " + QString::number(total))
                : phase;
            m_progressDone = done;
            m_progressTotal = total;
            Q_EMIT progressChanged();
        });
    connect(m_flow.get(), &Flow::runLinked, this, [this](const QString &role, const RunId &run) {
        const RunId before = mainRun();
        m_runs.append({role, run});
        if (mainRun() != before)
            Q_EMIT mainRunChanged();
    });
}

void TrackedFlow::start()
{
    m_flow->start().then(this, [this](const Result<QJsonObject> &result) { finish(result); });
}

void TrackedFlow::cancel()
{
    if (!isRunning() || m_cancelling || !m_flow)
        return;
    m_cancelling = true;
    Q_EMIT stateChanged();
    m_flow->cancel();
}

void TrackedFlow::release()
{
    if (!m_flow)
        return;
    m_flow->disconnect(this);
    m_flow->cancel();
    m_flow.reset();
    if (isRunning())
        finish(Failure(ErrorKind::Cancelled, u"The connection was closed."_s));
}

void TrackedFlow::finish(const Result<QJsonObject> &result)
{
    if (!isRunning())
        return;
    m_endedAt = systemClock().epochMs();
    m_progress.clear();
    if (result) {
        m_document = *result;
        m_state = FlowState::Done;
    } else {
        m_error = result.error();
        if (m_flow)
            m_document = m_flow->partialResult();
        const ErrorKind kind = m_error->kind;
        m_state = kind == ErrorKind::Refused ? FlowState::Refused
            : kind == ErrorKind::Cancelled   ? FlowState::Cancelled
                                             : FlowState::Failed;
    }
    Q_EMIT stateChanged();
}

void TrackedFlow::takeStep(int index, const FlowStep &step)
{
    if (index < 0)
        return;
    while (m_steps.size() <= index) {
        m_steps.append(FlowStep{});
        m_stepStarted.append(0);
    }
    const bool began = step.state == StepState::Running && m_stepStarted.at(index) == 0;
    const bool moved = m_steps.at(index).state != step.state;
    m_steps[index] = step;
    if (moved && step.state != StepState::Pending)
        logStep(step);
    if (began) {
        m_stepStarted[index] = systemClock().epochMs();
        m_progress.clear();
    }
    Q_EMIT stepChanged(index);
}

//! The engine says little while all goes well; the steps make the log a story.
void TrackedFlow::logStep(const FlowStep &step)
{
    QString text = step.title + u": " + nameOf(step.state);
    if (step.state == StepState::Done && step.elapsed.count() > 0)
        text += u" in " + format::duration(step.elapsed);
    if (!step.detail.isEmpty())
        text += u", " + step.detail;
    takeLog(step.state == StepState::Failed ? u"error"_s : u"info"_s, text);
}

void TrackedFlow::takeLog(const QString &level, const QString &text)
{
    const QStringList lines = redact(text).split(u'\n');
    for (const QString &line : lines)
        m_log.append({systemClock().epochMs(), level, line.left(4000)});
    const int dropped = std::max(0, static_cast<int>(m_log.size()) - kLogLines);
    m_log.remove(0, dropped);
    Q_EMIT logAppended(static_cast<int>(lines.size()), dropped);
}

void TrackedFlow::takeMetric(const QString &key, double value, qint64 step)
{
    QList<QPointF> &points = m_metrics[key];
    const auto x = static_cast<double>(step);
    // Steps that start again belong to the next trial; only the latest one is shown.
    if (!points.isEmpty() && x < points.constLast().x())
        points.clear();
    if (points.size() >= kPoints)
        points.removeFirst();
    points.append({x, value});
    Q_EMIT metricAppended(key);
}

std::chrono::milliseconds TrackedFlow::elapsedOf(int step) const
{
    const FlowStep &s = m_steps.at(step);
    if (s.state == StepState::Running && m_stepStarted.at(step) > 0 && isRunning())
        return std::chrono::milliseconds(systemClock().epochMs() - m_stepStarted.at(step));
    return s.elapsed;
}

std::chrono::milliseconds TrackedFlow::elapsed() const
{
    const qint64 end = isRunning() ? systemClock().epochMs() : m_endedAt;
    return std::chrono::milliseconds(end - m_startedAt);
}

RunId TrackedFlow::mainRun() const
{
    static const std::array kOrder{u"pipeline"_s, u"training"_s, u"selection"_s, u"deployment"_s};
    for (const QString &role : kOrder) {
        for (const auto &[name, run] : m_runs) {
            if (name == role)
                return run;
        }
    }
    return m_runs.isEmpty() ? RunId() : m_runs.constFirst().second;
}

} // namespace signalbox
