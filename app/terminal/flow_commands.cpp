// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/flow_follower.h"
#include "app/terminal/flow_text.h"
#include "core/flows/flow_specs.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr char kDemoData[] = "breast_cancer";
constexpr char kDemoModel[] = "breast-cancer-demo";

//! The options of every flow, as CLI11 fills them.
struct FlowOptions {
    std::string data, target, problem{"auto"}, group, time, treatment, allowLeakage;
    std::string experiment, algorithm, registerAs, model, version, stage{"Staging"}, policy, reason;
    std::vector<std::string> require, prefer, exclude, waive;
    int seed = 42;
    int trials = 20;
    bool events = false;
    bool demo = false;
    bool keepExisting = false;
};
using OptionsPtr = std::shared_ptr<FlowOptions>;

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

DataSpec dataOf(const FlowOptions &o)
{
    return {text(o.data), text(o.target), text(o.problem), text(o.group), text(o.time),
        text(o.treatment), text(o.allowLeakage)};
}

void addCommon(CLI::App &command, const OptionsPtr &o)
{
    command.add_option("--experiment", o->experiment, "Experiment name");
    command.add_option("--seed", o->seed, "Seed of everything random");
    command.add_flag("--events", o->events, "NDJSON, one event a line; the last one is the result");
}

void addData(CLI::App &command, const OptionsPtr &o, bool required)
{
    command.add_option("--data", o->data, "CSV or Parquet file")->required(required);
    command.add_option("--target", o->target, "Column to predict")->required(required);
    command.add_option("--problem", o->problem, "Kind of problem")
        ->check(CLI::IsMember({"auto", "binary", "multiclass", "regression"}));
    command.add_option("--group", o->group, "Rows of one group stay in one split");
    command.add_option("--time", o->time, "Split by time along this column");
    command.add_option("--treatment", o->treatment, "Treatment column, for causal candidates");
    command.add_option("--allow-leakage", o->allowLeakage,
        "Why a column that gives the answer away may stay; kept with the training");
}

void addChoice(CLI::App &command, const OptionsPtr &o)
{
    command.add_option(
        "--require", o->require, "e.g. 'latency<=20ms', 'memory<2gb', interpretable");
    command.add_option("--prefer", o->prefer, "Algorithm to favour");
    command.add_option("--exclude", o->exclude, "Algorithm to leave out");
}

//! The stage, or nothing after reporting wrong usage.
std::optional<Stage> stageOption(Terminal &terminal, const FlowOptions &o)
{
    const auto stage = stageFrom(text(o.stage));
    if (!stage) {
        terminal.fail(
            makeError(ErrorKind::Usage, u"There is no stage named \""_s % text(o.stage) % u"\"."_s,
                u"Stages are None, Staging, Shadow, Production and Archived."_s));
    }
    return stage;
}

void follow(Terminal &terminal, std::unique_ptr<Flow> flow, const FlowOptions &o,
    void (*show)(Output &, const QJsonObject &))
{
    auto *follower = new FlowFollower(terminal, std::move(flow), o.events);
    follower->show = show;
    follower->start();
}

FlowContext contextOf(Terminal &terminal, Session &session)
{
    FlowContext context = session.flowContext();
    if (terminal.options.timeout.count() > 0)
        context.waitLimit = terminal.options.timeout;
    return context;
}

void runSelect(Terminal &terminal, const OptionsPtr &o)
{
    terminal.online([&terminal, o](Session &session) {
        SelectorSpec spec;
        spec.data = dataOf(*o);
        spec.experiment = text(o->experiment);
        spec.require = texts(o->require);
        spec.prefer = texts(o->prefer);
        spec.exclude = texts(o->exclude);
        spec.seed = o->seed;
        follow(terminal, makeSelector(spec, contextOf(terminal, session)), *o, showSelection);
    });
}

void runTrain(Terminal &terminal, const OptionsPtr &o)
{
    terminal.online([&terminal, o](Session &session) {
        TrainerSpec spec;
        spec.data = dataOf(*o);
        spec.experiment = text(o->experiment);
        spec.algorithm = text(o->algorithm);
        spec.trials = o->trials;
        spec.registerAs = text(o->registerAs);
        spec.seed = o->seed;
        follow(terminal, makeTrainer(spec, contextOf(terminal, session)), *o, showTraining);
    });
}

void runDeploy(Terminal &terminal, const OptionsPtr &o)
{
    const auto stage = stageOption(terminal, *o);
    const auto waivers = parseWaivers(texts(o->waive));
    if (!stage)
        return;
    if (!waivers) {
        terminal.fail(waivers.error());
        return;
    }
    terminal.online([&terminal, o, stage, waivers](Session &session) {
        DeployerSpec spec;
        spec.model = text(o->model);
        spec.version = text(o->version);
        spec.to = *stage;
        spec.policyFile = text(o->policy);
        spec.reason = text(o->reason);
        spec.waivers = waivers.value();
        spec.experiment = text(o->experiment);
        spec.keepExisting = o->keepExisting;
        follow(terminal, makeDeployer(spec, contextOf(terminal, session)), *o, showDeployment);
    });
}

void startPipeline(Terminal &terminal, Session &session, const FlowOptions &o, Stage stage)
{
    PipelineSpec spec;
    spec.data = dataOf(o);
    spec.experiment = text(o.experiment);
    spec.model = text(o.model);
    spec.to = stage;
    spec.policyFile = text(o.policy);
    spec.require = texts(o.require);
    spec.prefer = texts(o.prefer);
    spec.exclude = texts(o.exclude);
    spec.algorithm = text(o.algorithm);
    spec.trials = o.trials;
    spec.seed = o.seed;
    follow(terminal, makePipeline(spec, contextOf(terminal, session)), o, showPipeline);
}

void runPipeline(Terminal &terminal, const OptionsPtr &o)
{
    const auto stage = stageOption(terminal, *o);
    if (!stage)
        return;
    if (!o->demo && (o->data.empty() || o->target.empty() || o->model.empty())) {
        terminal.fail(makeError(
            ErrorKind::Usage, u"pipeline needs --data, --target and --model, or --demo."_s));
        return;
    }
    terminal.online([&terminal, o, stage](Session &session) {
        if (!o->demo) {
            startPipeline(terminal, session, *o, *stage);
            return;
        }
        terminal.await(
            makeDemoData(QString::fromLatin1(kDemoData), contextOf(terminal, session), &terminal),
            [&terminal, &session, o, stage](const DemoData &demo) {
                FlowOptions options = *o;
                options.data = demo.file.toStdString();
                options.target = demo.target.toStdString();
                if (options.model.empty())
                    options.model = kDemoModel;
                startPipeline(terminal, session, options, *stage);
            });
    });
}

void addDeploy(CLI::App &app, Terminal &terminal)
{
    auto o = std::make_shared<FlowOptions>();
    CLI::App *deploy = app.add_subcommand("deploy", "Gates, promotion and read back of a version");
    deploy->add_option("--model", o->model, "Registered model")->required();
    deploy->add_option("--version", o->version, "Version")->required();
    deploy->add_option("--to", o->stage, "Target stage")->required();
    deploy->add_option("--policy", o->policy, "Policy file instead of the default");
    deploy->add_option("--reason", o->reason, "Kept with the decision");
    deploy->add_option("--waive", o->waive, "GATE=REASON");
    deploy->add_flag("--keep-existing", o->keepExisting, "Do not archive the present version");
    addCommon(*deploy, o);
    deploy->callback(
        [&terminal, o] { terminal.command = [&terminal, o] { runDeploy(terminal, o); }; });
}

} // namespace

void addFlowCommands(CLI::App &app, Terminal &terminal)
{
    auto selectOptions = std::make_shared<FlowOptions>();
    CLI::App *select = app.add_subcommand("select", "Rank the algorithms for a data set");
    addData(*select, selectOptions, true);
    addChoice(*select, selectOptions);
    addCommon(*select, selectOptions);
    select->callback([&terminal, selectOptions] {
        terminal.command = [&terminal, selectOptions] { runSelect(terminal, selectOptions); };
    });

    auto trainOptions = std::make_shared<FlowOptions>();
    CLI::App *train = app.add_subcommand("train", "Train and evaluate one algorithm");
    addData(*train, trainOptions, true);
    train->add_option(
        "--algorithm", trainOptions->algorithm, "Algorithm; default: the best ranked");
    train->add_option("--trials", trainOptions->trials, "Search trials")
        ->check(CLI::Range(0, 10000));
    train->add_option("--register", trainOptions->registerAs, "Register the model under this name");
    addCommon(*train, trainOptions);
    train->callback([&terminal, trainOptions] {
        terminal.command = [&terminal, trainOptions] { runTrain(terminal, trainOptions); };
    });

    addDeploy(app, terminal);

    auto pipeOptions = std::make_shared<FlowOptions>();
    CLI::App *pipeline = app.add_subcommand("pipeline", "Select, train and deploy under one run");
    addData(*pipeline, pipeOptions, false);
    addChoice(*pipeline, pipeOptions);
    pipeline->add_option("--model", pipeOptions->model, "Registered model");
    pipeline->add_option("--to", pipeOptions->stage, "Target stage");
    pipeline->add_option("--policy", pipeOptions->policy, "Policy file instead of the default");
    pipeline->add_option("--algorithm", pipeOptions->algorithm, "Skip the choice");
    pipeline->add_option("--trials", pipeOptions->trials, "Search trials")
        ->check(CLI::Range(0, 10000));
    pipeline->add_flag("--demo", pipeOptions->demo, "Run on scikit-learn's breast cancer data");
    addCommon(*pipeline, pipeOptions);
    pipeline->callback([&terminal, pipeOptions] {
        terminal.command = [&terminal, pipeOptions] { runPipeline(terminal, pipeOptions); };
    });
}

} // namespace signalbox
