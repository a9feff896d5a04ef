// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/flow_text.h"
#include "app/terminal/terminal.h"
#include "core/promotion/promoter.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct ModelOptions {
    std::string name, version, stage, policy, reason;
    std::vector<std::string> waive;
    bool keepExisting = false;
};
using OptionsPtr = std::shared_ptr<ModelOptions>;
using Models = QList<mlflow::RegisteredModel>;
using Versions = QList<mlflow::ModelVersion>;

QString text(const std::string &s)
{
    return QString::fromStdString(s);
}

QStringList texts(const std::vector<std::string> &list)
{
    QStringList out;
    for (const std::string &s : list)
        out.append(text(s));
    return out;
}

Call<Models> allModels(Session &session, Models found = {}, const QString &token = {})
{
    return session.server()
        .registry.searchModels({}, 1000, token)
        .andThen(&session, [&session, found](const mlflow::Page<mlflow::RegisteredModel> &page) {
            const Models all = found + page.items;
            if (page.nextToken.isEmpty() || page.items.isEmpty())
                return Call<Models>::finished(all);
            return allModels(session, all, page.nextToken);
        });
}

QJsonObject modelJson(const mlflow::RegisteredModel &model, const Versions &versions)
{
    QJsonArray items;
    for (const mlflow::ModelVersion &version : versions)
        items.append(toJson(version));
    QJsonObject aliases;
    for (auto it = model.aliases.cbegin(); it != model.aliases.cend(); ++it)
        aliases.insert(it.key(), it.value());
    return {{u"name"_s, model.name}, {u"description"_s, model.description},
        {u"tags"_s, toJson(model.tags)}, {u"aliases"_s, aliases}, {u"versions"_s, items}};
}

//! The versions of a listing carry no aliases; the model does.
Versions withAliases(Versions versions, const mlflow::RegisteredModel &model)
{
    for (mlflow::ModelVersion &version : versions)
        version.aliases = model.aliases.keys(version.version);
    return versions;
}

void printVersions(Output &out, const Versions &versions)
{
    QList<QStringList> rows;
    for (const mlflow::ModelVersion &v : versions) {
        rows.append({v.version, nameOf(stageOf(v)), v.aliases.join(u','), isoTime(v.creationTime),
            v.runId.text()});
    }
    out.table({u"VERSION"_s, u"STAGE"_s, u"ALIASES"_s, u"CREATED"_s, u"RUN"_s}, rows, {0});
}

//! Adds the versions of the remaining models one after the other.
Call<QJsonArray> describeModels(Session &session, Models rest, QJsonArray done = {})
{
    if (rest.isEmpty())
        return Call<QJsonArray>::finished(done);
    const mlflow::RegisteredModel model = rest.takeFirst();
    return session.server()
        .registry.versions(model.name)
        .andThen(&session, [&session, model, rest, done](const Versions &versions) {
            QJsonArray next = done;
            next.append(modelJson(model, withAliases(versions, model)));
            return describeModels(session, rest, next);
        });
}

void listModels(Terminal &terminal, Session &session)
{
    const auto models = allModels(session).andThen(
        &session, [&session](const Models &found) { return describeModels(session, found); });
    terminal.await(models, [&terminal](const QJsonArray &items) {
        if (terminal.out.json) {
            terminal.out.document({{u"models"_s, items}});
        } else {
            QList<QStringList> rows;
            for (const QJsonValue &item : items) {
                const QJsonArray versions = item[u"versions"_s].toArray();
                rows.append({item[u"name"_s].toString(), QString::number(versions.size()),
                    versions.isEmpty() ? QString() : versions.first()[u"stage"_s].toString()});
            }
            terminal.out.table({u"NAME"_s, u"VERSIONS"_s, u"NEWEST IN"_s}, rows, {1});
        }
        terminal.succeed();
    });
}

void showModel(Terminal &terminal, Session &session, const QString &name)
{
    terminal.await(session.server().registry.getModel(name),
        [&terminal, &session](const mlflow::RegisteredModel &model) {
            terminal.await(session.server().registry.versions(model.name),
                [&terminal, model](const Versions &found) {
                    const Versions versions = withAliases(found, model);
                    if (terminal.out.json)
                        terminal.out.document(
                            {{u"models"_s, QJsonArray{modelJson(model, versions)}}});
                    else
                        printVersions(terminal.out, versions);
                    terminal.succeed();
                });
        });
}

struct Target {
    Stage to = Stage::None;
    Policy policy;
    Waivers waivers;
};

//! Stage, policy and waivers of the options, or nothing after reporting what is wrong.
std::optional<Target> targetOf(Terminal &terminal, const ModelOptions &o)
{
    const auto stage = stageFrom(text(o.stage));
    if (!stage) {
        terminal.fail(
            makeError(ErrorKind::Usage, u"There is no stage named \""_s % text(o.stage) % u"\"."_s,
                u"Stages are None, Staging, Shadow, Production and Archived."_s));
        return {};
    }
    const Result<Policy> policy =
        o.policy.empty() ? defaultPolicy(Home::resourcesDir()) : Policy::load(text(o.policy));
    if (!policy) {
        terminal.fail(policy.error());
        return {};
    }
    const Result<Waivers> waivers = parseWaivers(texts(o.waive));
    if (!waivers) {
        terminal.fail(waivers.error());
        return {};
    }
    return Target{*stage, policy.value(), waivers.value()};
}

void showModelGates(Terminal &terminal, const OptionsPtr &o)
{
    const auto target = targetOf(terminal, *o);
    if (!target)
        return;
    terminal.read([&terminal, o, target](Session &session) {
        auto *promoter = new Promoter(session.connector(), &session);
        terminal.awaitOutcome(
            promoter->gates(text(o->name), text(o->version), target->to, target->policy),
            [&terminal, promoter](const Result<GateReport> &result) {
                const auto &report = promoter->lastReport();
                if (!report || (!result && result.error().kind != ErrorKind::Refused)) {
                    terminal.fail(result.error());
                    return;
                }
                // A move that no stage allows is a verdict too.
                QJsonObject document = report->toJson();
                if (!result) {
                    document.insert(u"allowed"_s, false);
                    document.insert(u"reason"_s, result.error().text());
                    terminal.out.message(result.error().text());
                }
                if (terminal.out.json)
                    terminal.out.document(document);
                else
                    showGates(terminal.out, document);
                terminal.succeed();
            });
    });
}

void promoted(Terminal &terminal, const PromotionResult &result)
{
    const QJsonObject document = result.toJson();
    if (terminal.out.json) {
        terminal.out.document(document);
    } else {
        showGates(terminal.out, document);
        terminal.out.line(u"moved     "_s % nameOf(result.from) % u" -> "_s % nameOf(result.to));
        if (!result.archived.isEmpty())
            terminal.out.line(u"archived  "_s % result.archived.join(u", "_s));
        terminal.out.line(u"decision  "_s % result.decisionRunId.text());
    }
    terminal.succeed();
}

void promote(Terminal &terminal, const OptionsPtr &o)
{
    const auto target = targetOf(terminal, *o);
    if (!target)
        return;
    terminal.online([&terminal, o, target](Session &session) {
        auto *promoter = new Promoter(session.connector(), &session);
        QObject::connect(promoter, &Promoter::step, &terminal,
            [&terminal](const QString &step) { terminal.out.progress(step); });
        const PromotionRequest request{text(o->name), text(o->version), target->to, text(o->reason),
            target->waivers, o->keepExisting};
        promoter->promote(request, target->policy)
            .then(&terminal, [&terminal, promoter](const Result<PromotionResult> &result) {
                if (result) {
                    promoted(terminal, result.value());
                    return;
                }
                const auto &report = promoter->lastReport();
                if (report && !terminal.out.json)
                    showGates(terminal.out, report->toJson());
                terminal.fail(result.error(), report ? report->toJson() : QJsonObject());
            });
    });
}

void addNamed(CLI::App &command, const OptionsPtr &o)
{
    command.add_option("NAME", o->name, "Registered model")->required();
    command.add_option("VERSION", o->version, "Version")->required();
    command.add_option("--to", o->stage, "Target stage")->required();
    command.add_option("--policy", o->policy, "Policy file instead of the default");
}

} // namespace

void addModelCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *models = app.add_subcommand("models", "Registered models, gates and promotion");
    models->require_subcommand(1);
    models->add_subcommand("list", "All models with their versions")->callback([&] {
        terminal.command = [&] {
            terminal.read([&](Session &session) { listModels(terminal, session); });
        };
    });

    auto name = std::make_shared<std::string>();
    CLI::App *show = models->add_subcommand("show", "One model with its versions");
    show->add_option("NAME", *name, "Registered model")->required();
    show->callback([&terminal, name] {
        terminal.command = [&terminal, name] {
            terminal.read(
                [&terminal, name](Session &session) { showModel(terminal, session, text(*name)); });
        };
    });

    addModelEditCommands(*models, terminal);

    auto gateOptions = std::make_shared<ModelOptions>();
    CLI::App *gates =
        models->add_subcommand("gates", "What a version shows for a stage; no change");
    addNamed(*gates, gateOptions);
    gates->callback([&terminal, gateOptions] {
        terminal.command = [&terminal, gateOptions] { showModelGates(terminal, gateOptions); };
    });

    auto moveOptions = std::make_shared<ModelOptions>();
    CLI::App *move = models->add_subcommand("promote", "Gate, transition, read back, record");
    addNamed(*move, moveOptions);
    move->add_option("--reason", moveOptions->reason, "Kept with the decision");
    move->add_option("--waive", moveOptions->waive, "GATE=REASON, may be repeated");
    move->add_flag(
        "--keep-existing", moveOptions->keepExisting, "Do not archive the present version");
    move->callback([&terminal, moveOptions] {
        terminal.command = [&terminal, moveOptions] { promote(terminal, moveOptions); };
    });
}

} // namespace signalbox
