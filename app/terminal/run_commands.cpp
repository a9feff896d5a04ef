// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/run_listing.h"
#include "app/terminal/terminal.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

void showRun(Terminal &terminal, const mlflow::Run &run)
{
    if (terminal.out.json) {
        terminal.out.document(toJson(run));
        terminal.succeed();
        return;
    }
    Output &out = terminal.out;
    out.line(u"run       "_s % run.info.id.text() % u"  "_s % run.info.name);
    out.line(u"status    "_s % mlflow::nameOf(run.info.status));
    out.line(u"started   "_s % isoTime(run.info.startTime));
    out.line(u"ended     "_s % isoTime(run.info.endTime));
    for (const mlflow::Param &param : run.params)
        out.line(u"param     "_s % param.key % u" = "_s % param.value);
    for (const mlflow::Metric &metric : run.metrics)
        out.line(u"metric    "_s % metric.key % u" = "_s % QString::number(metric.value, 'g', 10));
    for (const mlflow::Tag &tag : run.tags)
        out.line(u"tag       "_s % tag.key % u" = "_s % tag.value);
    for (const mlflow::DatasetInput &dataset : run.datasets)
        out.line(u"dataset   "_s % dataset.name % u' ' % dataset.digest);
    terminal.succeed();
}

//! A misspelt column would be an empty one. Empty when the name is all right.
std::string columnProblem(const std::string &name)
{
    for (const char *kind : {"metrics.", "metric.", "params.", "param.", "tags.", "tag."}) {
        if (name.starts_with(kind) && name.size() > std::string_view(kind).size())
            return {};
    }
    return "There is no column \"" + name + "\": write metrics.KEY, params.KEY or tags.KEY";
}

void addList(CLI::App &runs, Terminal &terminal)
{
    auto spec = std::make_shared<RunListSpec>();
    CLI::App *list = runs.add_subcommand("list", "Runs of an experiment");
    list->add_option("-e,--experiment", spec->experiment, "Experiment name")->required();
    list->add_option("--filter", spec->filter, "MLflow search filter, e.g. \"metrics.auc > 0.9\"");
    list->add_option("--order-by", spec->orderBy, "e.g. \"metrics.auc DESC\"");
    auto *limit =
        list->add_option("--limit", spec->limit, "Rows to print")->check(CLI::Range(0, 10000000));
    list->add_flag("--all", spec->all, "Every match");
    list->add_option("--columns", spec->columns, "metrics.KEY, params.KEY, tags.KEY")
        ->delimiter(',')
        ->check(columnProblem);
    list->add_option("--format", spec->format, "How to print")
        ->check(CLI::IsMember({"table", "json", "ndjson", "csv"}));
    list->callback([&terminal, spec, limit] {
        spec->limitGiven = limit->count() > 0;
        terminal.command = [&terminal, spec] {
            terminal.read([&terminal, spec](Session &session) {
                terminal.await(
                    listRuns(session, *spec), [&terminal, spec](const RunListing &listing) {
                        printRuns(terminal.out, *spec, listing);
                        terminal.succeed();
                    });
            });
        };
    });
}

void addShow(CLI::App &runs, Terminal &terminal)
{
    auto id = std::make_shared<std::string>();
    CLI::App *show = runs.add_subcommand("show", "One run whole");
    show->add_option("ID", *id, "Run id")->required();
    show->callback([&terminal, id] {
        terminal.command = [&terminal, id] {
            terminal.read([&terminal, id](Session &session) {
                terminal.await(session.server().runs.get(RunId(QString::fromStdString(*id))),
                    [&terminal](const mlflow::Run &run) { showRun(terminal, run); });
            });
        };
    });
}

} // namespace

void addRunCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *runs = app.add_subcommand("runs", "Runs of the server");
    runs->require_subcommand(1);
    addList(*runs, terminal);
    addShow(*runs, terminal);
    addRunEditCommands(*runs, terminal);
}

} // namespace signalbox
