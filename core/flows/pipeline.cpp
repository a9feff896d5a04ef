// SPDX-License-Identifier: Apache-2.0
#include "core/flows/pipeline.h"

#include "core/flows/deployer.h"
#include "core/flows/selector.h"
#include "core/flows/trainer.h"
#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QString &selection()
{
    static const QString role = u"selection"_s;
    return role;
}

const QString &training()
{
    static const QString role = u"training"_s;
    return role;
}

const QString &deployment()
{
    static const QString role = u"deployment"_s;
    return role;
}

//! The steps of a child within the pipeline's list; what the pipeline does itself is left out.
QList<FlowStep> stepsOf(const QString &role, const QList<FlowStep> &steps)
{
    QList<FlowStep> own;
    for (FlowStep step : steps) {
        if (step.id == u"inspect"_s)
            continue;
        step.id = role % u'/' % step.id;
        own.append(step);
    }
    return own;
}

} // namespace

PipelineFlow::PipelineFlow(PipelineSpec spec, const FlowContext &context)
    : WorkFlow(FlowKind::Pipeline, u"Pipeline "_s % spec.model, context, {})
    , m_spec(std::move(spec))
    , m_experiment(experimentFor(m_spec.experiment, m_spec.model, m_spec.data))
{
    setSteps(QList<FlowStep>{{u"inspect"_s, u"Inspect the data"_s}}
        + stepsOf(selection(), SelectorFlow::plannedSteps())
        + stepsOf(training(), TrainerFlow::plannedSteps(true))
        + stepsOf(deployment(), DeployerFlow::plannedSteps()));
}

Result<void> PipelineFlow::check() const
{
    if (const Result<void> data = checkData(m_spec.data); !data)
        return data;
    if (const Result<void> name = checkModelName(m_spec.model); !name)
        return name;
    if (const Result<void> move = checkMove(Stage::None, m_spec.to); !move)
        return move;
    if (const auto criteria = criteriaFrom(m_spec.require, m_spec.prefer, m_spec.exclude, false);
        !criteria)
        return criteria.failure();
    if (!m_spec.algorithm.isEmpty()) {
        if (const auto candidate = candidateNamed(m_spec.algorithm); !candidate)
            return candidate.failure();
    }
    if (const Result<Policy> policy = policyFor(m_spec.policyFile, context()); !policy)
        return policy.failure();
    return {};
}

void PipelineFlow::run()
{
    enterStep(u"inspect"_s);
    if (const Result<void> ok = check(); !ok) {
        fail(ok.error());
        return;
    }
    inspect(m_spec.data, m_spec.seed, [this](const DataFacts &facts) { begin(facts); });
}

//! What would fail the first child anyway is said before there is a run.
Result<void> PipelineFlow::checkAgainst(const DataFacts &facts) const
{
    if (!m_spec.algorithm.isEmpty())
        return checkSuitable(m_spec.algorithm, facts);
    const auto criteria = criteriaFrom(
        m_spec.require, m_spec.prefer, m_spec.exclude, !m_spec.data.treatmentColumn.isEmpty());
    if (!criteria)
        return criteria.failure();
    const auto selection = selectFrom(withFacts(criteria.value(), facts), {});
    return selection ? Result<void>() : Result<void>(selection.failure());
}

void PipelineFlow::begin(const DataFacts &facts)
{
    if (const Result<void> possible = checkAgainst(facts); !possible) {
        fail(possible.error());
        return;
    }
    m_facts = facts;
    setStepState(u"inspect"_s, StepState::Done, facts.summary());
    beginRun(u"pipeline"_s, m_experiment, u"pipeline "_s % m_spec.model);
    FlowRun &run = *flowRun();
    run.addParam(u"model"_s, m_spec.model);
    run.addParam(u"problem"_s, facts.problem());
    run.addParam(u"target"_s, m_spec.data.target);
    run.addParam(u"target_stage"_s, nameOf(m_spec.to));
    run.addParam(u"dataset_digest"_s, facts.digest());
    run.addParam(u"seed"_s, QString::number(m_spec.seed));
    run.addInputs({facts.dataset()});
    if (m_spec.algorithm.isEmpty()) {
        select();
        return;
    }
    for (const FlowStep &step : stepsOf(selection(), SelectorFlow::plannedSteps()))
        setStepState(step.id, StepState::Skipped, u"the algorithm was given"_s);
    train();
}

FlowOrigin PipelineFlow::childOrigin() const
{
    return {localRunId(), id(), m_facts};
}

void PipelineFlow::select()
{
    SelectorSpec spec;
    spec.data = m_spec.data;
    spec.experiment = m_experiment;
    spec.modelName = m_spec.model;
    spec.require = m_spec.require;
    spec.prefer = m_spec.prefer;
    spec.exclude = m_spec.exclude;
    spec.seed = m_spec.seed;
    runChild(selection(), std::make_unique<SelectorFlow>(spec, context(), childOrigin()),
        [this](const QJsonObject &document) {
            m_spec.algorithm = document.value(u"selected"_s).toString();
            train();
        });
}

void PipelineFlow::train()
{
    TrainerSpec spec;
    spec.data = m_spec.data;
    spec.experiment = m_experiment;
    spec.algorithm = m_spec.algorithm;
    spec.trials = m_spec.trials;
    spec.registerAs = m_spec.model;
    spec.seed = m_spec.seed;
    runChild(training(), std::make_unique<TrainerFlow>(spec, context(), childOrigin()),
        [this](const QJsonObject &) { deploy(); });
}

void PipelineFlow::deploy()
{
    DeployerSpec spec;
    spec.model = m_spec.model;
    spec.version = m_documents.value(training())[u"model"_s][u"version"_s].toString();
    spec.to = m_spec.to;
    spec.policyFile = m_spec.policyFile;
    spec.reason = u"pipeline"_s;
    spec.experiment = m_experiment;
    runChild(deployment(), std::make_unique<DeployerFlow>(spec, context(), childOrigin()),
        [this](const QJsonObject &) { complete(); });
}

void PipelineFlow::complete()
{
    const QJsonObject document = partialResult();
    const QJsonObject model = document.value(u"model"_s).toObject();
    FlowRun &run = *flowRun();
    run.addParam(u"algorithm"_s, m_spec.algorithm);
    run.addParam(u"version"_s, model.value(u"version"_s).toString());
    run.addParam(u"stage"_s, model.value(u"stage"_s).toString());
    const QJsonObject test = document.value(u"metrics"_s)[u"test"_s].toObject();
    for (auto it = test.constBegin(); it != test.constEnd(); ++it)
        run.addMetric(u"test_"_s % it.key(), numberFrom(it.value()));
    completeRun([this] { succeed(partialResult()); });
}

void PipelineFlow::runChild(const QString &role, std::unique_ptr<WorkFlow> child,
    std::function<void(const QJsonObject &)> next)
{
    m_child = std::move(child);
    followSteps(role, *m_child);
    connect(m_child.get(), &Flow::progress, this, &Flow::progress);
    connect(m_child.get(), &Flow::metric, this, &Flow::metric);
    connect(m_child.get(), &Flow::logLine, this, &Flow::logLine);
    connect(m_child.get(), &Flow::runLinked, this, &Flow::runLinked);
    m_child->start().then(
        this, [this, role, next = std::move(next)](const Result<QJsonObject> &result) {
            if (!isRunning())
                return;
            keep(role, result ? result.value() : m_child->partialResult());
            if (result)
                next(result.value());
            else
                giveUp(result.error());
        });
}

void PipelineFlow::followSteps(const QString &role, WorkFlow &child)
{
    connect(&child, &Flow::stepChanged, this, [this, role](int, const FlowStep &step) {
        setStepState(role % u'/' % step.id, step.state, step.detail);
    });
}

void PipelineFlow::keep(const QString &role, const QJsonObject &document)
{
    m_documents.insert(role, document);
}

void PipelineFlow::abort()
{
    if (m_child)
        m_child->cancel();
    WorkFlow::abort();
}

QJsonObject PipelineFlow::partialResult() const
{
    QJsonObject children;
    for (const QString &role : {selection(), training(), deployment()}) {
        const QJsonValue id = m_documents.value(role).value(u"run_id"_s);
        children.insert(role, id.isUndefined() ? QJsonValue() : id);
    }
    const QJsonObject trained = m_documents.value(training());
    const QJsonObject deployed = m_documents.value(deployment());
    const QJsonValue stage = deployed.value(u"stage"_s);
    QJsonObject document{{u"run_id"_s, runIdJson()}, {u"children"_s, children},
        {u"experiment"_s, m_experiment}, {u"algorithm"_s, m_spec.algorithm},
        {u"model"_s,
            QJsonObject{{u"name"_s, m_spec.model},
                {u"version"_s, trained.value(u"model"_s)[u"version"_s]},
                {u"stage"_s, stage.isUndefined() ? QJsonValue() : stage}}},
        {u"metrics"_s, trained.value(u"metrics"_s).toObject()}};
    for (const QString &key : {u"allowed"_s, u"gates"_s}) {
        if (deployed.contains(key))
            document.insert(key, deployed.value(key));
    }
    return document;
}

std::unique_ptr<Flow> makePipeline(PipelineSpec spec, FlowContext context)
{
    return std::make_unique<PipelineFlow>(std::move(spec), context);
}

} // namespace signalbox
