// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/journal_output.h"
#include "app/terminal/terminal.h"
#include "core/base/version.h"
#include "core/workspace/doctor.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

void showVersion(Terminal &terminal)
{
    const QString version = QString::fromLatin1(kVersion);
    const QString qt = QString::fromLatin1(qVersion());
    if (terminal.out.json)
        terminal.out.document({{u"version"_s, version}, {u"qt"_s, qt}});
    else
        terminal.out.line(u"signalboxctl "_s % version % u" (Qt "_s % qt % u')');
    terminal.succeed();
}

void showChecks(Terminal &terminal, const QList<DoctorCheck> &checks)
{
    if (terminal.out.json) {
        QJsonArray items;
        for (const DoctorCheck &check : checks) {
            items.append(QJsonObject{{u"name"_s, check.name}, {u"ok"_s, check.ok},
                {u"detail"_s, check.detail}, {u"fix"_s, check.fix}});
        }
        terminal.out.document({{u"checks"_s, items}});
    } else {
        for (const DoctorCheck &check : checks) {
            terminal.out.verdict(check.ok, check.ok ? u"ok    "_s : u"WARN  "_s,
                check.name % u": "_s % check.detail);
            if (!check.ok && !check.fix.isEmpty())
                terminal.out.line(u"      "_s % check.fix);
        }
    }
    terminal.succeed();
}

void doctor(Terminal &terminal)
{
    Session &session = terminal.session();
    terminal.await(
        runDoctor(session.home(), session.environment(), session.localServer(), &session),
        [&](const QList<DoctorCheck> &checks) { showChecks(terminal, checks); });
}

const BreakerSnapshot &breakerOf(const ConnectorHealth &health)
{
    return health.replayer ? health.replayer->breaker : health.breaker;
}

QJsonObject statusDocument(Session &session, const ConnectorHealth &health)
{
    const bool insecure = !session.standingWarning().isEmpty();
    // Whoever replays the journal knows the server's health longer than this short command.
    QJsonObject document{{u"breaker"_s, toJson(breakerOf(health))},
        {u"journal"_s, toJson(health.journal)},
        {u"connection"_s,
            QJsonObject{{u"name"_s, session.serverTitle()}, {u"insecure"_s, insecure}}}};
    if (insecure)
        document.insert(u"warnings"_s, QJsonArray{session.standingWarning()});
    if (health.replayer)
        document.insert(u"replayer"_s, toJson(*health.replayer));
    if (health.reachable) {
        document.insert(u"server"_s,
            QJsonObject{{u"url"_s, session.server().url().toString()},
                {u"version"_s, health.server.version}, {u"store_type"_s, health.server.storeType},
                {u"capabilities"_s, QJsonArray::fromStringList(health.server.capabilities)}});
        document.insert(u"latency_ms"_s, static_cast<qint64>(health.latency.count()));
    }
    return document;
}

void showStatus(Terminal &terminal, Session &session, const ConnectorHealth &health)
{
    const QJsonObject document = statusDocument(session, health);
    if (!health.reachable) {
        Error error = health.error.value_or(
            makeError(ErrorKind::Network, u"The server cannot be reached."_s));
        if (session.origin() == ServerOrigin::LocalWorkspace && error.isOutage())
            error.hint = u"Start it with 'signalboxctl server start'; commands that need it do so "
                         "by themselves."_s;
        terminal.fail(error, document);
        return;
    }
    if (terminal.out.json) {
        terminal.out.document(document);
    } else {
        const QString store = health.server.storeType; // MLflow 2 does not say
        terminal.out.line(u"server   "_s % session.server().url().toString() % u" (MLflow "_s
            % health.server.version % (store.isEmpty() ? store : QString(u", "_s % store)) % u')');
        terminal.out.line(u"latency  "_s
            % QString::number(static_cast<qint64>(health.latency.count())) % u" ms"_s);
        terminal.out.line(u"breaker  "_s % nameOf(breakerOf(health).state));
        terminal.out.line(u"journal  "_s % QString::number(health.journal.pendingPoints)
            % u" points, "_s % QString::number(health.journal.parked.size()) % u" parked"_s);
    }
    terminal.succeed();
}

//! What is known without the server's answer.
QJsonObject localDocument(Session &session)
{
    ConnectorHealth health;
    health.breaker = session.server().breaker().snapshot();
    health.journal = session.connector().journalStatus();
    return statusDocument(session, health);
}

//! Asks only what is there: `status` never starts a local server.
void status(Terminal &terminal)
{
    terminal.offline([&](Session &session) {
        terminal.limitByTimeout([&session] { return localDocument(session); });
        terminal.await(session.connector().health(),
            [&](const ConnectorHealth &health) { showStatus(terminal, session, health); });
    });
}

} // namespace

void addStatusCommands(CLI::App &app, Terminal &terminal)
{
    app.add_subcommand("version", "The program's version")->callback([&] {
        terminal.command = [&] { showVersion(terminal); };
    });
    app.add_subcommand("doctor", "Check what the programs need, with the remedy")->callback([&] {
        terminal.command = [&] { doctor(terminal); };
    });
    app.add_subcommand("status", "Connection, capabilities, breaker and journal")->callback([&] {
        terminal.command = [&] { status(terminal); };
    });
}

} // namespace signalbox
