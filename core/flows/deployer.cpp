// SPDX-License-Identifier: Apache-2.0
#include "core/flows/deployer.h"

#include "core/json/json_writer.h"
#include "core/tracking/connector.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString titleOf(const DeployerSpec &spec)
{
    return u"Deploy "_s % spec.model % u" v"_s % spec.version % u" to "_s % nameOf(spec.to);
}

//! Metric keys may not hold every character of a gate's id.
QString metricKey(const QString &prefix, const QString &gate)
{
    return QString(prefix % u'.' % gate).replace(u':', u'.');
}

Result<void> checkSpec(const DeployerSpec &spec)
{
    if (spec.model.isEmpty() || spec.version.isEmpty()) {
        return Failure(ErrorKind::InvalidInput, u"No model version was named."_s,
            u"Name a registered model and one of its versions."_s);
    }
    if (spec.to == Stage::None) {
        return Failure(ErrorKind::Usage, u"No version can be deployed to None."_s,
            u"Stages to deploy to are Staging, Shadow, Production and Archived."_s);
    }
    return {};
}

} // namespace

DeployerFlow::DeployerFlow(DeployerSpec spec, const FlowContext &context, FlowOrigin origin)
    : WorkFlow(FlowKind::Deployer, titleOf(spec), context, std::move(origin))
    , m_spec(std::move(spec))
    , m_promoter(*context.connector)
{
    setSteps(plannedSteps());
    m_patience.setSingleShot(true);
    connect(&m_promoter, &Promoter::phaseChanged, this, &DeployerFlow::phase);
    connect(&m_promoter, &Promoter::step, this,
        [this](const QString &text) { Q_EMIT logLine(u"info"_s, text); });
}

QList<FlowStep> DeployerFlow::plannedSteps()
{
    return {{u"resolve"_s, u"Find the version"_s},
        {u"barrier"_s, u"Wait until its run is complete"_s}, {u"gates"_s, u"Check the gates"_s},
        {u"promote"_s, u"Move the version"_s}, {u"verify"_s, u"Read back"_s},
        {u"record"_s, u"Record the decision"_s}};
}

void DeployerFlow::run()
{
    enterStep(u"resolve"_s);
    const Result<void> spec = checkSpec(m_spec);
    const Result<Policy> policy = policyFor(m_spec.policyFile, context());
    if (!spec || !policy) {
        fail(spec ? policy.error() : spec.error());
        return;
    }
    m_policy = policy.value();
    Connector *connector = context().connector;
    awaitServer<mlflow::ModelVersion>(
        u"resolve"_s,
        [connector, s = m_spec] { return connector->modelVersion(s.model, s.version); },
        [this](const mlflow::ModelVersion &version) {
            m_version = version;
            m_stage = stageOf(version);
            setStepState(u"resolve"_s, StepState::Running,
                u"version "_s % version.version % u" in "_s % nameOf(m_stage));
            findExperiment();
        });
}

//! The deployment stands beside the training that it is about.
void DeployerFlow::findExperiment()
{
    if (!m_spec.experiment.isEmpty() || m_version.runId.isEmpty()) {
        begin(m_spec.experiment.isEmpty() ? m_spec.model : m_spec.experiment);
        return;
    }
    mlflow::Server &server = context().connector->server();
    const Call<mlflow::Experiment> found =
        server.runs.get(m_version.runId).andThen(this, [&server](const mlflow::Run &run) {
            return server.experiments.get(run.info.experimentId);
        });
    found.then(this, [this](const Result<mlflow::Experiment> &experiment) {
        const bool usable = experiment && experiment->lifecycle == mlflow::Lifecycle::Active;
        if (isRunning())
            begin(usable ? experiment->name : m_spec.model);
    });
}

void DeployerFlow::begin(const QString &experiment)
{
    beginRun(u"deployment"_s, experiment);
    FlowRun &run = *flowRun();
    run.addParam(u"model"_s, m_spec.model);
    run.addParam(u"version"_s, m_spec.version);
    run.addParam(u"from_stage"_s, nameOf(m_stage));
    run.addParam(u"target_stage"_s, nameOf(m_spec.to));
    run.addParam(u"policy"_s, m_policy.name());
    run.addParam(u"policy_digest"_s, m_policy.digest());
    run.addParam(u"reason"_s, m_spec.reason);
    QJsonArray steps;
    for (const FlowStep &step : plannedSteps())
        steps.append(step.id);
    run.addJson({{u"model"_s, m_spec.model}, {u"version"_s, m_spec.version},
                    {u"from"_s, nameOf(m_stage)}, {u"to"_s, nameOf(m_spec.to)},
                    {u"policy"_s, m_policy.name()}, {u"policy_digest"_s, m_policy.digest()},
                    {u"keep_existing"_s, m_spec.keepExisting}, {u"steps"_s, steps}},
        u"plan.json"_s);
    barrier();
}

//! Gates read the server only, so everything that the source run logged has to be there first.
void DeployerFlow::barrier()
{
    enterStep(u"barrier"_s);
    connect(context().connector, &Connector::journalChanged, this, &DeployerFlow::checkBarrier);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        disconnect(context().connector, nullptr, this, nullptr);
        giveUp(makeError(ErrorKind::Network,
            u"The source run of version "_s % m_spec.version
                % u" is not complete on the server; some of it is still in the journal."_s,
            u"Run `signalboxctl journal flush` when the server answers, then deploy again."_s));
    });
    m_patience.start(context().waitLimit);
    checkBarrier();
}

void DeployerFlow::checkBarrier()
{
    if (!isRunning())
        return;
    Connector &connector = *context().connector;
    if (m_version.runId.isEmpty() || connector.isSettled(m_version.runId)) {
        disconnect(&connector, nullptr, this, nullptr);
        m_patience.stop();
        setStepState(u"barrier"_s, StepState::Done);
        promote();
    } else {
        setStepState(u"barrier"_s, StepState::Waiting,
            u"waiting until the source run is complete on the server"_s);
    }
}

void DeployerFlow::promote()
{
    const PromotionRequest request{m_spec.model, m_spec.version, m_spec.to, m_spec.reason,
        m_spec.waivers, m_spec.keepExisting, context().userName};
    m_promoting = m_promoter.promote(request, m_policy);
    m_promoting.then(this, [this](const Result<PromotionResult> &result) {
        if (isRunning())
            promoted(result);
    });
}

void DeployerFlow::phase(PromotionPhase phase)
{
    if (m_phase == PromotionPhase::ReadBack && phase == PromotionPhase::Record)
        setDetail(u"verify"_s, u"in "_s % nameOf(m_spec.to));
    m_phase = phase;
    switch (phase) {
    case PromotionPhase::Evidence:
        enterStep(u"gates"_s);
        break;
    case PromotionPhase::Claim:
        break;
    case PromotionPhase::Move:
        enterStep(u"promote"_s);
        break;
    case PromotionPhase::ReadBack:
        enterStep(u"verify"_s);
        break;
    case PromotionPhase::Record:
        enterStep(u"record"_s);
        break;
    }
}

void DeployerFlow::promoted(const Result<PromotionResult> &result)
{
    const bool untouched = m_phase == PromotionPhase::Evidence || m_phase == PromotionPhase::Claim;
    if (!result && untouched && result.error().isOutage()) {
        askAgain(u"gates"_s, result.error(), [this] { promote(); });
        return;
    }
    recordReport();
    if (!result) {
        giveUp(result.error());
        return;
    }
    m_promotion = result.value();
    m_stage = result->to;
    FlowRun &run = *flowRun();
    run.addParam(u"read_back_stage"_s, nameOf(m_stage));
    run.addTag(u"signalbox.decision_run_id"_s, result->decisionRunId.text());
    run.addJson(partialResult(), u"decision.json"_s);
    completeRun([this] { succeed(partialResult()); });
}

//! Gate by gate, as far as it came; also of a refusal.
void DeployerFlow::recordReport()
{
    const std::optional<GateReport> &report = m_promoter.lastReport();
    if (!report)
        return;
    FlowRun &run = *flowRun();
    for (const GateResult &gate : report->gates) {
        const bool met = gate.verdict != Verdict::Fail && gate.verdict != Verdict::Missing;
        run.addMetric(metricKey(u"gate"_s, gate.id), met ? 1.0 : 0.0);
        if (gate.limit.isDouble() && !gate.actual.isNull())
            run.addMetric(metricKey(u"evidence"_s, gate.id), numberFrom(gate.actual));
    }
    run.addParam(u"allowed"_s, report->allowed() ? u"true"_s : u"false"_s);
    if (!report->allowed())
        run.addJson(report->toJson(), u"decision.json"_s);
}

void DeployerFlow::abort()
{
    if (m_promoting.isValid())
        m_promoting.cancel();
    WorkFlow::abort();
}

QJsonObject DeployerFlow::partialResult() const
{
    QJsonObject document;
    if (m_promotion)
        document = m_promotion->toJson();
    else if (m_promoter.lastReport())
        document = m_promoter.lastReport()->toJson();
    else
        document = {{u"allowed"_s, false}, {u"gates"_s, QJsonArray()}};
    document.insert(u"run_id"_s, runIdJson());
    document.insert(u"model"_s, m_spec.model);
    document.insert(u"version"_s, m_spec.version);
    document.insert(u"stage"_s, nameOf(m_stage));
    document.insert(u"endpoint"_s, QJsonValue());
    return document;
}

Result<Policy> policyFor(const QString &file, const FlowContext &context)
{
    return file.isEmpty() ? defaultPolicy(context.resourcesDir) : Policy::load(file);
}

std::unique_ptr<Flow> makeDeployer(DeployerSpec spec, FlowContext context)
{
    return std::make_unique<DeployerFlow>(std::move(spec), context);
}

} // namespace signalbox
