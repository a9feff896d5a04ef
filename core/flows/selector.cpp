// SPDX-License-Identifier: Apache-2.0
#include "core/flows/selector.h"

#include "core/json/json_writer.h"
#include "core/tracking/connector.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kBenchmarked = 3;

QString titleOf(const SelectorSpec &spec)
{
    return u"Select an algorithm for "_s
        % (spec.modelName.isEmpty() ? spec.data.target : spec.modelName);
}

void recordScores(FlowRun &run, const Ranked &entry)
{
    const QString name = entry.candidate.name;
    run.addMetric(u"score."_s % name, entry.score);
    const QJsonObject parts = entry.parts.toJson();
    for (auto it = parts.constBegin(); it != parts.constEnd(); ++it)
        run.addMetric(u"component."_s % name % u'.' % it.key(), it.value().toDouble());
    if (entry.combined)
        run.addMetric(u"combined."_s % name, *entry.combined);
    if (!entry.benchmark || !entry.benchmark->ok)
        return;
    const QJsonObject &details = entry.benchmark->details;
    run.addMetric(u"cv_mean."_s % name, numberFrom(details.value(u"mean"_s)));
    run.addMetric(u"cv_std."_s % name, numberFrom(details.value(u"std"_s)));
    run.addMetric(u"benchmark_score."_s % name, entry.benchmark->score);
}

} // namespace

SelectorFlow::SelectorFlow(SelectorSpec spec, const FlowContext &context, FlowOrigin origin)
    : WorkFlow(FlowKind::Selector, titleOf(spec), context, std::move(origin))
    , m_spec(std::move(spec))
    , m_experiment(experimentFor(m_spec.experiment, m_spec.modelName, m_spec.data))
{
    setSteps(plannedSteps());
}

QList<FlowStep> SelectorFlow::plannedSteps()
{
    return {{u"inspect"_s, u"Inspect the data"_s}, {u"history"_s, u"Look up earlier runs"_s},
        {u"rank"_s, u"Filter and rank"_s}, {u"benchmark"_s, u"Benchmark the best"_s},
        {u"record"_s, u"Record the selection"_s}};
}

void SelectorFlow::run()
{
    enterStep(u"inspect"_s);
    const Result<void> data = checkData(m_spec.data);
    const Result<SelectionCriteria> criteria = criteriaFrom(
        m_spec.require, m_spec.prefer, m_spec.exclude, !m_spec.data.treatmentColumn.isEmpty());
    if (!data || !criteria) {
        fail(data ? criteria.error() : data.error());
        return;
    }
    m_selection.criteria = criteria.value();
    inspect(m_spec.data, m_spec.seed, [this](const DataFacts &facts) { choose(facts); });
}

void SelectorFlow::choose(const DataFacts &facts)
{
    m_facts = facts;
    m_selection.criteria = withFacts(m_selection.criteria, facts);
    setDetail(u"inspect"_s, facts.summary());
    enterStep(u"history"_s);
    await(loadHistory(*context().connector, this, m_experiment, facts.problem()),
        [this](const LearnedHistory &history) { rank(history); });
}

void SelectorFlow::rank(const LearnedHistory &history)
{
    setDetail(u"history"_s, history.summary());
    enterStep(u"rank"_s);
    const Result<Selection> selection = selectFrom(m_selection.criteria, history);
    if (!selection) {
        fail(selection.error());
        return;
    }
    m_selection = selection.value();
    setDetail(u"rank"_s,
        QString::number(m_selection.ranked.size()) % u" candidates, "_s
            % QString::number(m_selection.filtered.excluded.size()) % u" left out"_s);
    for (const QString &condition : m_selection.filtered.relaxed) {
        Q_EMIT logLine(u"warning"_s, u"No algorithm met every condition; given up: "_s % condition);
    }
    beginRecording();
    benchmark();
}

void SelectorFlow::beginRecording()
{
    beginRun(u"selection"_s, m_experiment);
    QStringList constraints;
    for (const Constraint &constraint : m_selection.criteria.constraints)
        constraints.append(constraint.text);
    FlowRun &run = *flowRun();
    run.addParam(u"problem"_s, m_facts->problem());
    run.addParam(u"target"_s, m_spec.data.target);
    run.addParam(u"rows"_s, QString::number(m_facts->rows()));
    run.addParam(u"columns"_s, QString::number(m_facts->columns()));
    run.addParam(u"constraints"_s, constraints.join(u", "_s));
    run.addParam(u"preferred"_s, m_selection.criteria.prefer.join(u", "_s));
    run.addParam(u"excluded"_s, m_selection.criteria.exclude.join(u", "_s));
    run.addParam(u"dataset_digest"_s, m_facts->digest());
    run.addParam(u"seed"_s, QString::number(m_spec.seed));
    run.addInputs({m_facts->dataset()});
}

//! The engine cannot run causal candidates, so only the best that it can are compared.
void SelectorFlow::benchmark()
{
    QJsonArray best;
    for (const Ranked &entry : m_selection.ranked.mid(0, kBenchmarked))
        best.append(entry.candidate.name);
    enterStep(u"benchmark"_s);
    const EngineRequest request{u"benchmark"_s, m_spec.data.toJson(),
        {{u"candidates"_s, best}, {u"problem"_s, m_facts->problem()}}, m_spec.seed};
    await(runEngine(request), [this](const QJsonObject &result) {
        m_selection.ranked = withBenchmarks(m_selection.ranked, result);
        setDetail(u"benchmark"_s,
            u"by "_s % result.value(u"metric"_s).toString() % u", "_s
                % QString::number(result.value(u"folds"_s).toInteger()) % u" folds"_s);
        record();
    });
}

void SelectorFlow::record()
{
    const Ranked &best = m_selection.ranked.first();
    enterStep(u"record"_s, best.candidate.name % u" selected"_s);
    FlowRun &run = *flowRun();
    run.addParam(u"selected"_s, best.candidate.name);
    for (const Ranked &entry : m_selection.ranked)
        recordScores(run, entry);
    run.addJson(m_selection.toJson(), u"selection.json"_s);
    run.addText(rationaleFor(m_selection, *m_facts), u"rationale.md"_s);
    completeRun([this] { succeed(partialResult()); });
}

QJsonObject SelectorFlow::partialResult() const
{
    QJsonObject document = m_selection.toJson();
    document.insert(u"run_id"_s, runIdJson());
    return document;
}

Result<SelectionCriteria> criteriaFrom(const QStringList &require, const QStringList &prefer,
    const QStringList &exclude, bool hasTreatment)
{
    SelectionCriteria criteria;
    const Result<QList<Constraint>> constraints = parseConstraints(require);
    if (!constraints)
        return constraints.failure();
    const Result<QStringList> preferred = candidateNames(prefer);
    if (!preferred)
        return preferred.failure();
    const Result<QStringList> excluded = candidateNames(exclude);
    if (!excluded)
        return excluded.failure();
    criteria.constraints = constraints.value();
    criteria.prefer = preferred.value();
    criteria.exclude = excluded.value();
    criteria.hasTreatment = hasTreatment;
    return criteria;
}

SelectionCriteria withFacts(SelectionCriteria criteria, const DataFacts &facts)
{
    criteria.problem = facts.problem();
    criteria.available = facts.suitable();
    criteria.rows = facts.rows();
    return criteria;
}

Result<void> checkSuitable(const QString &algorithm, const DataFacts &facts)
{
    const Result<Candidate> candidate = candidateNamed(algorithm);
    if (!candidate)
        return candidate.failure();
    if (facts.suitable().contains(candidate->name))
        return {};
    return Failure(ErrorKind::InvalidInput,
        candidate->name % u" cannot be trained on this "_s % facts.problem() % u" problem."_s,
        u"Suitable are "_s % facts.suitable().join(u", "_s) % u'.');
}

Result<Selection> selectFrom(const SelectionCriteria &criteria, const LearnedHistory &history)
{
    Selection selection;
    selection.criteria = criteria;
    selection.history = history;
    selection.filtered = filterCandidates(criteria);
    selection.ranked = rankCandidates(selection.filtered.candidates, criteria, history.values);
    if (!selection.ranked.isEmpty())
        return selection;
    QStringList reasons;
    for (const Excluded &excluded : selection.filtered.excluded)
        reasons.append(excluded.algorithm % u' ' % excluded.reason);
    return Failure(ErrorKind::InvalidInput,
        u"No algorithm is left: "_s % reasons.join(u"; "_s) % u'.',
        u"Loosen a condition or exclude fewer algorithms."_s);
}

std::unique_ptr<Flow> makeSelector(SelectorSpec spec, FlowContext context)
{
    return std::make_unique<SelectorFlow>(std::move(spec), context);
}

} // namespace signalbox
