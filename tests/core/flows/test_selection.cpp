// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flows/history.h"
#include "core/flows/rationale.h"
#include "core/flows/selection.h"

#include <QtCore/QJsonArray>
#include <QtTest/QTest>

#include <cmath>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

using Row = std::pair<QString, double>;

SelectionCriteria criteriaFor(const QString &problem)
{
    SelectionCriteria criteria;
    criteria.problem = problem;
    for (const Candidate &candidate : allCandidates())
        criteria.available.append(candidate.name);
    return criteria;
}

//! Every candidate of the problem, causal ones too, as the published table ranks them.
QList<Candidate> candidatesOf(const QString &problem)
{
    QList<Candidate> candidates;
    for (const Candidate &candidate : allCandidates()) {
        if (candidate.problems.contains(problem))
            candidates.append(candidate);
    }
    return candidates;
}

QStringList namesOf(const QList<Candidate> &candidates)
{
    QStringList names;
    for (const Candidate &candidate : candidates)
        names.append(candidate.name);
    return names;
}

QJsonObject entry(const QString &name, bool ok, double score)
{
    return {{u"name"_s, name}, {u"ok"_s, ok}, {u"score"_s, ok ? QJsonValue(score) : QJsonValue()},
        {u"mean"_s, score}, {u"std"_s, 0.01}};
}

} // namespace

class TestSelection final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void goldenTable_data()
    {
        QTest::addColumn<QString>("problem");
        QTest::addColumn<bool>("treatment");
        QTest::addColumn<QStringList>("prefer");
        QTest::addColumn<QList<Row>>("expected");
        QTest::newRow("binary") << u"binary"_s << false << QStringList()
                                << QList<Row>{{u"LogisticRegression"_s, 0.75806},
                                       {u"LightGBM"_s, 0.71494}, {u"XGBoost"_s, 0.71325},
                                       {u"RandomForest"_s, 0.65487}, {u"LinearDML"_s, 0.58762},
                                       {u"CausalForest"_s, 0.50550}};
        QTest::newRow("binary, treatment")
            << u"binary"_s << true << QStringList()
            << QList<Row>{{u"LinearDML"_s, 0.83762}, {u"LogisticRegression"_s, 0.75806},
                   {u"CausalForest"_s, 0.75550}, {u"LightGBM"_s, 0.71494}, {u"XGBoost"_s, 0.71325},
                   {u"RandomForest"_s, 0.65487}};
        QTest::newRow("multiclass")
            << u"multiclass"_s << false << QStringList()
            << QList<Row>{{u"LogisticRegression"_s, 0.75806}, {u"LightGBM"_s, 0.71494},
                   {u"XGBoost"_s, 0.71325}, {u"RandomForest"_s, 0.65487}};
        QTest::newRow("regression")
            << u"regression"_s << false << QStringList()
            << QList<Row>{{u"Ridge"_s, 0.73806}, {u"Lasso"_s, 0.73006}, {u"LightGBM"_s, 0.70294},
                   {u"XGBoost"_s, 0.70125}, {u"RandomForest"_s, 0.64687}, {u"LinearDML"_s, 0.57162},
                   {u"CausalForest"_s, 0.48950}};
        QTest::newRow("regression, treatment")
            << u"regression"_s << true << QStringList()
            << QList<Row>{{u"LinearDML"_s, 0.82162}, {u"CausalForest"_s, 0.73950},
                   {u"Ridge"_s, 0.73806}, {u"Lasso"_s, 0.73006}, {u"LightGBM"_s, 0.70294},
                   {u"XGBoost"_s, 0.70125}, {u"RandomForest"_s, 0.64687}};
        QTest::newRow("binary, prefer XGBoost")
            << u"binary"_s << false << QStringList{u"XGBoost"_s}
            << QList<Row>{{u"XGBoost"_s, 0.81325}, {u"LogisticRegression"_s, 0.75806},
                   {u"LightGBM"_s, 0.71494}, {u"RandomForest"_s, 0.65487},
                   {u"LinearDML"_s, 0.58762}, {u"CausalForest"_s, 0.50550}};
    }

    void goldenTable()
    {
        QFETCH(QString, problem);
        QFETCH(bool, treatment);
        QFETCH(QStringList, prefer);
        QFETCH(QList<Row>, expected);
        SelectionCriteria criteria = criteriaFor(problem);
        criteria.hasTreatment = treatment;
        criteria.prefer = prefer;
        const QList<Ranked> ranked =
            rankCandidates(candidatesOf(problem), criteria, defaultHistory(problem));
        QCOMPARE(ranked.size(), expected.size());
        for (qsizetype i = 0; i < ranked.size(); ++i) {
            QCOMPARE(ranked.at(i).candidate.name, expected.at(i).first);
            QVERIFY2(std::abs(ranked.at(i).score - expected.at(i).second) < 1.0e-5,
                qPrintable(QString::number(ranked.at(i).score, 'f', 7)));
            QVERIFY(std::abs(ranked.at(i).parts.total() - ranked.at(i).score) < 1.0e-12);
        }
    }

    void interpretableKeepsTheThreeOfTheTable()
    {
        SelectionCriteria criteria = criteriaFor(u"binary"_s);
        criteria.hasTreatment = true;
        criteria.constraints = {parseConstraint(u"interpretable"_s).value()};
        QStringList names = namesOf(filterCandidates(criteria).candidates);
        names.sort();
        QCOMPARE(names, (QStringList{u"CausalForest"_s, u"LinearDML"_s, u"LogisticRegression"_s}));
    }

    void conditionsAreRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("kept");
        const QStringList fast{u"LightGBM"_s, u"LogisticRegression"_s, u"XGBoost"_s};
        const QStringList all{
            u"LightGBM"_s, u"LogisticRegression"_s, u"RandomForest"_s, u"XGBoost"_s};
        QTest::newRow("inclusive although <") << u"latency<20ms"_s << fast;
        QTest::newRow("just below")
            << u"latency<19.9ms"_s << QStringList{u"LightGBM"_s, u"LogisticRegression"_s};
        QTest::newRow("inference") << u"inference_latency_<=50ms"_s << all;
        QTest::newRow("underscore") << u"latency_100ms"_s << all;
        QTest::newRow("seconds") << u" Latency <= 0.02 s "_s << fast;
        QTest::newRow("memory") << u"memory<2gb"_s << fast;
        QTest::newRow("megabytes")
            << u"memory<=1536MB"_s << QStringList{u"LightGBM"_s, u"LogisticRegression"_s};
        QTest::newRow("interpretability") << u"interpretability>=0.6"_s << fast;
    }

    void conditionsAreRead()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, kept);
        const Result<Constraint> constraint = parseConstraint(text);
        QVERIFY(constraint.hasValue());
        SelectionCriteria criteria = criteriaFor(u"binary"_s);
        criteria.constraints = {constraint.value()};
        const Filtered filtered = filterCandidates(criteria);
        QStringList names = namesOf(filtered.candidates);
        names.sort();
        QCOMPARE(names, kept);
        QCOMPARE(names.size() + filtered.excluded.size(), allCandidates().size());
        for (const Excluded &excluded : filtered.excluded)
            QVERIFY(!excluded.reason.isEmpty());
    }

    void conditionsThatAreNotUnderstoodAreErrors_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"latency", "latency<", "latency<fast", "latency>20ms", "memory<2",
                 "model_size_<1gb", "cheap", "", "latency<20msec"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }

    void conditionsThatAreNotUnderstoodAreErrors()
    {
        QFETCH(QString, text);
        const Result<Constraint> constraint = parseConstraint(text);
        QVERIFY(!constraint);
        QCOMPARE(constraint.error().kind, ErrorKind::InvalidInput);
        QVERIFY(constraint.error().message.contains(text));
    }

    void causalCandidatesNeedATreatmentAndTheEngine()
    {
        SelectionCriteria criteria = criteriaFor(u"binary"_s);
        QVERIFY(!namesOf(filterCandidates(criteria).candidates).contains(u"LinearDML"_s));
        criteria.hasTreatment = true;
        QVERIFY(namesOf(filterCandidates(criteria).candidates).contains(u"LinearDML"_s));
        criteria.available.removeAll(u"LinearDML"_s);
        QVERIFY(!namesOf(filterCandidates(criteria).candidates).contains(u"LinearDML"_s));
    }

    void nothingLeftGivesUpConditionsButNeverExclusions()
    {
        SelectionCriteria criteria = criteriaFor(u"regression"_s);
        criteria.constraints = {parseConstraint(u"latency<0.5ms"_s).value()};
        Filtered filtered = filterCandidates(criteria);
        QCOMPARE(namesOf(filtered.candidates), (QStringList{u"Ridge"_s, u"Lasso"_s}));
        QCOMPARE(filtered.relaxed, QStringList{u"latency<0.5ms"_s});
        criteria.exclude = {u"Ridge"_s, u"Lasso"_s};
        filtered = filterCandidates(criteria);
        QVERIFY(filtered.candidates.isEmpty());
        QVERIFY(filtered.relaxed.isEmpty());
    }

    void preferringDoesNotUndoAnExclusion()
    {
        SelectionCriteria criteria = criteriaFor(u"binary"_s);
        criteria.prefer = {u"XGBoost"_s};
        criteria.exclude = {u"XGBoost"_s};
        QVERIFY(!namesOf(filterCandidates(criteria).candidates).contains(u"XGBoost"_s));
    }

    void namesAreKnownInAnyCase()
    {
        QCOMPARE(candidateNamed(u"xgboost"_s)->name, u"XGBoost"_s);
        const auto unknown = candidateNames({u"XGBoost"_s, u"Foo"_s});
        QCOMPARE(unknown.error().kind, ErrorKind::InvalidInput);
        QVERIFY(unknown.error().hint.contains(u"LightGBM"_s));
    }

    void theBenchmarkDecidesTogetherWithTheScore()
    {
        const SelectionCriteria criteria = criteriaFor(u"binary"_s);
        QList<Ranked> ranked = rankCandidates(
            filterCandidates(criteria).candidates, criteria, defaultHistory(u"binary"_s));
        const QJsonObject result{{u"metric"_s, u"roc_auc"_s},
            {u"candidates"_s,
                QJsonArray{entry(u"LogisticRegression"_s, true, 0.70),
                    entry(u"LightGBM"_s, true, 0.95), entry(u"XGBoost"_s, false, 0.0)}}};
        ranked = withBenchmarks(ranked, result);
        QCOMPARE(ranked.at(0).candidate.name, u"LightGBM"_s);
        QVERIFY(std::abs(*ranked.at(0).combined - (0.6 * 0.714938 + 0.4 * 0.95)) < 1.0e-5);
        QCOMPARE(ranked.at(1).candidate.name, u"LogisticRegression"_s);
        QCOMPARE(ranked.at(2).candidate.name, u"RandomForest"_s); // never benchmarked
        QVERIFY(!ranked.at(2).combined);
        QVERIFY(ranked.at(2).toJson().value(u"combined_score"_s).isNull());
        QCOMPARE(ranked.at(3).candidate.name, u"XGBoost"_s); // failed: never chosen before others
        QVERIFY(std::abs(*ranked.at(3).combined - 0.6 * ranked.at(3).score) < 1.0e-12);
    }

    void historyComesFromRunsWhereThereAreSome()
    {
        mlflow::Run run;
        mlflow::Metric metric;
        metric.key = u"test_roc_auc"_s;
        metric.value = 0.9;
        run.metrics = {metric};
        run.params = {{u"algorithm"_s, u"XGBoost"_s}};
        mlflow::Run other = run;
        other.metrics[0].value = 0.8;
        mlflow::Run foreign = run;
        foreign.params[0].value = u"Prophet"_s;
        const LearnedHistory history = learnFrom({run, other, foreign}, u"binary"_s);
        QVERIFY(std::abs(history.values.value(u"XGBoost"_s) - 0.85) < 1.0e-12);
        QCOMPARE(history.values.value(u"LightGBM"_s), 0.76);
        QCOMPARE(history.runs.value(u"XGBoost"_s), 2);
        QCOMPARE(learnFrom({}, u"binary"_s).values, defaultHistory(u"binary"_s));
    }

    void aLostCandidateHasAReason()
    {
        const SelectionCriteria criteria = criteriaFor(u"binary"_s);
        const QList<Ranked> ranked = rankCandidates(
            filterCandidates(criteria).candidates, criteria, defaultHistory(u"binary"_s));
        QCOMPARE(whyNot(ranked.at(0), ranked.at(1)), u"higher latency"_s);
        QCOMPARE(whyNot(ranked.at(1), ranked.at(2)), u"slightly lower score"_s);
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "test_selection.moc"
