// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/unix_signals.h"
#include "app/terminal/commands.h"
#include "app/terminal/recorder.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <csignal>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr double kLongestFlush = 86'400;

//! The local workspace is started meanwhile; recording does not wait for it.
void startLocalWorkspace(Terminal &terminal, Session &session)
{
    if (session.origin() != ServerOrigin::LocalWorkspace || !session.environment().status().ready)
        return;
    session.openAndStart().then(&terminal, [&terminal](const Result<void> &started) {
        if (!started)
            terminal.out.message(started.error().text());
    });
}

//! A terminal that closes ends the run in order, too, unless we were started to outlive it.
void watchHangup()
{
    struct sigaction hangup { };
    const bool isIgnored =
        ::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
    if (!isIgnored)
        UnixSignals::alsoWatch(SIGHUP);
}

void record(Terminal &terminal, const RecordSpec &spec)
{
    watchHangup();
    terminal.offline([&](Session &session) {
        auto *recorder = new Recorder(terminal, session, spec);
        terminal.onInterrupt = [recorder] { recorder->interrupt(); };
        startLocalWorkspace(terminal, session);
        recorder->start();
    });
}

} // namespace

void addRecordCommands(CLI::App &app, Terminal &terminal)
{
    auto spec = std::make_shared<RecordSpec>();
    CLI::App *command = app.add_subcommand("record",
        "A run out of JSON lines on stdin: {\"metric\":\"loss\",\"value\":0.5,\"step\":1}, "
        "{\"param\":\"lr\",\"value\":0.1}, {\"tag\":\"owner\",\"value\":\"me\"}, "
        "{\"artifact\":\"plot.png\",\"to\":\"plots/\"}");
    const auto text = [command](const char *names, QString *into, const char *help) {
        return command->add_option_function<std::string>(
            names, [into](const std::string &value) { *into = QString::fromStdString(value); },
            help);
    };
    text("-e,--experiment", &spec->experiment, "Experiment name")->required();
    text("--run-name", &spec->runName, "Name of the run");
    text("--artifacts-from", &spec->artifactsFrom, "Folder whose files the lines may name")
        ->type_name("DIR");
    auto *flush = command->add_option_function<double>(
        "--flush-seconds",
        [spec](double seconds) {
            spec->flush = std::chrono::milliseconds(std::llround(seconds * 1000));
        },
        "How long to wait for the server after the end of the input (10)");
    flush->check(CLI::Range(0.0, kLongestFlush));
    command
        ->add_flag("--wait-sent", spec->waitSent,
            "Wait until all is on the server; exit 3 when it stops taking anything")
        ->excludes(flush);
    command->add_flag("--events", spec->events,
        "One JSON line on stdout for each event: run, linked, acknowledged, result");
    command->callback(
        [&terminal, spec] { terminal.command = [&terminal, spec] { record(terminal, *spec); }; });
}

} // namespace signalbox
