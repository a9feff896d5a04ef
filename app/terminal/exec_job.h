// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/output_tee.h"
#include "app/terminal/run_end.h"
#include "app/terminal/terminal.h"
#include "core/tracking/run_session.h"

#include <QtCore/QObject>
#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>

#include <chrono>
#include <memory>
#include <optional>

namespace signalbox {

struct ExecSpec {
    QString experiment;
    QString runName;
    QStringList command;
};

/*! What the command finds in its environment: the run and where it is. Credentials stay exactly as
 *  the caller's own environment had them. An empty run id (server away) also hides one that was
 *  inherited, so that the command never writes into a run that is not its own. */
[[nodiscard]] QProcessEnvironment environmentFor(
    QProcessEnvironment inherited, const QUrl &server, const RunId &run, const ExperimentId &in);

/*! Runs a command under a run: environment, log, end, exit code. Signals go to the command's whole
 *  process group; it ends when the command does. Main thread; owned by the terminal. */
class ExecJob final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExecJob)

public:
    static constexpr int kOurFailure = 125;

    ExecJob(Terminal &terminal, Session &session, ExecSpec spec);
    ~ExecJob() override;
    void start();

private:
    void waitForServer();
    void lookForRun();
    [[nodiscard]] bool handleSignal(int number);
    void launch(const RunId &run, const ExperimentId &experiment);
    [[nodiscard]] bool openPipes();
    void ended(int code, QProcess::ExitStatus how);
    void failedToStart();
    [[nodiscard]] RunOutcome outcomeOf(bool bySignal) const;
    void finishRun(const RunOutcome &outcome);
    void report(const RunEndReport &report);
    void reportNow();
    void fail(const Error &error);

    Terminal &m_terminal;
    Session &m_session;
    Connector &m_connector;
    ExecSpec m_spec;
    RunSession m_run;
    QString m_folder;
    std::unique_ptr<BoundedLog> m_log;
    std::unique_ptr<OutputTee> m_out;
    std::unique_ptr<OutputTee> m_err;
    int m_childOut = -1;
    int m_childErr = -1;
    QProcess m_process;
    std::chrono::steady_clock::time_point m_askedAt;
    std::chrono::steady_clock::time_point m_launchedAt;
    qint64 m_group = 0;
    int m_signals = 0; // forwarded so far
    int m_exitCode = kOurFailure;
    RunOutcome m_outcome;
    bool m_launched = false;
    bool m_finished = false; // the command
    bool m_reported = false;
};

} // namespace signalbox
