// SPDX-License-Identifier: Apache-2.0
#include "core/flows/trainer.h"

#include "core/flows/selector.h"
#include "core/flows/training_result.h"
#include "core/tracking/connector.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kShowWaiting = 3s; // an upload takes a moment; only then it is called waiting
constexpr int kMostTrials = 10'000; // of the engine's protocol

QString titleOf(const TrainerSpec &spec)
{
    return u"Train "_s % (spec.algorithm.isEmpty() ? u"a model"_s : spec.algorithm)
        % (spec.registerAs.isEmpty() ? QString() : QString(u" for "_s % spec.registerAs));
}

Result<void> checkSpec(const TrainerSpec &spec)
{
    if (const Result<void> data = checkData(spec.data); !data)
        return data;
    if (!spec.algorithm.isEmpty()) {
        if (const Result<Candidate> candidate = candidateNamed(spec.algorithm); !candidate)
            return candidate.failure();
    }
    if (spec.trials < 0 || spec.trials > kMostTrials) {
        return Failure(ErrorKind::InvalidInput,
            u"%1 is no possible number of trials."_s.arg(spec.trials),
            u"Name a number from 0 to %1."_s.arg(kMostTrials));
    }
    return spec.registerAs.isEmpty() ? Result<void>() : checkModelName(spec.registerAs);
}

} // namespace

TrainerFlow::TrainerFlow(TrainerSpec spec, const FlowContext &context, FlowOrigin origin)
    : WorkFlow(FlowKind::Trainer, titleOf(spec), context, std::move(origin))
    , m_spec(std::move(spec))
    , m_experiment(experimentFor(m_spec.experiment, m_spec.registerAs, m_spec.data))
{
    setSteps(plannedSteps(!m_spec.registerAs.isEmpty()));
    m_patience.setSingleShot(true);
    m_showWaiting.setSingleShot(true);
    connect(&m_showWaiting, &QTimer::timeout, this, &TrainerFlow::noteJournal);
}

QList<FlowStep> TrainerFlow::plannedSteps(bool registers)
{
    QList<FlowStep> steps{{u"inspect"_s, u"Inspect the data"_s},
        {u"choose"_s, u"Choose the algorithm"_s}, {u"train"_s, u"Train and evaluate"_s},
        {u"record"_s, u"Record the model"_s}};
    if (registers)
        steps.append({u"register"_s, u"Register a version"_s});
    return steps;
}

void TrainerFlow::run()
{
    enterStep(u"inspect"_s);
    if (const Result<void> spec = checkSpec(m_spec); !spec) {
        fail(spec.error());
        return;
    }
    inspect(m_spec.data, m_spec.seed, [this](const DataFacts &facts) { choose(facts); });
}

void TrainerFlow::choose(const DataFacts &facts)
{
    m_facts = facts;
    setDetail(u"inspect"_s, facts.summary());
    enterStep(u"choose"_s);
    if (m_spec.algorithm.isEmpty()) {
        await(loadHistory(*context().connector, this, m_experiment, facts.problem()),
            [this](const LearnedHistory &history) { chooseByRank(history); });
        return;
    }
    if (const Result<void> suitable = checkSuitable(m_spec.algorithm, facts); !suitable) {
        fail(suitable.error());
        return;
    }
    m_spec.algorithm = candidateNamed(m_spec.algorithm)->name;
    setDetail(u"choose"_s, m_spec.algorithm % u", as asked"_s);
    train();
}

void TrainerFlow::chooseByRank(const LearnedHistory &history)
{
    SelectionCriteria criteria;
    criteria.hasTreatment = !m_spec.data.treatmentColumn.isEmpty();
    const Result<Selection> selection = selectFrom(withFacts(criteria, *m_facts), history);
    if (!selection) {
        fail(selection.error());
        return;
    }
    m_spec.algorithm = selection->ranked.first().candidate.name;
    setDetail(u"choose"_s, m_spec.algorithm % u", first of the ranking"_s);
    train();
}

void TrainerFlow::train()
{
    enterStep(u"train"_s);
    beginRun(u"training"_s, m_experiment);
    const EngineRequest request{u"train"_s, m_spec.data.toJson(),
        {{u"algorithm"_s, m_spec.algorithm}, {u"problem"_s, m_facts->problem()},
            {u"trials"_s, m_spec.trials}, {u"allow_leakage"_s, m_spec.data.allowLeakage}},
        m_spec.seed};
    await(runEngine(request), [this](const QJsonObject &result) { record(result); });
}

void TrainerFlow::record(const QJsonObject &result)
{
    m_result = result;
    setDetail(u"train"_s, headlineOf(result));
    enterStep(u"record"_s);
    const Result<Policy> policy = defaultPolicy(context().resourcesDir);
    if (policy)
        m_criteria = criteriaOf(result, policy.value());
    FlowRun &run = *flowRun();
    run.addInputs(datasetsOf(result));
    run.addModel(modelFolderOf(engineModel(), result));
    run.end();
    await(run.committed(), [this] { complete(); });
}

void TrainerFlow::complete()
{
    if (!m_spec.registerAs.isEmpty()) {
        awaitReplay();
        return;
    }
    const Call<RunLink> synced = flowRun()->synced();
    QTimer::singleShot(10s, this, [synced] { synced.cancel(); });
    synced.then(this, [this](const Result<RunLink> &link) {
        m_link = link.valueOr(RunLink());
        if (isRunning())
            succeed(partialResult());
    });
}

//! A version needs run and model on the server. The training is safe in the journal meanwhile.
void TrainerFlow::awaitReplay()
{
    enterStep(u"register"_s, u"sending run and model to the server"_s);
    const Call<RunLink> synced = flowRun()->synced();
    m_showWaiting.start(kShowWaiting);
    connect(&m_patience, &QTimer::timeout, this, [synced] { synced.cancel(); });
    m_patience.start(context().waitLimit);
    connect(context().connector, &Connector::journalChanged, this, &TrainerFlow::noteJournal);
    synced.then(this, [this](const Result<RunLink> &link) {
        disconnect(context().connector, nullptr, this, nullptr);
        m_showWaiting.stop();
        if (isRunning())
            replayed(link);
    });
}

void TrainerFlow::noteJournal()
{
    const JournalStatus status = context().connector->journalStatus();
    const int pending = status.pendingRuns + status.pendingBatches + status.pendingArtifacts;
    if (pending < m_pendingItems && m_patience.isActive())
        m_patience.start(context().waitLimit);
    m_pendingItems = pending;
    if (!m_showWaiting.isActive()) {
        setStepState(u"register"_s, StepState::Waiting,
            u"waiting for the server; "_s % QString::number(pending)
                % u" items are kept in the journal"_s);
    }
}

void TrainerFlow::replayed(const Result<RunLink> &link)
{
    const bool outOfPatience = !m_patience.isActive();
    m_patience.stop();
    if (link) {
        m_link = link.value();
        registerModel(m_link);
    } else if (outOfPatience) {
        fail(makeError(ErrorKind::Network,
            u"The training is complete and kept in the journal, but the server did not take it in "
            "time, so no version of "_s
                % m_spec.registerAs % u" was registered."_s,
            u"When the server answers again, run `signalboxctl journal flush` and register the "
            "run's model."_s));
    } else {
        fail(link.error());
    }
}

void TrainerFlow::registerModel(const RunLink &link)
{
    setStepState(u"register"_s, StepState::Running, u"creating a version"_s);
    RegisterModel request;
    request.name = m_spec.registerAs;
    request.modelId = link.modelId;
    if (link.modelId.isEmpty())
        request.source = link.artifactUri % u"/model"_s;
    request.runId = link.runId;
    request.tags = {{u"signalbox.flow_id"_s, origin().flowId.isEmpty() ? id() : origin().flowId},
        {u"signalbox.algorithm"_s, m_spec.algorithm}, {u"signalbox.problem"_s, m_facts->problem()},
        {u"signalbox.dataset_digest"_s, m_facts->digest()}};
    Connector *connector = context().connector;
    awaitServer<mlflow::ModelVersion>(
        u"register"_s, [connector, request] { return connector->registerModel(request); },
        [this](const mlflow::ModelVersion &version) {
            m_version = version.version;
            setDetail(u"register"_s, m_spec.registerAs % u" version "_s % m_version);
            succeed(partialResult());
        });
}

QJsonObject TrainerFlow::partialResult() const
{
    QJsonObject document = trainingDocument(m_result);
    document.insert(u"run_id"_s, runIdJson());
    document.insert(u"algorithm"_s, m_spec.algorithm);
    document.insert(u"criteria"_s, m_criteria);
    document.insert(u"model"_s, modelJson(m_link, m_spec.registerAs, m_version));
    return document;
}

Result<void> checkModelName(const QString &name)
{
    const bool clean = name == name.trimmed() && !name.isEmpty() && !name.contains(u'/')
        && !name.contains(u':') && name.size() <= 256;
    if (clean)
        return {};
    return Failure(ErrorKind::InvalidInput,
        u"\""_s % name % u"\" cannot be the name of a registered model."_s,
        u"Use up to 256 characters without '/', ':' and blanks at the ends."_s);
}

std::unique_ptr<Flow> makeTrainer(TrainerSpec spec, FlowContext context)
{
    return std::make_unique<TrainerFlow>(std::move(spec), context);
}

} // namespace signalbox
