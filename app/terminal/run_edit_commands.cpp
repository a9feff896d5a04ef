// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/run_comparison.h"
#include "app/terminal/terminal.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct RunEdit {
    std::vector<std::string> ids;
    std::string text;
    std::vector<std::string> tags;
    std::vector<std::string> removed;
    bool allRows = false;
};
using EditPtr = std::shared_ptr<RunEdit>;
using Runs = QList<mlflow::Run>;

QList<RunId> idsOf(const RunEdit &edit)
{
    QList<RunId> ids;
    for (const std::string &id : edit.ids)
        ids.append(RunId(QString::fromStdString(id)));
    return ids;
}

//! The runs in the order of the ids; the first that is missing ends it.
Call<Runs> fetchRuns(Session &session, QList<RunId> rest, const Runs &found = {})
{
    if (rest.isEmpty())
        return Call<Runs>::finished(found);
    const RunId id = rest.takeFirst();
    return session.server().runs.get(id).andThen(
        &session, [&session, rest, found](const mlflow::Run &run) {
            return fetchRuns(session, rest, found + Runs{run});
        });
}

using EditCall = std::function<Call<void>(Connector &, const RunId &)>;

Call<void> editAll(Session &session, QList<RunId> rest, const EditCall &call)
{
    if (rest.isEmpty())
        return Call<void>::finished({});
    const RunId id = rest.takeFirst();
    return call(session.connector(), id).andThen(&session, [&session, rest, call] {
        return editAll(session, rest, call);
    });
}

void showRuns(Terminal &terminal, const Runs &runs)
{
    if (terminal.out.json) {
        QJsonArray items;
        for (const mlflow::Run &run : runs)
            items.append(toJson(run));
        terminal.out.document({{u"runs"_s, items}});
    } else {
        QList<QStringList> rows;
        for (const mlflow::Run &run : runs) {
            const bool active = run.info.lifecycle == mlflow::Lifecycle::Active;
            rows.append({run.info.id.text(), run.info.name, mlflow::nameOf(run.info.status),
                active ? u"active"_s : u"deleted"_s});
        }
        terminal.out.table({u"ID"_s, u"NAME"_s, u"STATUS"_s, u"STATE"_s}, rows);
    }
    terminal.succeed();
}

//! Edits every run and shows them as they are on the server afterwards.
void editRuns(Terminal &terminal, const EditPtr &edit, const EditCall &call)
{
    terminal.online([&terminal, edit, call](Session &session) {
        terminal.await(editAll(session, idsOf(*edit), call), [&terminal, &session, edit] {
            terminal.await(fetchRuns(session, idsOf(*edit)),
                [&terminal](const Runs &runs) { showRuns(terminal, runs); });
        });
    });
}

void addEdit(CLI::App &runs, Terminal &terminal, const std::string &name, const std::string &help,
    const EditCall &call)
{
    auto edit = std::make_shared<RunEdit>();
    CLI::App *command = runs.add_subcommand(name, help);
    command->add_option("ID", edit->ids, "Run ids")->required();
    command->callback([&terminal, edit, call] {
        terminal.command = [&terminal, edit, call] { editRuns(terminal, edit, call); };
    });
}

void addRename(CLI::App &runs, Terminal &terminal)
{
    auto edit = std::make_shared<RunEdit>();
    edit->ids.resize(1);
    CLI::App *rename = runs.add_subcommand("rename", "Gives a run another name");
    rename->add_option("ID", edit->ids.front(), "Run id")->required();
    rename->add_option("NAME", edit->text, "The name from now on")->required();
    rename->callback([&terminal, edit] {
        terminal.command = [&terminal, edit] {
            editRuns(terminal, edit, [edit](Connector &connector, const RunId &id) {
                return connector.renameRun(id, QString::fromStdString(edit->text));
            });
        };
    });
}

Call<void> applyTags(
    Connector &connector, const RunId &id, mlflow::TagList set, QStringList removed)
{
    if (set.isEmpty() && removed.isEmpty())
        return Call<void>::finished({});
    const Call<void> first = set.isEmpty() ? connector.deleteRunTag(id, removed.takeFirst())
                                           : connector.setRunTag(id, set.takeFirst());
    return first.andThen(&connector,
        [&connector, id, set, removed] { return applyTags(connector, id, set, removed); });
}

void tagRuns(Terminal &terminal, const EditPtr &edit)
{
    const Result<mlflow::TagList> tags = tagsFrom(edit->tags);
    if (!tags) {
        terminal.fail(tags.error());
        return;
    }
    QStringList removed;
    for (const std::string &key : edit->removed)
        removed.append(QString::fromStdString(key));
    editRuns(terminal, edit, [set = tags.value(), removed](Connector &c, const RunId &id) {
        return applyTags(c, id, set, removed);
    });
}

void addTag(CLI::App &runs, Terminal &terminal)
{
    auto edit = std::make_shared<RunEdit>();
    edit->ids.resize(1);
    CLI::App *tag = runs.add_subcommand("tag", "Sets and removes tags of a run");
    tag->add_option("ID", edit->ids.front(), "Run id")->required();
    auto *set = tag->add_option("TAG", edit->tags, "KEY=VALUE");
    auto *remove = tag->add_option("--remove", edit->removed, "KEY, may be repeated");
    tag->callback([&terminal, edit, set, remove] {
        if (set->count() + remove->count() == 0)
            throw CLI::RequiredError("TAG or --remove");
        terminal.command = [&terminal, edit] { tagRuns(terminal, edit); };
    });
}

void addCompare(CLI::App &runs, Terminal &terminal)
{
    auto edit = std::make_shared<RunEdit>();
    CLI::App *compare = runs.add_subcommand("compare", "What differs between runs");
    compare->add_option("ID", edit->ids, "Run ids")->required()->expected(2, 1000);
    compare->add_flag("--all-rows", edit->allRows, "Also what is the same");
    compare->callback([&terminal, edit] {
        terminal.command = [&terminal, edit] {
            terminal.read([&terminal, edit](Session &session) {
                terminal.await(
                    fetchRuns(session, idsOf(*edit)), [&terminal, edit](const Runs &found) {
                        printComparison(terminal.out, found, edit->allRows);
                        terminal.succeed();
                    });
            });
        };
    });
}

} // namespace

void addRunEditCommands(CLI::App &runs, Terminal &terminal)
{
    addCompare(runs, terminal);
    addRename(runs, terminal);
    addTag(runs, terminal);
    addEdit(runs, terminal, "delete", "Marks runs as deleted",
        [](Connector &connector, const RunId &id) { return connector.deleteRun(id); });
    addEdit(runs, terminal, "restore", "Brings deleted runs back",
        [](Connector &connector, const RunId &id) { return connector.restoreRun(id); });
}

} // namespace signalbox
