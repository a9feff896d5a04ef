// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/exec_job.h"

#include "app/composition/unix_signals.h"
#include "core/base/redaction.h"
#include "core/engine/process_group.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QTimer>
#include <QtCore/QUrl>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kLook = 50ms;
constexpr std::chrono::milliseconds kRunLimit = 10s; // for the server to create the run
constexpr std::chrono::milliseconds kTroubleLimit = 1s; // the same once it has failed to
constexpr int kPatience = 3; // signals until the command is killed
constexpr auto kLogPath = "logs/output.log"_L1;

RunSpec runSpec(const ExecSpec &spec)
{
    const QString program = QFileInfo(spec.command.value(0)).fileName();
    RunSpec run{spec.experiment, spec.runName};
    run.tags = {{u"mlflow.source.name"_s, redact(spec.command.join(u' ')).left(4000)},
        {u"mlflow.source.type"_s, u"LOCAL"_s}};
    if (run.name.isEmpty())
        run.name = program;
    return run;
}

} // namespace

QProcessEnvironment environmentFor(
    QProcessEnvironment inherited, const QUrl &server, const RunId &run, const ExperimentId &in)
{
    const QString uri = u"MLFLOW_TRACKING_URI"_s;
    // The caller's own spelling may carry a login that is not ours to spread or to drop.
    const QUrl own = QUrl(inherited.value(uri))
                         .adjusted(QUrl::RemoveUserInfo | QUrl::StripTrailingSlash
                             | QUrl::NormalizePathSegments);
    if (own
        != server.adjusted(
            QUrl::RemoveUserInfo | QUrl::StripTrailingSlash | QUrl::NormalizePathSegments))
        inherited.insert(uri, server.toString(QUrl::RemoveUserInfo | QUrl::FullyEncoded));
    for (const QString &name : {u"MLFLOW_RUN_ID"_s, u"MLFLOW_EXPERIMENT_ID"_s})
        inherited.remove(name);
    if (run.isEmpty())
        return inherited;
    inherited.insert(u"MLFLOW_RUN_ID"_s, run.text());
    inherited.insert(u"MLFLOW_EXPERIMENT_ID"_s, in.text());
    // MLflow's client refuses an id and a name that disagree.
    inherited.remove(u"MLFLOW_EXPERIMENT_NAME"_s);
    return inherited;
}

ExecJob::ExecJob(Terminal &terminal, Session &session, ExecSpec spec)
    : QObject(&terminal)
    , m_terminal(terminal)
    , m_session(session)
    , m_connector(session.connector())
    , m_spec(std::move(spec))
    , m_run(m_connector.startRun(runSpec(m_spec)))
{
    m_terminal.onSignal = [this](int number) { return handleSignal(number); };
    for (const int number : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2})
        UnixSignals::alsoWatch(number);
    std::signal(SIGPIPE, SIG_IGN); // NOLINT: whoever read our output may leave
    connect(&m_process, &QProcess::finished, this, &ExecJob::ended);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            failedToStart();
    });
}

ExecJob::~ExecJob()
{
    disconnect(&m_process, nullptr, this, nullptr);
    m_terminal.onSignal = nullptr;
    for (const int end : {m_childOut, m_childErr}) {
        if (end >= 0)
            ::close(end);
    }
}

void ExecJob::start()
{
    const Result<QString> folder = m_session.home().newJobFolder();
    if (!folder) {
        fail(folder.error());
        return;
    }
    m_folder = *folder;
    m_log = std::make_unique<BoundedLog>(m_folder % u"/output.log"_s);
    const bool startsServer = m_session.origin() == ServerOrigin::LocalWorkspace
        && m_session.environment().status().ready;
    if (!startsServer) {
        waitForServer();
        return;
    }
    m_session.openAndStart().then(this, [this](const Result<void> &started) {
        m_terminal.out.clearProgress();
        if (!started)
            m_terminal.out.message(started.error().text());
        waitForServer();
    });
}

void ExecJob::waitForServer()
{
    m_askedAt = std::chrono::steady_clock::now();
    const auto asked = m_connector.flush(0ms); // tries at once, whatever happened before
    Q_UNUSED(asked)
    lookForRun();
}

void ExecJob::lookForRun()
{
    if (m_launched || m_finished)
        return;
    const auto waited = std::chrono::steady_clock::now() - m_askedAt;
    const std::optional<Error> trouble = m_connector.replayTrouble();
    if (const RunLink link = m_run.link(); !link.runId.isEmpty()) {
        launch(link.runId, link.experimentId);
    } else if (waited >= kRunLimit || (trouble && waited >= kTroubleLimit)) {
        m_terminal.out.message(u"The command runs without MLFLOW_RUN_ID: "_s
            % (trouble ? trouble->message : u"the server does not answer."_s));
        launch({}, {});
    } else {
        QTimer::singleShot(kLook, this, [this] { lookForRun(); });
    }
}

bool ExecJob::openPipes()
{
    int out[2];
    int err[2];
    if (::pipe2(out, O_CLOEXEC) != 0)
        return false;
    if (::pipe2(err, O_CLOEXEC) != 0) {
        ::close(out[0]);
        ::close(out[1]);
        return false;
    }
    m_childOut = out[1];
    m_childErr = err[1];
    // stdout belongs to the one document when that is asked for.
    const int shown = m_terminal.out.json ? STDERR_FILENO : STDOUT_FILENO;
    m_out = std::make_unique<OutputTee>(out[0], shown, *m_log);
    m_err = std::make_unique<OutputTee>(err[0], STDERR_FILENO, *m_log);
    return true;
}

void ExecJob::launch(const RunId &run, const ExperimentId &experiment)
{
    m_launched = true;
    if (!openPipes()) {
        fail(makeError(ErrorKind::Local, u"The command's output cannot be read: no pipe is left."_s,
            u"Raise the limit of open files."_s));
        return;
    }
    m_process.setProgram(m_spec.command.first());
    m_process.setArguments(m_spec.command.mid(1));
    m_process.setProcessEnvironment(environmentFor(
        QProcessEnvironment::systemEnvironment(), m_session.server().url(), run, experiment));
    m_process.setInputChannelMode(QProcess::ForwardedInputChannel);
    m_process.setProcessChannelMode(QProcess::ForwardedChannels);
    leadOwnGroup(m_process);
    m_process.setChildProcessModifier(
        [base = m_process.childProcessModifier(), out = m_childOut, err = m_childErr] {
            base();
            ::dup2(out, STDOUT_FILENO);
            ::dup2(err, STDERR_FILENO);
        });
    m_launchedAt = std::chrono::steady_clock::now();
    m_process.start(QIODevice::ReadOnly);
    m_group = m_process.processId();
    for (int *end : {&m_childOut, &m_childErr})
        ::close(std::exchange(*end, -1));
}

bool ExecJob::handleSignal(int number)
{
    if (m_finished) { // the command is over; only the server is waited for
        reportNow();
        return true;
    }
    ++m_signals;
    if (m_launched) {
        signalGroup(m_group, m_signals > kPatience ? SIGKILL : number);
        return true;
    }
    m_finished = true;
    m_exitCode = 128 + number;
    finishRun(RunOutcome::killed(u"A signal came before the command was started."_s));
    return true;
}

void ExecJob::failedToStart()
{
    m_finished = true;
    m_out.reset();
    m_err.reset();
    fail(makeError(ErrorKind::InvalidInput,
        u"\"%1\" cannot be run: %2."_s.arg(m_spec.command.first(), m_process.errorString()),
        u"Give the name of a program on the PATH, or its path."_s));
}

RunOutcome ExecJob::outcomeOf(bool bySignal) const
{
    if (bySignal)
        return RunOutcome::killed(u"%1 ended the command."_s.arg(signalName(m_exitCode - 128)));
    if (m_exitCode == 0)
        return RunOutcome::finished();
    if (m_signals > 0)
        return RunOutcome::killed(
            u"The command ended with exit code %1 after a signal."_s.arg(m_exitCode));
    return RunOutcome::failed(
        makeError(ErrorKind::Engine, u"The command ended with exit code %1."_s.arg(m_exitCode)));
}

void ExecJob::ended(int code, QProcess::ExitStatus how)
{
    m_finished = true;
    m_out.reset(); // copies what is left
    m_err.reset();
    const bool bySignal = how == QProcess::CrashExit;
    m_exitCode = bySignal ? 128 + code : code;
    finishRun(outcomeOf(bySignal));
}

void ExecJob::finishRun(const RunOutcome &outcome)
{
    m_outcome = outcome;
    m_log->close();
    if (!m_log->isEmpty()) {
        m_run.logArtifact(m_log->path(), kLogPath).then(this, [this](const Result<Ack> &kept) {
            if (!kept)
                m_terminal.out.message(kept.error().text());
            else
                QDir(m_folder).removeRecursively(); // the journal has its own copy
        });
    }
    m_run.setTags({{u"signalbox.exit_code"_s, QString::number(m_exitCode)}});
    m_run.finish(outcome).then(this, [this](const Result<Ack> &done) {
        if (!done) {
            fail(done.error());
            return;
        }
        RunEnd::wait(m_connector, m_run.localId(), {})
            .then(this, [this](const Result<RunEndReport> &end) {
                if (end)
                    report(end.value());
                else
                    fail(end.error());
            });
    });
}

void ExecJob::reportNow()
{
    m_connector.standing(m_run.localId()).then(this, [this](const Result<RunStanding> &standing) {
        if (standing)
            report({standing.value(), false, {}});
        else
            fail(standing.error());
    });
}

void ExecJob::report(const RunEndReport &report)
{
    if (std::exchange(m_reported, true))
        return;
    const QString runId = report.standing.runId.text();
    const QString state = mlflow::nameOf(m_outcome.status);
    if (m_terminal.out.json) {
        m_terminal.out.document({{u"run_id"_s, runId.isEmpty() ? QJsonValue() : QJsonValue(runId)},
            {u"local_id"_s, m_run.localId().text()}, {u"run_state"_s, state},
            {u"exit_code"_s, m_exitCode}, {u"sent"_s, report.sent}});
    } else {
        m_terminal.out.message(u"run "_s
            % (runId.isEmpty() ? u"in the journal, not on the server yet"_s : runId) % u"  "_s
            % state);
    }
    m_terminal.drainsAtEnd = false;
    m_terminal.succeed(m_exitCode);
}

void ExecJob::fail(const Error &error)
{
    if (std::exchange(m_reported, true))
        return;
    m_run.finish(RunOutcome::failed(error));
    m_terminal.fail(error,
        {{u"run_id"_s, m_run.runId().isEmpty() ? QJsonValue() : QJsonValue(m_run.runId().text())},
            {u"exit_code"_s, kOurFailure}},
        kOurFailure);
}

} // namespace signalbox
