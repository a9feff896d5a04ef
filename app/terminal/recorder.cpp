// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/recorder.h"

#include <QtCore/QPointer>
#include <QtCore/QTimer>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr int kMostCopies = 32;
constexpr qsizetype kShownRemarks = 20;
constexpr qsizetype kFullAppend = 1000;
constexpr std::chrono::milliseconds kProgressPause = 50ms;
constexpr std::chrono::milliseconds kSilence = 12s; // --wait-sent: nothing arrives any more
constexpr std::chrono::milliseconds kFlushAfterSignal = 3s;
constexpr int kNotSent = 3;

RunSpec runSpec(const RecordSpec &spec)
{
    RunSpec run{spec.experiment, spec.runName};
    run.tags = {
        {u"mlflow.source.name"_s, u"signalboxctl record"_s}, {u"mlflow.source.type"_s, u"LOCAL"_s}};
    return run;
}

QString summary(const QJsonObject &values)
{
    const QString run = values.value("run_id"_L1).toString();
    return values.value("run_state"_L1).toString() % u"  run "_s
        % (run.isEmpty() ? u"not on the server yet"_s : run) % u"  "_s
        % QString::number(values.value("points"_L1).toInteger()) % u" points, "_s
        % QString::number(values.value("pending_points"_L1).toInteger()) % u" pending, "_s
        % QString::number(values.value("skipped"_L1).toInteger()) % u" lines skipped"_s;
}

} // namespace

Recorder::Recorder(Terminal &terminal, Session &session, RecordSpec spec)
    : QObject(&terminal)
    , m_terminal(terminal)
    , m_connector(session.connector())
    , m_spec(std::move(spec))
    , m_run(m_connector.startRun(runSpec(m_spec)))
{
    m_pump.setSingleShot(true);
    connect(&m_pump, &QTimer::timeout, this, &Recorder::pump);
    connect(&m_connector, &Connector::roomAvailable, this, &Recorder::wake);
    connect(&m_connector, &Connector::runLinked, this, [this](const RunLink &link) {
        if (m_spec.events && link.localId == m_run.localId())
            m_terminal.out.event({{u"event"_s, u"linked"_s}, {u"run_id"_s, link.runId.text()}});
    });
}

Recorder::~Recorder()
{
    m_reader.reset(); // its thread wakes us
}

void Recorder::start()
{
    if (!m_spec.artifactsFrom.isEmpty()) {
        const auto folder = ArtifactFolder::open(m_spec.artifactsFrom);
        if (!folder) {
            fail(folder.error());
            return;
        }
        m_artifacts = folder.value();
    }
    if (m_spec.events) {
        m_terminal.out.event({{u"event"_s, u"run"_s}, {u"local_id"_s, m_run.localId().text()}});
    }
    m_reader = std::make_unique<RecordReader>(STDIN_FILENO, [this] {
        QMetaObject::invokeMethod(
            this, [this] { wake(); }, Qt::QueuedConnection);
    });
}

void Recorder::interrupt()
{
    if (m_ending) {
        reportNow();
        return;
    }
    if (m_reader)
        m_reader->stop();
    else
        end(RunOutcome::killed(u"The recorder was ended by a signal."_s));
}

void Recorder::wake()
{
    // One chunk per turn of the event loop, and a timer rather than a posted event: sockets must
    // get their turn in between.
    if (!m_pump.isActive())
        m_pump.start();
}

bool Recorder::mayTake() const
{
    return !m_ended && !m_ending && m_copies < kMostCopies && !m_connector.isJournalFull();
}

void Recorder::pump()
{
    if (!m_reader || !mayTake())
        return;
    if (auto chunk = m_reader->take()) {
        accept(std::move(*chunk));
        wake();
    }
}

void Recorder::accept(RecordChunk chunk)
{
    for (const RecordChunk::Remark &line : std::as_const(chunk.remarks))
        remark(line);
    m_skipped += chunk.skipped;
    m_pending.metrics << chunk.metrics;
    m_pending.params << chunk.params;
    m_pending.tags << chunk.tags;
    m_pending.lastLine = std::max(m_pending.lastLine, chunk.lastLine);
    m_ended = chunk.ended;
    m_trouble = chunk.trouble;
    for (const RecordChunk::Artifact &artifact : std::as_const(chunk.artifacts))
        logArtifact(artifact);
    const bool full =
        m_pending.metrics.size() + m_pending.params.size() + m_pending.tags.size() >= kFullAppend;
    if (full || m_ended || m_appends.empty())
        appendPending();
    endIfDone();
}

void Recorder::appendPending()
{
    const RecordChunk values = std::exchange(m_pending, {});
    if (values.lastLine == 0 || m_ending)
        return;
    const auto append = std::make_shared<Append>();
    append->points = values.metrics.size();
    append->values = values.params.size() + values.tags.size();
    append->line = values.lastLine;
    m_appends.push_back(append);
    if (!values.metrics.isEmpty())
        follow(m_run.logMetrics(values.metrics), append);
    if (!values.params.isEmpty())
        follow(m_run.logParams(values.params), append);
    if (!values.tags.isEmpty())
        follow(m_run.setTags(values.tags), append);
    acknowledge(); // lines without a value need no commit
}

void Recorder::follow(const Call<Ack> &call, const AppendPtr &append)
{
    ++append->calls;
    call.then(this, [this, append](const Result<Ack> &result) {
        --append->calls;
        if (!result)
            fail(result.error());
        else
            acknowledge();
    });
}

void Recorder::acknowledge()
{
    while (!m_appends.empty() && m_appends.front()->calls == 0) {
        const AppendPtr append = m_appends.front();
        m_appends.pop_front();
        m_points += append->points;
        m_values += append->values;
        m_lines = std::max(m_lines, append->line);
    }
    announceProgress(false);
    if (m_appends.empty() && m_pending.lastLine > 0)
        appendPending();
    endIfDone();
    wake();
}

void Recorder::logArtifact(const RecordChunk::Artifact &artifact)
{
    if (!m_artifacts) {
        skip(artifact.line, u"files are only taken with --artifacts-from DIR"_s);
        return;
    }
    const auto file = m_artifacts->file(artifact.path);
    if (!file) {
        skip(artifact.line, file.error().message);
        return;
    }
    QString to = artifact.to.isEmpty() ? artifact.path : artifact.to;
    if (to.endsWith(u'/'))
        to += artifact.path.section(u'/', -1);
    const auto append = std::make_shared<Append>();
    append->calls = 1;
    append->values = 1; // the values of its chunk follow and carry the line
    m_appends.push_back(append);
    ++m_copies;
    // The opened file lives until its copy is complete.
    m_run.logArtifact(file.value()->path(), to)
        .then(this, [this, append, artifact, opened = file.value()](const Result<Ack> &result) {
            --m_copies;
            --append->calls;
            if (!result && result.error().kind != ErrorKind::InvalidInput) {
                fail(result.error());
                return;
            }
            if (!result) {
                append->values = 0;
                skip(artifact.line, result.error().text());
            }
            acknowledge();
        });
}

void Recorder::skip(qint64 line, const QString &reason)
{
    ++m_skipped;
    remark({line, u"skipped, "_s % reason});
}

void Recorder::remark(const RecordChunk::Remark &remark)
{
    if (++m_told <= kShownRemarks)
        m_terminal.out.message(u"line %1: "_s.arg(remark.line) % remark.text);
}

void Recorder::announceProgress(bool now)
{
    if (!m_spec.events)
        return;
    if (!now) {
        if (!std::exchange(m_progressDue, true))
            QTimer::singleShot(kProgressPause, this, [this] { announceProgress(true); });
        return;
    }
    m_progressDue = false;
    if (m_ending)
        return; // the result says it
    m_terminal.out.event({{u"event"_s, u"acknowledged"_s}, {u"points"_s, m_points},
        {u"lines"_s, m_lines}, {u"skipped"_s, m_skipped}});
}

void Recorder::endIfDone()
{
    if (!m_ended || m_ending || !m_appends.empty() || m_pending.lastLine > 0)
        return;
    if (!m_trouble.isEmpty())
        end(RunOutcome::failed(makeError(
            ErrorKind::InvalidInput, u"The input could not be read: %1."_s.arg(m_trouble))));
    else if (m_terminal.isInterrupted())
        end(RunOutcome::killed(u"The recorder was ended by a signal."_s));
    else
        end(RunOutcome::finished());
}

void Recorder::end(const RunOutcome &outcome)
{
    m_ending = true;
    m_outcome = outcome;
    m_run.finish(outcome).then(this, [this](const Result<Ack> &result) {
        if (!result) {
            fail(result.error());
            return;
        }
        RunEndWait wait;
        wait.limit = m_terminal.isInterrupted() ? kFlushAfterSignal : m_spec.flush;
        if (m_spec.waitSent && !m_terminal.isInterrupted())
            wait.silence = m_terminal.options.timeout > 0ms ? m_terminal.options.timeout : kSilence;
        RunEnd::wait(m_connector, m_run.localId(), wait)
            .then(this, [this](const Result<RunEndReport> &end) {
                if (end)
                    report(end.value());
                else
                    fail(end.error());
            });
    });
}

void Recorder::reportNow()
{
    m_connector.standing(m_run.localId()).then(this, [this](const Result<RunStanding> &standing) {
        if (standing)
            report({standing.value(), standing->pendingItems == 0, m_connector.replayTrouble()});
        else
            fail(standing.error());
    });
}

QJsonObject Recorder::document(const RunEndReport &report) const
{
    const RunStanding &standing = report.standing;
    const QString runId = standing.runId.text();
    return {{u"run_id"_s, runId.isEmpty() ? QJsonValue() : QJsonValue(runId)},
        {u"local_id"_s, m_run.localId().text()}, {u"run_state"_s, mlflow::nameOf(m_outcome.status)},
        {u"points"_s, m_points}, {u"values"_s, m_values}, {u"lines"_s, m_lines},
        {u"skipped"_s, m_skipped}, {u"pending_points"_s, standing.pendingPoints},
        {u"sent_points"_s, m_points - standing.pendingPoints - standing.parkedPoints},
        {u"parked"_s, standing.parkedItems}};
}

void Recorder::report(const RunEndReport &report)
{
    if (std::exchange(m_reported, true))
        return;
    Output &out = m_terminal.out;
    const QJsonObject values = document(report);
    if (m_skipped > 0)
        out.message(u"%1 lines were skipped; everything else is recorded."_s.arg(m_skipped));
    if (report.standing.parkedItems > 0)
        out.message(u"The server refused something: "_s % report.standing.parkedReason
            % u" 'signalboxctl journal list' shows it, 'journal retry' sends it again."_s);
    if (!m_trouble.isEmpty()) {
        leave(values,
            makeError(ErrorKind::InvalidInput, m_outcome.errorMessage,
                u"What was read before is recorded; the run ended FAILED."_s));
        return;
    }
    if (m_spec.waitSent && !report.sent && !m_terminal.isInterrupted()) {
        leave(values, notSent(report));
        return;
    }
    if (report.standing.pendingItems > 0) {
        out.message(
            u"%1 points wait in the journal; 'signalboxctl journal flush' sends them."_s.arg(
                report.standing.pendingPoints));
        if (report.trouble)
            out.message(report.trouble->text());
    }
    leave(values, {});
}

Error Recorder::notSent(const RunEndReport &report) const
{
    const RunStanding &standing = report.standing;
    if (standing.pendingItems == 0)
        return makeError(ErrorKind::Conflict,
            u"The server refused a part of the run: "_s % standing.parkedReason,
            u"'signalboxctl journal status' lists what was set aside."_s);
    Error error = report.trouble.value_or(
        makeError(ErrorKind::Network, u"The server takes nothing at the moment."_s));
    error.message =
        u"%1 points are in the journal but not on the server. "_s.arg(standing.pendingPoints)
        % error.message;
    error.hint = u"Nothing is lost: 'signalboxctl journal flush' sends it later."_s;
    return error;
}

void Recorder::leave(QJsonObject values, const std::optional<Error> &error)
{
    m_terminal.drainsAtEnd = false;
    if (m_spec.events) {
        values.insert(u"event"_s, u"result"_s);
        if (error)
            values.insert(u"error"_s, error->toJson());
        m_terminal.out.event(values);
        m_terminal.out.json = false; // the result line stands for the document
    }
    if (error) {
        m_terminal.fail(*error, values,
            m_reported && m_spec.waitSent && m_trouble.isEmpty()
                ? std::optional<int>(error->kind == ErrorKind::Conflict ? 1 : kNotSent)
                : std::nullopt);
        return;
    }
    if (m_terminal.out.json)
        m_terminal.out.document(values);
    else if (!m_spec.events)
        m_terminal.out.line(summary(values));
    m_terminal.succeed();
}

void Recorder::fail(const Error &error)
{
    if (std::exchange(m_reported, true))
        return;
    m_ending = true;
    if (m_reader)
        m_reader->stop();
    m_outcome = RunOutcome::failed(error);
    m_run.finish(m_outcome); // if the journal still takes it
    const QString runId = m_run.runId().text();
    leave({{u"run_id"_s, runId.isEmpty() ? QJsonValue() : QJsonValue(runId)},
              {u"local_id"_s, m_run.localId().text()},
              {u"run_state"_s, mlflow::nameOf(m_outcome.status)}, {u"points"_s, m_points},
              {u"lines"_s, m_lines}, {u"skipped"_s, m_skipped}},
        error);
}

} // namespace signalbox
