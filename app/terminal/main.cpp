// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/unix_signals.h"
#include "app/terminal/commands.h"
#include "app/terminal/terminal.h"
#include "core/base/logging.h"

#include <QtCore/QCoreApplication>

#include <CLI/CLI.hpp>

#include <cmath>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

void addGlobalOptions(CLI::App &app, Terminal &terminal)
{
    app.add_option_function<std::string>(
           "--tracking-uri",
           [&](const std::string &uri) {
               terminal.options.trackingUri = QString::fromStdString(uri);
           },
           "MLflow server, e.g. http://127.0.0.1:5000")
        ->type_name("URI");
    app.add_option_function<std::string>(
           "--profile",
           [&](const std::string &name) {
               terminal.options.profile = QString::fromStdString(name);
           },
           "A saved connection")
        ->type_name("NAME");
    app.add_flag("--json", terminal.out.json, "Print one JSON document");
    app.add_flag("--quiet", terminal.out.quiet, "No messages besides errors");
    app.add_option_function<double>(
           "--timeout",
           [&](double seconds) {
               terminal.options.timeout = std::chrono::milliseconds(std::llround(seconds * 1000));
           },
           "Limit for the whole command")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 1e6));
}

int usageError(Terminal &terminal, const CLI::ParseError &e)
{
    const Error error = makeError(ErrorKind::Usage, QString::fromUtf8(e.what()),
        u"'signalboxctl --help' and 'signalboxctl COMMAND --help' list what is possible."_s);
    if (terminal.out.json)
        terminal.out.document({{u"error"_s, error.toJson()}});
    terminal.out.error(error.message, error.hint);
    return exitCodeFor(error);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"signalboxctl"_s);
    installLogging();

    Terminal terminal;
    CLI::App app{"Signalbox in the terminal: runs, flows and promotions on MLflow"};
    app.require_subcommand(1);
    app.fallthrough(); // so that --json may also stand after the command
    addGlobalOptions(app, terminal);
    addStatusCommands(app, terminal);
    addEnvironmentCommands(app, terminal);
    addServerCommands(app, terminal);
    addExperimentCommands(app, terminal);
    addRunCommands(app, terminal);
    addMetricCommands(app, terminal);
    addArtifactCommands(app, terminal);
    addFlowCommands(app, terminal);
    addJournalCommands(app, terminal);
    addProfileCommands(app, terminal);
    addRecordCommands(app, terminal);
    addExecCommands(app, terminal);
    addModelCommands(app, terminal);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &e) {
        return app.exit(e); // --help
    } catch (const CLI::ParseError &e) {
        return usageError(terminal, e);
    }
    UnixSignals unixSignals;
    QObject::connect(&unixSignals, &UnixSignals::received, &terminal, &Terminal::interrupt);
    terminal.start();
    return QCoreApplication::exec();
}
