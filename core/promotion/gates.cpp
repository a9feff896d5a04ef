// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/gates.h"

#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

GateResult resultFor(const GateRule &rule)
{
    GateResult result;
    result.id = rule.id();
    result.title = rule.title;
    result.waivable = rule.waivable;
    return result;
}

QString runText(const Evidence &evidence)
{
    return u"run "_s % evidence.run->info.id.text();
}

QString noRun(const Evidence &evidence)
{
    return evidence.version.runId.isEmpty()
        ? u"the version names no source run"_s
        : QString(u"its source run "_s % evidence.version.runId.text() % u" does not exist"_s);
}

void metricAtLeast(const GateRule &rule, const Evidence &evidence, GateResult &result)
{
    result.limit = rule.limit;
    if (!evidence.run) {
        result.evidence = noRun(evidence);
        return;
    }
    const std::optional<double> value = evidence.run->metric(rule.key);
    if (!value) {
        result.evidence = runText(evidence) % u" has no metric "_s % rule.key;
        return;
    }
    result.actual = jsonNumber(*value);
    result.verdict = *value >= rule.limit ? Verdict::Pass : Verdict::Fail; // NaN fails
    result.evidence = u"metric "_s % rule.key % u" of "_s % runText(evidence);
}

void signaturePresent(const Evidence &evidence, GateResult &result)
{
    result.limit = true;
    result.evidence = evidence.signatureSource;
    if (!evidence.modelFileRead)
        return;
    result.actual = evidence.signaturePresent;
    result.verdict = evidence.signaturePresent ? Verdict::Pass : Verdict::Fail;
}

void runFinished(const Evidence &evidence, GateResult &result)
{
    const QString finished = nameOf(mlflow::RunStatus::Finished);
    result.limit = finished;
    if (!evidence.run) {
        result.evidence = noRun(evidence);
        return;
    }
    const bool deleted = evidence.run->info.lifecycle == mlflow::Lifecycle::Deleted;
    const QString status = nameOf(evidence.run->info.status);
    result.actual = status;
    result.evidence = deleted ? QString(runText(evidence) % u" is deleted"_s)
                              : QString(u"status of "_s % runText(evidence));
    result.verdict = status == finished && !deleted ? Verdict::Pass : Verdict::Fail;
}

void datasetRecorded(const Evidence &evidence, GateResult &result)
{
    result.limit = 1;
    if (!evidence.run) {
        result.evidence = noRun(evidence);
        return;
    }
    QStringList names;
    for (const mlflow::DatasetInput &dataset : evidence.run->datasets)
        names.append(dataset.name % u' ' % dataset.digest);
    result.actual = static_cast<int>(names.size());
    result.verdict = names.isEmpty() ? Verdict::Fail : Verdict::Pass;
    result.evidence = names.isEmpty()
        ? QString(runText(evidence) % u" has no dataset input"_s)
        : QString(u"inputs of "_s % runText(evidence) % u": "_s % names.join(u", "_s));
}

/*! Two values compare only when they were measured on the same rows, which an equal digest of the
 *  test rows shows. Otherwise the incumbent has to be scored again first. */
void notWorseThanIncumbent(const GateRule &rule, const Evidence &evidence, GateResult &result)
{
    if (!evidence.incumbent) {
        result.verdict = Verdict::NotApplicable;
        result.evidence = u"no version is there yet"_s;
        return;
    }
    const QString who = u"version "_s % evidence.incumbent->version;
    const QString digest = evidence.run ? evidence.run->param(u"test_digest"_s) : QString();
    if (!evidence.incumbentRun || digest.isEmpty()
        || evidence.incumbentRun->param(u"test_digest"_s) != digest) {
        result.evidence = who % u" was not measured on the same test rows"_s;
        return;
    }
    const std::optional<double> mine = evidence.run->metric(rule.key);
    const std::optional<double> theirs = evidence.incumbentRun->metric(rule.key);
    if (!mine || !theirs) {
        result.evidence = u"one of both has no metric "_s % rule.key;
        return;
    }
    result.limit = jsonNumber(*theirs);
    result.actual = jsonNumber(*mine);
    result.verdict = *mine >= *theirs ? Verdict::Pass : Verdict::Fail;
    result.evidence = rule.key % u" against "_s % who % u", both on test rows "_s % digest;
}

//! Gates whose evidence somebody has to bring about first.
void notMeasured(const GateRule &rule, GateResult &result)
{
    if (rule.kind.startsWith(u"shadow_"_s)) {
        result.limit = rule.limit;
        result.evidence = u"no shadow traffic has been recorded for this version"_s;
    } else if (rule.kind == u"approval"_s) {
        result.evidence = u"nobody has approved this version"_s;
    } else {
        result.evidence = u"the version has not been served yet"_s;
    }
}

GateResult evaluate(const GateRule &rule, const Evidence &evidence)
{
    GateResult result = resultFor(rule);
    if (rule.kind == u"metric_at_least"_s)
        metricAtLeast(rule, evidence, result);
    else if (rule.kind == u"signature_present"_s)
        signaturePresent(evidence, result);
    else if (rule.kind == u"run_finished"_s)
        runFinished(evidence, result);
    else if (rule.kind == u"dataset_recorded"_s)
        datasetRecorded(evidence, result);
    else if (rule.kind == u"not_worse_than_incumbent"_s)
        notWorseThanIncumbent(rule, evidence, result);
    else
        notMeasured(rule, result);
    return result;
}

void applyWaiver(const Waivers &waivers, GateResult &result)
{
    const QString reason = waivers.value(result.id).trimmed();
    const bool open = result.verdict == Verdict::Fail || result.verdict == Verdict::Missing;
    if (!open || reason.isEmpty() || !result.waivable)
        return;
    result.evidence =
        u"waived ("_s % nameOf(result.verdict) % u"): "_s % reason % u"; "_s % result.evidence;
    result.verdict = Verdict::Waived;
}

bool hasMetric(const mlflow::Run &run, std::initializer_list<QString> keys)
{
    return std::any_of(keys.begin(), keys.end(),
        [&run](const QString &key) { return run.metric(key).has_value(); });
}

} // namespace

QString nameOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return u"pass"_s;
    case Verdict::Fail:
        return u"fail"_s;
    case Verdict::Missing:
        return u"missing"_s;
    case Verdict::Waived:
        return u"waived"_s;
    case Verdict::NotApplicable:
        return u"not_applicable"_s;
    }
    return u"missing"_s;
}

QJsonObject GateResult::toJson() const
{
    return {{u"id"_s, id}, {u"title"_s, title}, {u"limit"_s, limit}, {u"actual"_s, actual},
        {u"verdict"_s, nameOf(verdict)}, {u"waivable"_s, waivable}, {u"evidence"_s, evidence}};
}

bool GateReport::allowed() const
{
    return std::all_of(gates.begin(), gates.end(), [](const GateResult &gate) {
        return gate.verdict != Verdict::Fail && gate.verdict != Verdict::Missing;
    });
}

QJsonObject GateReport::toJson() const
{
    QJsonArray list;
    for (const GateResult &gate : gates)
        list.append(gate.toJson());
    return {{u"model"_s, model}, {u"version"_s, version}, {u"from"_s, nameOf(from)},
        {u"to"_s, nameOf(to)}, {u"policy"_s, policyName}, {u"policy_digest"_s, policyDigest},
        {u"allowed"_s, allowed()}, {u"gates"_s, list},
        {u"would_archive"_s, QJsonArray::fromStringList(wouldArchive)},
        {u"alias_move"_s, aliasMove}};
}

QList<GateResult> evaluateGates(
    const QList<GateRule> &rules, const Evidence &evidence, const Waivers &waivers)
{
    QList<GateResult> results;
    for (const GateRule &rule : rules) {
        GateResult result = evaluate(rule, evidence);
        applyWaiver(waivers, result);
        results.append(result);
    }
    return results;
}

QString problemOf(const mlflow::Run &run)
{
    const QString named = run.param(u"problem"_s);
    if (named == u"binary"_s || named == u"multiclass"_s || named == u"regression"_s)
        return named;
    if (hasMetric(run, {u"test_roc_auc"_s, u"test_pr_auc"_s, u"test_brier"_s}))
        return u"binary"_s;
    if (hasMetric(run, {u"test_f1_weighted"_s, u"test_f1_macro"_s, u"test_roc_auc_ovr"_s}))
        return u"multiclass"_s;
    if (hasMetric(run, {u"test_r2"_s, u"test_rmse"_s, u"test_mae"_s}))
        return u"regression"_s;
    return {};
}

bool declaresSignature(const QByteArray &modelFile)
{
    bool inside = false;
    for (const QByteArray &line : modelFile.split('\n')) {
        if (!line.startsWith(' ') && !line.startsWith('-') && !line.trimmed().isEmpty())
            inside = line.startsWith("signature:");
        if (!inside)
            continue;
        const QByteArray text = line.trimmed();
        for (const QByteArray &key : {QByteArray("inputs:"), QByteArray("outputs:")}) {
            if (!text.startsWith(key))
                continue;
            const QByteArray value = text.mid(key.size()).trimmed();
            // YAML puts long values on the next line, after the key or an indicator.
            if (value != "null" && value != "~" && value != "''" && value != "'[]'")
                return true;
        }
    }
    return false;
}

} // namespace signalbox
