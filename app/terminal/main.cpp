// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/unix_signals.h"
#include "app/terminal/commands.h"
#include "app/terminal/terminal.h"
#include "core/base/logging.h"

#include <QtCore/QCoreApplication>

#include <CLI/CLI.hpp>

#include <cmath>
#include <span>
#include <string_view>

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

//! Said before what is wrong with the words was found out, so that the flag may not be set yet.
bool wantsJson(std::span<char *const> words)
{
    for (const std::string_view word : words) {
        if (word == "--json" || word == "--")
            return word == "--json";
    }
    return false;
}

//! CLI11 misses the command before it wonders about the words that are left.
QString problemOf(const CLI::App &app, const CLI::ParseError &e)
{
    const std::vector<std::string> rest = app.remaining(true);
    if (rest.empty() || e.get_exit_code() != static_cast<int>(CLI::ExitCodes::RequiredError))
        return QString::fromUtf8(e.what());
    return u"There is no command or option \"%1\" here."_s.arg(
        QString::fromStdString(rest.front()));
}

int usageError(const CLI::App &app, Terminal &terminal, const CLI::ParseError &e)
{
    const Error error = makeError(ErrorKind::Usage, problemOf(app, e),
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
    addCompletionCommands(app, terminal);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &e) {
        return app.exit(e); // --help
    } catch (const CLI::ParseError &e) {
        terminal.out.json = wantsJson({argv, static_cast<std::size_t>(argc)});
        return usageError(app, terminal, e);
    }
    UnixSignals unixSignals;
    QObject::connect(&unixSignals, &UnixSignals::received, &terminal, &Terminal::interrupt);
    terminal.start();
    return QCoreApplication::exec();
}
