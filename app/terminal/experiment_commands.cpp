// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/journal_output.h"
#include "app/terminal/terminal.h"

#include <QtCore/QJsonArray>
#include <QtCore/QRegularExpression>

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

struct ExperimentEdit {
    std::string name;
    std::string newName;
    std::vector<std::string> tags;
};
using EditPtr = std::shared_ptr<ExperimentEdit>;

//! By name, else by id; a name that looks like an id is a name first.
Call<mlflow::Experiment> findExperiment(Session &session, const QString &nameOrId)
{
    Promise<mlflow::Experiment> promise;
    const auto named = session.server().experiments.getByName(nameOrId);
    promise.onCancel([named] { named.cancel(); });
    named.then(&session, [&session, promise, nameOrId](const Result<mlflow::Experiment> &result) {
        static const QRegularExpression id(u"^\\d{1,20}$"_s);
        const bool byId =
            !result && result.error().kind == ErrorKind::NotFound && id.match(nameOrId).hasMatch();
        if (!byId) {
            promise.resolve(result);
            return;
        }
        const auto numbered = session.server().experiments.get(ExperimentId(nameOrId));
        promise.onCancel([numbered] { numbered.cancel(); });
        numbered.then(&session,
            [promise](const Result<mlflow::Experiment> &found) { promise.resolve(found); });
    });
    return promise.call();
}

//! Shows the experiment as it is on the server after the edit.
void showAfter(Terminal &terminal, Session &session, const ExperimentId &id)
{
    terminal.await(session.server().experiments.get(id),
        [&terminal](const mlflow::Experiment &experiment) { show(terminal, {experiment}); });
}

void create(Terminal &terminal, const EditPtr &edit)
{
    const Result<mlflow::TagList> tags = tagsFrom(edit->tags);
    if (!tags) {
        terminal.fail(tags.error());
        return;
    }
    terminal.online([&terminal, edit, tags](Session &session) {
        const QString name = QString::fromStdString(edit->name);
        terminal.awaitOutcome(session.connector().createExperiment(name, tags.value()),
            [&terminal, &session, name, tags](const Result<ExperimentId> &made) {
                if (made)
                    showAfter(terminal, session, made.value());
                else if (isUnreachable(made.error()))
                    failForNow(terminal, session.connector().addExperiment(name, tags.value()),
                        JournalKind::Experiment, name, made.error());
                else
                    terminal.fail(made.error());
            });
    });
}

using EditCall = std::function<Call<void>(Connector &, const ExperimentId &)>;

void editOne(Terminal &terminal, const EditPtr &edit, const EditCall &call)
{
    terminal.online([&terminal, edit, call](Session &session) {
        terminal.await(findExperiment(session, QString::fromStdString(edit->name)),
            [&terminal, &session, call](const mlflow::Experiment &found) {
                terminal.await(call(session.connector(), found.id),
                    [&terminal, &session, id = found.id] { showAfter(terminal, session, id); });
            });
    });
}

void addEdit(CLI::App &experiments, Terminal &terminal, const std::string &name,
    const std::string &help, const EditCall &call)
{
    auto edit = std::make_shared<ExperimentEdit>();
    CLI::App *command = experiments.add_subcommand(name, help);
    command->add_option("EXPERIMENT", edit->name, "Name or id")->required();
    command->callback([&terminal, edit, call] {
        terminal.command = [&terminal, edit, call] { editOne(terminal, edit, call); };
    });
}

void addRename(CLI::App &experiments, Terminal &terminal)
{
    auto edit = std::make_shared<ExperimentEdit>();
    CLI::App *rename = experiments.add_subcommand("rename", "Gives it another name");
    rename->add_option("EXPERIMENT", edit->name, "Name or id")->required();
    rename->add_option("NEW_NAME", edit->newName, "The name from now on")->required();
    rename->callback([&terminal, edit] {
        terminal.command = [&terminal, edit] {
            editOne(terminal, edit, [edit](Connector &connector, const ExperimentId &id) {
                return connector.renameExperiment(id, QString::fromStdString(edit->newName));
            });
        };
    });
}

void addCreate(CLI::App &experiments, Terminal &terminal)
{
    auto edit = std::make_shared<ExperimentEdit>();
    CLI::App *command = experiments.add_subcommand(
        "create", "A new one; waits in the journal while the server is away");
    command->add_option("NAME", edit->name, "Its name, also no deleted one's")->required();
    command->add_option("--tag", edit->tags, "KEY=VALUE, may be repeated");
    command->callback(
        [&terminal, edit] { terminal.command = [&terminal, edit] { create(terminal, edit); }; });
}

} // namespace

void addExperimentCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *experiments = app.add_subcommand("experiments", "Experiments of the server");
    experiments->require_subcommand(1);
    experiments->add_subcommand("list", "All of them, deleted ones too")->callback([&] {
        terminal.command = [&] {
            terminal.read([&](Session &session) {
                terminal.await(allExperiments(session),
                    [&](const Experiments &found) { show(terminal, found); });
            });
        };
    });
    addCreate(*experiments, terminal);
    addRename(*experiments, terminal);
    addEdit(*experiments, terminal, "delete", "Marks it and its runs as deleted",
        [](Connector &connector, const ExperimentId &id) {
            return connector.deleteExperiment(id);
        });
    addEdit(*experiments, terminal, "restore", "Brings a deleted one back",
        [](Connector &connector, const ExperimentId &id) {
            return connector.restoreExperiment(id);
        });
}

} // namespace signalbox
