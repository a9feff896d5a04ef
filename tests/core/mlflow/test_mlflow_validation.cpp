// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mlflow/runs_api.h"
#include "core/mlflow/validation.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace Qt::StringLiterals;

class TestMlflowValidation final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // The same names were tried on real servers; what they refuse, we refuse first.
    void judgesNames_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<bool>("fine");
        for (const QString &key : {u"loss"_s, u"a/b/c"_s, u"a b"_s, u"ü"_s, u"a:b"_s, u"a.b-c_d"_s,
                 u"..x"_s, u"日本"_s, u"system/cpu"_s})
            QTest::newRow(qPrintable(key)) << key << true;
        for (const QString &key : {u""_s, u"a//b"_s, u"../x"_s, u"/abs"_s, u"."_s, u"a/"_s,
                 u"a/./b"_s, u"a#b"_s, u"a%b"_s, u"a+b"_s, u"a(b"_s, u"a\nb"_s})
            QTest::newRow(qPrintable(u"not "_s + key.simplified())) << key << false;
    }
    void judgesNames()
    {
        QFETCH(const QString, key);
        QFETCH(const bool, fine);
        const Result<void> result = checkKey(key);
        QCOMPARE(result.hasValue(), fine);
        if (!fine) {
            QCOMPARE(result.error().kind, ErrorKind::InvalidRequest);
            QVERIFY(!result.error().hint.isEmpty());
        }
    }

    void countsCodePointsNotUnits()
    {
        const QString emoji = u"😀"_s;
        QCOMPARE(emoji.size(), 2);
        QVERIFY(checkParam({u"p"_s, emoji.repeated(6000)}));
        QVERIFY(!checkParam({u"p"_s, emoji.repeated(6001)}));
        QVERIFY(checkKey(QString(250, u'k')));
        QVERIFY(!checkKey(QString(251, u'k')));
    }

    void refusesWhatTheServerWouldCut()
    {
        QVERIFY(checkParam({u"p"_s, QString(6000, u'x')}));
        const auto param = checkParam({u"p"_s, QString(6001, u'x')});
        QVERIFY(!param);
        QVERIFY(param.error().message.contains(u"6001"_s));
        QVERIFY(checkRunTag({u"t"_s, QString(8000, u'x')}));
        QVERIFY(!checkRunTag({u"t"_s, QString(8001, u'x')}));
    }

    void refusesTimesBefore1970()
    {
        Metric metric{u"m"_s, 1.0, -1, 0, {}, {}, {}};
        QVERIFY(!checkMetric(metric));
        metric.timestamp = 0;
        metric.step = -5; // allowed
        QVERIFY(checkMetric(metric));
    }

    void holdsTheLimitsOfABatch_data()
    {
        QTest::addColumn<int>("metrics");
        QTest::addColumn<int>("params");
        QTest::addColumn<int>("tags");
        QTest::addColumn<bool>("fine");
        QTest::newRow("all full") << 800 << 100 << 100 << true;
        QTest::newRow("metrics") << 1001 << 0 << 0 << false;
        QTest::newRow("params") << 0 << 101 << 0 << false;
        QTest::newRow("tags") << 0 << 0 << 101 << false;
        QTest::newRow("together") << 1000 << 1 << 0 << false;
    }
    void holdsTheLimitsOfABatch()
    {
        QFETCH(const int, metrics);
        QFETCH(const int, params);
        QFETCH(const int, tags);
        QFETCH(const bool, fine);
        Batch batch;
        batch.runId = RunId(u"r"_s);
        for (int i = 0; i < metrics; ++i)
            batch.metrics.append({u"m"_s, 1.0, 1, i, {}, {}, {}});
        for (int i = 0; i < params; ++i)
            batch.params.append({u"p%1"_s.arg(i), u"v"_s});
        for (int i = 0; i < tags; ++i)
            batch.tags.append({u"t%1"_s.arg(i), u"v"_s});
        QCOMPARE(checkBatch(batch).hasValue(), fine);
    }

    void refusesAParamWithTwoValues()
    {
        Batch batch;
        batch.runId = RunId(u"r"_s);
        batch.params = {{u"p"_s, u"1"_s}, {u"p"_s, u"1"_s}};
        QVERIFY(checkBatch(batch));
        batch.params.append({u"p"_s, u"2"_s});
        const auto result = checkBatch(batch);
        QVERIFY(!result);
        QVERIFY(result.error().message.contains(u"\"p\""_s));
    }

    void namesTheBadItemOfABatch()
    {
        Batch batch;
        batch.runId = RunId(u"r"_s);
        batch.metrics = {{u"good"_s, 1.0, 1, 0, {}, {}, {}}, {u"bad#key"_s, 1.0, 1, 0, {}, {}, {}}};
        const auto result = checkBatch(batch);
        QVERIFY(!result);
        QVERIFY(result.error().message.contains(u"bad#key"_s));
        QVERIFY(!checkBatch(Batch{}));
    }

    void limitsDatasetDigests()
    {
        DatasetInput input{u"ds"_s, QString(36, u'd'), u"local"_s, u"{}"_s, {}, {}, {}};
        QVERIFY(checkDataset(input));
        input.digest += u'd';
        QVERIFY(!checkDataset(input));
        input.digest.clear();
        QVERIFY(!checkDataset(input));
    }

    void quotesForFilters()
    {
        QCOMPARE(filterQuoted(u"plain"_s).value(), u"'plain'"_s);
        QCOMPARE(filterQuoted(u"it's"_s).value(), u"\"it's\""_s);
        QVERIFY(!filterQuoted(u"it's \"both\""_s));
    }

    void ordersByAFieldOnlyOnce()
    {
        QCOMPARE(uniqueOrder({u"metrics.acc DESC"_s, u"metrics.acc ASC"_s, u"start_time"_s,
                     u"attributes.start_time DESC"_s, u"created asc"_s, u"metrics.`acc`"_s}),
            QStringList({u"metrics.acc DESC"_s, u"start_time"_s}));
        QCOMPARE(uniqueOrder({u"metrics.Acc"_s, u"metrics.acc"_s}).size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestMlflowValidation)
#include "test_mlflow_validation.moc"
