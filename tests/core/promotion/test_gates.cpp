// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/promotion/promoter.h"

#include <QtTest/QTest>

#include <limits>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

GateRule rule(const QString &kind, const QString &key = {}, double limit = 0.0)
{
    GateRule result;
    result.kind = kind;
    result.key = key;
    result.limit = limit;
    result.title = kind;
    return result;
}

mlflow::Run finishedRun(const QString &id, double auc, const QString &testDigest)
{
    mlflow::Run run;
    run.info.id = RunId(id);
    run.info.status = mlflow::RunStatus::Finished;
    mlflow::Metric metric;
    metric.key = u"test_roc_auc"_s;
    metric.value = auc;
    run.metrics = {metric};
    run.params = {{u"problem"_s, u"binary"_s}, {u"test_digest"_s, testDigest}};
    mlflow::DatasetInput dataset;
    dataset.name = u"patients.csv"_s;
    dataset.digest = u"abc"_s;
    run.datasets = {dataset};
    return run;
}

Evidence goodEvidence()
{
    Evidence evidence;
    evidence.version.name = u"churn"_s;
    evidence.version.version = u"2"_s;
    evidence.version.stage = u"Staging"_s;
    evidence.version.runId = RunId(u"r2"_s);
    evidence.run = finishedRun(u"r2"_s, 0.81, u"t1"_s);
    evidence.problem = u"binary"_s;
    evidence.modelFileRead = true;
    evidence.signaturePresent = true;
    return evidence;
}

Verdict verdictOf(const GateRule &gate, const Evidence &evidence, const Waivers &waivers = {})
{
    return evaluateGates({gate}, evidence, waivers).first().verdict;
}

} // namespace

class TestGates final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void metricLimitsAreInclusive()
    {
        Evidence evidence = goodEvidence();
        const GateRule gate = rule(u"metric_at_least"_s, u"test_roc_auc"_s, 0.80);
        evidence.run->metrics[0].value = 0.80;
        QCOMPARE(verdictOf(gate, evidence), Verdict::Pass);
        evidence.run->metrics[0].value = 0.7999;
        QCOMPARE(verdictOf(gate, evidence), Verdict::Fail);
        evidence.run->metrics[0].value = std::numeric_limits<double>::quiet_NaN();
        QCOMPARE(verdictOf(gate, evidence), Verdict::Fail);
    }

    void aMetricThatNobodyLoggedIsMissing()
    {
        Evidence evidence = goodEvidence();
        evidence.run->metrics.clear();
        const auto results =
            evaluateGates({rule(u"metric_at_least"_s, u"test_roc_auc"_s, 0.0)}, evidence);
        QCOMPARE(results.first().verdict, Verdict::Missing);
        QVERIFY(results.first().actual.isNull());
        QVERIFY(results.first().limit.isDouble());
        evidence.run.reset();
        for (const QString &kind : {u"metric_at_least"_s, u"run_finished"_s, u"dataset_recorded"_s})
            QCOMPARE(verdictOf(rule(kind, u"test_roc_auc"_s), evidence), Verdict::Missing);
    }

    void runsThatDidNotFinishFail()
    {
        Evidence evidence = goodEvidence();
        const GateRule gate = rule(u"run_finished"_s);
        QCOMPARE(verdictOf(gate, evidence), Verdict::Pass);
        for (const auto status : {mlflow::RunStatus::Running, mlflow::RunStatus::Failed,
                 mlflow::RunStatus::Killed, mlflow::RunStatus::Unknown}) {
            evidence.run->info.status = status;
            QCOMPARE(verdictOf(gate, evidence), Verdict::Fail);
        }
        evidence.run->info.status = mlflow::RunStatus::Finished;
        evidence.run->info.lifecycle = mlflow::Lifecycle::Deleted;
        QCOMPARE(verdictOf(gate, evidence), Verdict::Fail);
    }

    void signatureAndDatasetAreLookedAt()
    {
        Evidence evidence = goodEvidence();
        QCOMPARE(verdictOf(rule(u"signature_present"_s), evidence), Verdict::Pass);
        QCOMPARE(verdictOf(rule(u"dataset_recorded"_s), evidence), Verdict::Pass);
        evidence.signaturePresent = false;
        evidence.run->datasets.clear();
        QCOMPARE(verdictOf(rule(u"signature_present"_s), evidence), Verdict::Fail);
        QCOMPARE(verdictOf(rule(u"dataset_recorded"_s), evidence), Verdict::Fail);
        evidence.modelFileRead = false;
        QCOMPARE(verdictOf(rule(u"signature_present"_s), evidence), Verdict::Missing);
    }

    void whatNobodyMeasuredIsNeverAPass()
    {
        const Evidence evidence = goodEvidence();
        for (const QString &kind : {u"shadow_duration"_s, u"shadow_requests"_s,
                 u"shadow_error_rate"_s, u"shadow_latency_p99"_s, u"approval"_s, u"smoke_test"_s})
            QCOMPARE(verdictOf(rule(kind, {}, 1000), evidence), Verdict::Missing);
    }

    void incumbentsCompareOnlyOnTheSameRows()
    {
        Evidence evidence = goodEvidence();
        const GateRule gate = rule(u"not_worse_than_incumbent"_s, u"test_roc_auc"_s);
        QCOMPARE(verdictOf(gate, evidence), Verdict::NotApplicable);
        mlflow::ModelVersion incumbent;
        incumbent.version = u"1"_s;
        evidence.incumbent = incumbent;
        QCOMPARE(verdictOf(gate, evidence), Verdict::Missing);
        evidence.incumbentRun = finishedRun(u"r1"_s, 0.5, u"other rows"_s);
        QCOMPARE(verdictOf(gate, evidence), Verdict::Missing);
        evidence.incumbentRun = finishedRun(u"r1"_s, 0.81, u"t1"_s);
        QCOMPARE(verdictOf(gate, evidence), Verdict::Pass);
        evidence.incumbentRun = finishedRun(u"r1"_s, 0.82, u"t1"_s);
        QCOMPARE(verdictOf(gate, evidence), Verdict::Fail);
    }

    void waiversNeedAReasonAndAWaivableGate()
    {
        const Evidence evidence = goodEvidence();
        GateRule gate = rule(u"approval"_s);
        QCOMPARE(verdictOf(gate, evidence, {{u"approval"_s, u"  "_s}}), Verdict::Missing);
        QCOMPARE(verdictOf(gate, evidence, {{u"approval"_s, u"drill"_s}}), Verdict::Waived);
        gate.waivable = false;
        QCOMPARE(verdictOf(gate, evidence, {{u"approval"_s, u"drill"_s}}), Verdict::Missing);
        // A gate that passed needs no waiver and says that it passed.
        QCOMPARE(verdictOf(rule(u"run_finished"_s), evidence, {{u"run_finished"_s, u"x"_s}}),
            Verdict::Pass);
    }

    void productionOfTheDefaultPolicyIsRefusedWithoutEvidence()
    {
        const Result<Policy> policy =
            defaultPolicy(QStringLiteral(SIGNALBOX_SOURCE_DIR "/resources"));
        const Evidence evidence = goodEvidence();
        GateReport report;
        report.gates = evaluateGates(policy->rulesFor(Stage::Production, u"binary"_s), evidence);
        QVERIFY(!report.allowed());
        QCOMPARE(report.toJson().value(u"allowed"_s).toBool(), false);
        report.gates = evaluateGates(policy->rulesFor(Stage::Staging, u"binary"_s), evidence);
        QVERIFY(report.allowed());
    }

    void problemComesFromTheRun()
    {
        mlflow::Run run;
        QCOMPARE(problemOf(run), QString());
        mlflow::Metric metric;
        for (const auto &[key, problem] : {std::pair{u"test_roc_auc"_s, u"binary"_s},
                 {u"test_f1_weighted"_s, u"multiclass"_s}, {u"test_rmse"_s, u"regression"_s}}) {
            metric.key = key;
            run.metrics = {metric};
            QCOMPARE(problemOf(run), problem);
        }
        run.params = {{u"problem"_s, u"binary"_s}};
        QCOMPARE(problemOf(run), u"binary"_s);
    }

    void signatureIsReadFromTheModelFile_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("declared");
        QTest::newRow("present") << QByteArray(
            "flavors:\n  sklearn:\n    x: 1\nsignature:\n  inputs: "
            "'[{\"type\": \"double\"}]'\n  outputs: '[]'\n")
                                 << true;
        QTest::newRow("only outputs")
            << QByteArray("signature:\n  inputs: null\n  outputs: '[{\"type\": \"long\"}]'\n")
            << true;
        QTest::newRow("null") << QByteArray("signature: null\nflavors: {}\n") << false;
        QTest::newRow("nothing inside")
            << QByteArray("signature:\n  inputs: null\n  outputs: null\n  params: null\n") << false;
        QTest::newRow("absent") << QByteArray("flavors:\n  python_function:\n    inputs: 3\n")
                                << false;
        QTest::newRow("empty") << QByteArray() << false;
    }

    void signatureIsReadFromTheModelFile()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, declared);
        QCOMPARE(declaresSignature(text), declared);
    }
};

QTEST_GUILESS_MAIN(TestGates)
#include "test_gates.moc"
