// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

void show(Terminal &terminal, const EnvironmentStatus &status)
{
    if (terminal.out.json) {
        QJsonObject packages;
        for (auto it = status.packages.cbegin(); it != status.packages.cend(); ++it)
            packages.insert(it.key(), it.value());
        terminal.out.document({{u"python"_s, status.python}, {u"ready"_s, status.ready},
            {u"packages"_s, packages}, {u"problem"_s, status.problem}});
        return;
    }
    terminal.out.line(u"python  "_s % status.python);
    terminal.out.line(
        status.ready ? u"ready   yes"_s : QString(u"ready   no: "_s % status.problem));
    for (auto it = status.packages.cbegin(); it != status.packages.cend(); ++it)
        terminal.out.line(u"  "_s % it.key() % u' ' % it.value());
}

void create(Terminal &terminal)
{
    PythonEnvironment &environment = terminal.session().environment();
    QObject::connect(&environment, &PythonEnvironment::progress, &terminal,
        [&terminal](const QString &text) { terminal.out.progress(text); });
    terminal.await(environment.ensure(), [&terminal](const EnvironmentStatus &status) {
        show(terminal, status);
        terminal.succeed();
    });
}

} // namespace

void addEnvironmentCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *env = app.add_subcommand("env", "The Python environment of engine and local server");
    env->require_subcommand(1);
    env->add_subcommand("create", "Make or repair it from the locked requirements")->callback([&] {
        terminal.command = [&] { create(terminal); };
    });
    env->add_subcommand("status", "Where it is and whether it is complete")->callback([&] {
        terminal.command = [&] {
            show(terminal, terminal.session().environment().status());
            terminal.succeed();
        };
    });
}

} // namespace signalbox
