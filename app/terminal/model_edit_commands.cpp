// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/journal_output.h"
#include "app/terminal/terminal.h"
#include "core/promotion/stage.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct Registration {
    std::string name, run, path = "model", model, source, description;
    std::vector<std::string> tags;
};
using RegistrationPtr = std::shared_ptr<Registration>;

struct Deletion {
    std::string name;
    std::string version;
    bool force = false;
};
using DeletionPtr = std::shared_ptr<Deletion>;
using Versions = QList<mlflow::ModelVersion>;

QString text(const std::string &s)
{
    return QString::fromStdString(s);
}

void show(Terminal &terminal, const QString &name, const Versions &versions)
{
    if (terminal.out.json) {
        QJsonArray items;
        for (const mlflow::ModelVersion &version : versions)
            items.append(toJson(version));
        terminal.out.document(
            {{u"models"_s, QJsonArray{QJsonObject{{u"name"_s, name}, {u"versions"_s, items}}}}});
    } else {
        terminal.out.line(u"model     "_s % name);
        for (const mlflow::ModelVersion &version : versions)
            terminal.out.line(u"version   "_s % version.version % u"  "_s % version.source);
    }
    terminal.succeed();
}

//! For what is sent now, or later by the journal if the server turns out to be away.
RegisterModel versionOf(const Registration &o, const mlflow::TagList &tags)
{
    RegisterModel wanted{text(o.name), LoggedModelId(text(o.model)), text(o.source),
        RunId(text(o.run)), text(o.description), tags};
    wanted.artifact = text(o.path);
    wanted.operation = operationOf();
    return wanted;
}

Call<Ack> addLater(Connector &connector, const RegisterModel &wanted)
{
    NewModelVersion later;
    later.name = wanted.name;
    later.artifact = wanted.artifact;
    later.modelId = wanted.modelId;
    later.source = wanted.source;
    later.runId = wanted.runId;
    later.description = wanted.description;
    later.tags = wanted.tags;
    later.operation = wanted.operation;
    return connector.addModelVersion(later);
}

void registerVersion(Terminal &terminal, Session &session, const RegisterModel &wanted)
{
    terminal.awaitOutcome(session.connector().registerModel(wanted),
        [&terminal, &session, wanted](const Result<mlflow::ModelVersion> &made) {
            if (made)
                show(terminal, made->name, {made.value()});
            else if (isUnreachable(made.error()))
                failForNow(terminal, addLater(session.connector(), wanted),
                    JournalKind::ModelVersion, wanted.name, made.error());
            else
                terminal.fail(made.error());
        });
}

void registerName(Terminal &terminal, Session &session, const NewRegisteredModel &wanted)
{
    terminal.awaitOutcome(session.connector().createModel(wanted),
        [&terminal, &session, wanted](const Result<mlflow::RegisteredModel> &made) {
            if (made)
                show(terminal, made->name, {});
            else if (isUnreachable(made.error()))
                failForNow(terminal, session.connector().addRegisteredModel(wanted),
                    JournalKind::RegisteredModel, wanted.name, made.error());
            else
                terminal.fail(made.error());
        });
}

void registerModel(Terminal &terminal, const RegistrationPtr &o)
{
    const Result<mlflow::TagList> tags = tagsFrom(o->tags);
    if (!tags) {
        terminal.fail(tags.error());
        return;
    }
    terminal.online([&terminal, o, tags = tags.value()](Session &session) {
        if (!o->run.empty() || !o->model.empty() || !o->source.empty())
            registerVersion(terminal, session, versionOf(*o, tags));
        else
            registerName(
                terminal, session, {text(o->name), text(o->description), tags, operationOf()});
    });
}

//! The server would delete what is in use without a word.
Result<void> checkUnused(const Versions &versions, const QString &version)
{
    for (const mlflow::ModelVersion &v : versions) {
        const Stage stage = stageOf(v);
        const bool concerned = version.isEmpty() || v.version == version;
        if (concerned && (stage == Stage::Production || stage == Stage::Staging))
            return Failure(ErrorKind::Refused,
                u"Version %1 of %2 is in %3."_s.arg(v.version, v.name, nameOf(stage)),
                u"Archive it first, or say --force."_s);
    }
    return {};
}

void deleteFrom(Terminal &terminal, Session &session, const Deletion &o, const Versions &versions)
{
    const QString name = text(o.name);
    const QString version = text(o.version);
    if (!o.force) {
        if (const Result<void> unused = checkUnused(versions, version); !unused) {
            terminal.fail(unused.error());
            return;
        }
    }
    const Call<void> done = version.isEmpty()
        ? session.connector().deleteModel(name)
        : session.connector().deleteModelVersion(name, version);
    terminal.await(done, [&terminal, name, version] {
        const QString what = version.isEmpty() ? name : QString(name % u" version "_s % version);
        if (terminal.out.json)
            terminal.out.document({{u"deleted"_s,
                QJsonObject{{u"name"_s, name},
                    {u"version"_s, version.isEmpty() ? QJsonValue() : QJsonValue(version)}}}});
        else
            terminal.out.line(u"deleted   "_s % what);
        terminal.succeed();
    });
}

void deleteModel(Terminal &terminal, const DeletionPtr &o)
{
    terminal.online([&terminal, o](Session &session) {
        // A name that is not there has no versions either; that shall be told.
        const auto versions = session.server()
                                  .registry.getModel(text(o->name))
                                  .andThen(&session, [&session](const mlflow::RegisteredModel &m) {
                                      return session.server().registry.versions(m.name);
                                  });
        terminal.await(versions, [&terminal, &session, o](const Versions &found) {
            deleteFrom(terminal, session, *o, found);
        });
    });
}

} // namespace

void addModelEditCommands(CLI::App &models, Terminal &terminal)
{
    auto made = std::make_shared<Registration>();
    CLI::App *reg = models.add_subcommand("register",
        "A version from a run, a logged model or an address; without them only the name. "
        "Waits in the journal while the server is away");
    reg->add_option("NAME", made->name, "Registered model; made when missing")->required();
    auto *run = reg->add_option("--run", made->run, "Run that holds the model");
    reg->add_option("--path", made->path, "The model's name in the run")->capture_default_str();
    auto *model = reg->add_option("--model", made->model, "Logged model id (m-...)");
    reg->add_option("--source", made->source, "Artifact address; with --run of its run")
        ->excludes(model);
    model->excludes(run);
    reg->add_option("--description", made->description, "Kept with the version, or with the name");
    reg->add_option("--tag", made->tags, "KEY=VALUE, may be repeated");
    reg->callback([&terminal, made] {
        terminal.command = [&terminal, made] { registerModel(terminal, made); };
    });

    auto gone = std::make_shared<Deletion>();
    CLI::App *del = models.add_subcommand("delete", "A model with all versions, or one version");
    del->add_option("NAME", gone->name, "Registered model")->required();
    del->add_option("--version", gone->version, "Only this version");
    del->add_flag("--force", gone->force, "Also what is in Staging or Production");
    del->callback([&terminal, gone] {
        terminal.command = [&terminal, gone] { deleteModel(terminal, gone); };
    });
}

} // namespace signalbox
