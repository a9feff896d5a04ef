// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/promotion/promoter.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestPolicy final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaultPolicyHasTheDocumentedLimits_data()
    {
        QTest::addColumn<QString>("problem");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QList<double>>("limits");
        QTest::newRow("binary") << u"binary"_s << u"metric_at_least:test_roc_auc"_s
                                << QList<double>{.70, .75, .80};
        QTest::newRow("multiclass") << u"multiclass"_s << u"metric_at_least:test_f1_weighted"_s
                                    << QList<double>{.70, .75, .80};
        QTest::newRow("regression")
            << u"regression"_s << u"metric_at_least:test_r2"_s << QList<double>{.20, .30, .40};
    }

    void defaultPolicyHasTheDocumentedLimits()
    {
        QFETCH(QString, problem);
        QFETCH(QString, id);
        QFETCH(QList<double>, limits);
        const Result<Policy> policy =
            defaultPolicy(QStringLiteral(SIGNALBOX_SOURCE_DIR "/resources"));
        QVERIFY(policy.hasValue());
        const QList<Stage> stages{Stage::Staging, Stage::Shadow, Stage::Production};
        for (int i = 0; i < stages.size(); ++i) {
            const QList<GateRule> rules = policy->rulesFor(stages.at(i), problem);
            QCOMPARE(rules.first().id(), id);
            QCOMPARE(rules.first().limit, limits.at(i));
            QCOMPARE(rules.size(), i == 2 ? 11 : 4);
            for (const GateRule &rule : rules)
                QVERIFY(rule.waivable);
        }
        QVERIFY(policy->knows(Stage::Archived));
        QVERIFY(policy->rulesFor(Stage::Archived, problem).isEmpty());
        QCOMPARE(policy->digest().size(), 16);
    }

    void anUnknownProblemMeetsEveryRule()
    {
        const Result<Policy> policy =
            defaultPolicy(QStringLiteral(SIGNALBOX_SOURCE_DIR "/resources"));
        QStringList ids;
        for (const GateRule &rule : policy->rulesFor(Stage::Production, {}))
            ids.append(rule.id());
        QVERIFY(ids.contains(u"metric_at_least:test_roc_auc"_s));
        QVERIFY(ids.contains(u"metric_at_least:test_r2"_s));
        QCOMPARE(ids.count(u"not_worse_than_incumbent"_s), 1);
    }

    void whatCannotBeUnderstoodIsAnError_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("told");
        QTest::newRow("no json") << QByteArray("nonsense") << u"JSON"_s;
        QTest::newRow("array") << QByteArray("[]") << u"object"_s;
        QTest::newRow("no stages") << QByteArray("{}") << u"stages"_s;
        QTest::newRow("unknown stage") << QByteArray(R"({"stages":{"Prod":[]}})") << u"Prod"_s;
        QTest::newRow("unknown kind")
            << QByteArray(R"({"stages":{"Staging":[{"kind":"vibes"}]}})") << u"vibes"_s;
        QTest::newRow("no kind") << QByteArray(R"({"stages":{"Staging":[{}]}})") << u"kind"_s;
        QTest::newRow("no key") << QByteArray(
            R"({"stages":{"Staging":[{"kind":"metric_at_least","limit":1}]}})")
                                << u"key"_s;
        QTest::newRow("no limit") << QByteArray(
            R"({"stages":{"Staging":[{"kind":"metric_at_least","key":"test_r2"}]}})")
                                  << u"limit"_s;
        QTest::newRow("misspelt member")
            << QByteArray(R"({"stages":{"Staging":[{"kind":"approval","waiveable":false}]}})")
            << u"waiveable"_s;
        QTest::newRow("unknown problem")
            << QByteArray(R"({"stages":{"Staging":[{"kind":"approval","problem":"ranking"}]}})")
            << u"ranking"_s;
        QTest::newRow("twice") << QByteArray(
            R"({"stages":{"Staging":[{"kind":"approval"},{"kind":"approval"}]}})")
                               << u"twice"_s;
    }

    void whatCannotBeUnderstoodIsAnError()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, told);
        const Result<Policy> policy = Policy::parse(json, u"mine"_s);
        QVERIFY(!policy);
        QCOMPARE(policy.error().kind, ErrorKind::InvalidInput);
        QVERIFY2(policy.error().message.contains(told), qPrintable(policy.error().message));
        QVERIFY(!policy.error().hint.isEmpty());
    }

    void aMissingFileIsNamed()
    {
        const Result<Policy> policy = Policy::load(u"/nowhere/policy.json"_s);
        QVERIFY(!policy);
        QCOMPARE(exitCodeFor(policy.error()), 6);
        QVERIFY(policy.error().message.contains(u"/nowhere/policy.json"_s));
    }

    void unknownWaiversAndMissingStagesAreNoticed()
    {
        const Result<Policy> policy =
            Policy::parse(R"({"stages":{"Staging":[{"kind":"approval"}]}})", u"mine"_s);
        Evidence evidence;
        evidence.version.stage = u"None"_s;
        const GateReport staging = buildReportFor(evidence, Stage::Staging, policy.value());
        QVERIFY(checkPromotion(staging, policy.value(), {}).hasValue());
        const Result<void> typo = checkPromotion(staging, policy.value(), {{u"aproval"_s, u"x"_s}});
        QCOMPARE(typo.error().kind, ErrorKind::Usage);
        const GateReport production = buildReportFor(evidence, Stage::Production, policy.value());
        QVERIFY(production.allowed()); // no rule speaks, which must not pass for a yes
        QCOMPARE(
            checkPromotion(production, policy.value(), {}).error().kind, ErrorKind::InvalidInput);
    }

private:
    static GateReport buildReportFor(const Evidence &evidence, Stage to, const Policy &policy)
    {
        GateReport report;
        report.to = to;
        report.gates = evaluateGates(policy.rulesFor(to, evidence.problem), evidence);
        return report;
    }
};

QTEST_GUILESS_MAIN(TestPolicy)
#include "test_policy.moc"
