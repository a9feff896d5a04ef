// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

void show(Terminal &terminal, const LocalServerStatus &status)
{
    const QString url = status.url.toString();
    if (terminal.out.json) {
        terminal.out.document(
            {{u"url"_s, url}, {u"pid"_s, status.pid}, {u"version"_s, status.version},
                {u"state"_s, nameOf(status.state)}, {u"store"_s, status.store},
                {u"artifacts"_s, status.artifacts}, {u"log"_s, status.logFile}});
        return;
    }
    terminal.out.line(u"state      "_s % nameOf(status.state));
    if (status.state == LocalServerState::Running) {
        terminal.out.line(u"url        "_s % url);
        terminal.out.line(u"pid        "_s % QString::number(status.pid));
        terminal.out.line(u"mlflow     "_s % status.version);
    }
    terminal.out.line(u"store      "_s % status.store);
    terminal.out.line(u"artifacts  "_s % status.artifacts);
}

void start(Terminal &terminal)
{
    LocalServer &server = terminal.session().localServer();
    QObject::connect(&server, &LocalServer::progress, &terminal,
        [&terminal](const QString &text) { terminal.out.progress(text); });
    terminal.await(server.start(), [&terminal](const LocalServerStatus &status) {
        show(terminal, status);
        terminal.succeed();
    });
}

void stop(Terminal &terminal)
{
    LocalServer &server = terminal.session().localServer();
    terminal.await(server.stop(), [&terminal, &server] {
        show(terminal, server.status());
        terminal.succeed();
    });
}

void logs(Terminal &terminal, int lines)
{
    const QString text = terminal.session().localServer().logTail(lines);
    if (terminal.out.json) {
        terminal.out.document({{u"log"_s, text}});
    } else {
        for (const QString &line : text.split(u'\n', Qt::SkipEmptyParts))
            terminal.out.line(line);
    }
    terminal.succeed();
}

} // namespace

void addServerCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *server = app.add_subcommand("server", "The local workspace's MLflow server");
    server->require_subcommand(1);
    server->add_subcommand("start", "Start it unless it runs")->callback([&] {
        terminal.command = [&] { start(terminal); };
    });
    server->add_subcommand("stop", "Stop it and whatever it left behind")->callback([&] {
        terminal.command = [&] { stop(terminal); };
    });
    server->add_subcommand("status", "Where it is and whether it runs")->callback([&] {
        terminal.command = [&] {
            show(terminal, terminal.session().localServer().status());
            terminal.succeed();
        };
    });
    auto lines = std::make_shared<int>(100);
    CLI::App *log = server->add_subcommand("logs", "The end of its log");
    log->add_option("-n,--lines", *lines, "How many lines")->check(CLI::Range(1, 100000));
    log->callback(
        [&terminal, lines] { terminal.command = [&terminal, lines] { logs(terminal, *lines); }; });
}

} // namespace signalbox
