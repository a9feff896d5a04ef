// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kFlushLimit{60'000};

void print(Terminal &terminal, const JournalStatus &status)
{
    if (terminal.out.json) {
        terminal.out.document(toJson(status));
        return;
    }
    terminal.out.line(u"runs       "_s % QString::number(status.pendingRuns));
    terminal.out.line(u"batches    "_s % QString::number(status.pendingBatches));
    terminal.out.line(u"points     "_s % QString::number(status.pendingPoints));
    terminal.out.line(u"artifacts  "_s % QString::number(status.pendingArtifacts));
    for (const ParkedItem &item : status.parked)
        terminal.out.line(u"parked     "_s % item.what % u": "_s % item.reason);
}

void flush(Terminal &terminal, Session &session)
{
    const auto limit =
        terminal.options.timeout.count() > 0 ? terminal.options.timeout : kFlushLimit;
    terminal.await(session.connector().flush(limit), [&](const JournalStatus &status) {
        print(terminal, status);
        if (status.isEmpty())
            terminal.succeed();
        else
            terminal.succeed(3);
    });
}

} // namespace

void addJournalCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *journal = app.add_subcommand("journal", "What is not on the server yet");
    journal->require_subcommand(1);
    journal->add_subcommand("status", "Counts; reads local files only")->callback([&] {
        terminal.command = [&] {
            terminal.offline([&](Session &session) {
                print(terminal, session.connector().journalStatus());
                terminal.succeed();
            });
        };
    });
    journal->add_subcommand("flush", "Send it now; exit 3 when something is left")->callback([&] {
        terminal.command = [&] {
            terminal.offline([&](Session &session) { flush(terminal, session); });
        };
    });
}

} // namespace signalbox
