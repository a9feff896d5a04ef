// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/flow_follower.h"

#include "core/json/json_writer.h"

using namespace Qt::StringLiterals;

namespace signalbox {

FlowFollower::FlowFollower(Terminal &terminal, std::unique_ptr<Flow> flow, bool events)
    : QObject(&terminal)
    , m_terminal(terminal)
    , m_flow(std::move(flow))
    , m_events(events)
{
    connect(m_flow.get(), &Flow::stepChanged, this,
        [this](int, const FlowStep &step) { onStep(step); });
    connect(m_flow.get(), &Flow::progress, this, &FlowFollower::onProgress);
    connect(m_flow.get(), &Flow::logLine, this, &FlowFollower::onLog);
    connect(
        m_flow.get(), &Flow::metric, this, [this](const QString &key, double value, qint64 step) {
            if (m_events) {
                m_terminal.out.event({{u"event"_s, u"metric"_s}, {u"key"_s, key},
                    {u"value"_s, jsonNumber(value)}, {u"step"_s, step}});
            }
        });
    connect(m_flow.get(), &Flow::runLinked, this, [this](const QString &role, const RunId &id) {
        if (m_events) {
            m_terminal.out.event(
                {{u"event"_s, u"run"_s}, {u"role"_s, role}, {u"run_id"_s, id.text()}});
        }
    });
}

void FlowFollower::start()
{
    m_terminal.onInterrupt = [this] { m_flow->cancel(); };
    m_flow->start().then(this, [this](const Result<QJsonObject> &result) { onFinished(result); });
}

void FlowFollower::onStep(const FlowStep &step)
{
    if (m_events) {
        m_terminal.out.event({{u"event"_s, u"step"_s}, {u"step"_s, step.id},
            {u"state"_s, nameOf(step.state)}, {u"detail"_s, step.detail},
            {u"seconds"_s, static_cast<double>(step.elapsed.count()) / 1000.0}});
    }
    switch (step.state) {
    case StepState::Running:
    case StepState::Waiting:
        m_terminal.out.progress(step.title % u"  "_s % step.detail);
        break;
    case StepState::Done:
    case StepState::Failed:
    case StepState::Skipped:
    case StepState::Cancelled:
        m_terminal.out.message(nameOf(step.state).leftJustified(10) % step.title.leftJustified(22)
            % QString::number(static_cast<double>(step.elapsed.count()) / 1000.0, 'f', 1)
                  .rightJustified(7)
            % u" s  "_s % step.detail);
        break;
    case StepState::Pending:
        break;
    }
}

void FlowFollower::onProgress(const QString &phase, qint64 done, qint64 total)
{
    if (m_events) {
        m_terminal.out.event({{u"event"_s, u"progress"_s}, {u"phase"_s, phase}, {u"done"_s, done},
            {u"total"_s, total}});
    }
    m_terminal.out.progress(phase % u"  "_s % QString::number(done)
        % (total > 0 ? QString(u" of "_s % QString::number(total)) : QString()));
}

void FlowFollower::onLog(const QString &level, const QString &text)
{
    if (m_events)
        m_terminal.out.event({{u"event"_s, u"log"_s}, {u"level"_s, level}, {u"text"_s, text}});
    else if (level == u"warning"_s || level == u"error"_s)
        m_terminal.out.message(level % u": "_s % text);
}

void FlowFollower::onFinished(const Result<QJsonObject> &result)
{
    m_terminal.onInterrupt = nullptr;
    QJsonObject document = result ? result.value() : m_flow->partialResult();
    if (m_events) {
        document.insert(u"event"_s, u"result"_s);
        if (!result)
            document.insert(u"error"_s, result.error().toJson());
        m_terminal.out.event(document);
        m_terminal.out.json = false; // the result line stands for the document
    }
    if (!result) {
        m_terminal.fail(result.error(), document);
        return;
    }
    if (!m_events) {
        if (m_terminal.out.json || !show)
            m_terminal.out.document(document);
        else
            show(m_terminal.out, document);
    }
    m_terminal.succeed();
}

} // namespace signalbox
