// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/terminal.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using Experiments = QList<mlflow::Experiment>;

//! Every page, in order.
Call<Experiments> allExperiments(
    Session &session, Experiments found = {}, const QString &token = {})
{
    mlflow::ExperimentQuery query;
    query.viewType = mlflow::ViewType::All;
    query.pageToken = token;
    return session.server().experiments.search(query).andThen(
        &session, [&session, found](const mlflow::Page<mlflow::Experiment> &page) {
            const Experiments all = found + page.items;
            if (page.nextToken.isEmpty() || page.items.isEmpty())
                return Call<Experiments>::finished(all);
            return allExperiments(session, all, page.nextToken);
        });
}

void show(Terminal &terminal, const Experiments &experiments)
{
    if (terminal.out.json) {
        QJsonArray items;
        for (const mlflow::Experiment &experiment : experiments)
            items.append(toJson(experiment));
        terminal.out.document({{u"experiments"_s, items}});
    } else {
        QList<QStringList> rows;
        for (const mlflow::Experiment &e : experiments) {
            rows.append({e.id.text(), e.name,
                e.lifecycle == mlflow::Lifecycle::Active ? u"active"_s : u"deleted"_s,
                isoTime(e.creationTime)});
        }
        terminal.out.table({u"ID"_s, u"NAME"_s, u"STATE"_s, u"CREATED"_s}, rows, {0});
    }
    terminal.succeed();
}

} // namespace

void addExperimentCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *experiments = app.add_subcommand("experiments", "Experiments of the server");
    experiments->require_subcommand(1);
    experiments->add_subcommand("list", "All of them, deleted ones too")->callback([&] {
        terminal.command = [&] {
            terminal.online([&](Session &session) {
                terminal.await(allExperiments(session),
                    [&](const Experiments &found) { show(terminal, found); });
            });
        };
    });
}

} // namespace signalbox
