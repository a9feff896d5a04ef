// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_source.h"
#include "ui/models/runs_table_model.h"
#include "ui/models/table_text.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::testing;
using namespace Qt::StringLiterals;
using State = RunsTableModel::State;

namespace {

struct Fixture {
    FakeSource<mlflow::Page<mlflow::Run>, mlflow::RunQuery> source;
    RunsTableModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
    Fixture()
    {
        model.setSource([this](const mlflow::RunQuery &query) { return source(query); });
    }
    void load(const QString &filter = {})
    {
        RunsRequest request;
        request.experiments = {ExperimentId(u"7"_s)};
        request.filter = filter;
        model.load(request);
    }
    [[nodiscard]] QString text(int row, int column) const
    {
        return model.index(row, column).data().toString();
    }
};

} // namespace

class TestRunsTableModel final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void isEmptyWithoutAnExperiment()
    {
        Fixture f;
        f.model.refresh();
        QCOMPARE(f.source.asked.size(), 0U);
        QCOMPARE(f.model.rowCount(), 0);
        QCOMPARE(f.model.state(), State::Empty);
        QVERIFY(!f.model.canFetchMore({}));
    }

    void showsTheFirstPage()
    {
        Fixture f;
        QSignalSpy first(&f.model, &RunsTableModel::firstPageLoaded);
        f.load(u"metrics.auc > 0.5"_s);
        QCOMPARE(f.model.state(), State::Loading);
        QCOMPARE(f.source.asked.at(0).query.filter, u"metrics.auc > 0.5"_s);
        QCOMPARE(f.source.asked.at(0).query.orderBy, QStringList{u"attributes.start_time DESC"_s});
        f.source.answer(0, makePage(0, 3));
        QTRY_COMPARE(first.size(), 1);
        QCOMPARE(f.model.rowCount(), 3);
        QCOMPARE(f.model.state(), State::Complete);
        QCOMPARE(f.text(1, 0), u"name-1"_s);
        QCOMPARE(f.text(1, 1), u"Finished"_s);
        QCOMPARE(f.text(1, 3), u"1 m 01 s"_s);
        QVERIFY(!f.model.canFetchMore({}));
        QCOMPARE(f.model.keys().metrics, QStringList{u"test_roc_auc"_s});
        QCOMPARE(f.model.keys().tags, QStringList{u"team"_s});
    }

    void fetchesMorePagesOnceAndSkipsOverlap()
    {
        Fixture f;
        f.load();
        f.source.answer(0, makePage(0, 3, u"t1"_s));
        QTRY_COMPARE(f.model.rowCount(), 3);
        QVERIFY(f.model.canFetchMore({}));
        f.model.fetchMore({});
        f.model.fetchMore({});
        QCOMPARE(f.source.asked.size(), 2U);
        QCOMPARE(f.source.asked.at(1).query.pageToken, u"t1"_s);
        f.source.answer(1, makePage(2, 3)); // run 2 again: a new run shifted the pages
        f.model.fetchMore({}); // answered, not yet delivered: must not ask twice
        QTRY_COMPARE(f.model.rowCount(), 5);
        QCOMPARE(f.source.asked.size(), 2U);
        QCOMPARE(f.model.state(), State::Complete);
    }

    void errorOnPageTwoIsARowThatRetries()
    {
        Fixture f;
        f.load();
        f.source.answer(0, makePage(0, 2, u"t1"_s));
        QTRY_COMPARE(f.model.rowCount(), 2);
        f.model.fetchMore({});
        f.source.fail(1, ErrorKind::Network, u"Connection refused."_s);
        QTRY_COMPARE(f.model.rowCount(), 3);
        QCOMPARE(f.model.state(), State::Failed);
        QVERIFY(f.model.index(2, 0).data(ErrorRowRole).toBool());
        QVERIFY(f.text(2, 0).contains(u"Connection refused."_s));
        QVERIFY(!f.model.canFetchMore({}));
        f.model.retry();
        QCOMPARE(f.model.rowCount(), 2);
        QCOMPARE(f.source.asked.at(2).query.pageToken, u"t1"_s);
        f.source.answer(2, makePage(2, 2));
        QTRY_COMPARE(f.model.rowCount(), 4);
    }

    void keepsOldRowsUntilTheNewPageIsThere()
    {
        Fixture f;
        f.load();
        f.source.answer(0, makePage(0, 4));
        QTRY_COMPARE(f.model.rowCount(), 4);
        f.load(u"params.x = '1'"_s);
        QCOMPARE(f.model.rowCount(), 4);
        QVERIFY(f.model.isStale());
        f.source.answer(1, makePage(10, 1));
        QTRY_COMPARE(f.model.rowCount(), 1);
        QVERIFY(!f.model.isStale());
    }

    void dropsALatePageOfAnOlderRequest()
    {
        Fixture f;
        f.load();
        f.load(u"second"_s);
        f.source.answer(0, makePage(0, 9));
        f.source.answer(1, makePage(20, 1));
        QTRY_COMPARE(f.model.rowCount(), 1);
        QCOMPARE(f.text(0, 0), u"name-20"_s);
        QTest::qWait(1);
        QCOMPARE(f.model.rowCount(), 1);
    }

    void aFailedReloadKeepsTheRowsAndSaysSo()
    {
        Fixture f;
        f.load();
        f.source.answer(0, makePage(0, 2));
        QTRY_COMPARE(f.model.rowCount(), 2);
        f.model.refresh();
        f.source.fail(1, ErrorKind::CircuitOpen, u"The server does not answer."_s);
        QTRY_COMPARE(f.model.state(), State::Failed);
        QVERIFY(f.model.isStale());
        QCOMPARE(f.model.runCount(), 2);
        f.model.retry();
        QVERIFY(f.source.asked.at(2).query.pageToken.isEmpty());
        f.source.answer(2, makePage(0, 1)); // the server shrank
        QTRY_COMPARE(f.model.rowCount(), 1);
        QVERIFY(!f.model.isStale());
    }

    void survivesItsDeathWhileLoading()
    {
        FakeSource<mlflow::Page<mlflow::Run>, mlflow::RunQuery> source;
        {
            RunsTableModel model;
            model.setSource([&source](const mlflow::RunQuery &query) { return source(query); });
            RunsRequest request;
            request.experiments = {ExperimentId(u"1"_s)};
            model.load(request);
        }
        QVERIFY(source.asked.at(0).promise.isFinished()); // cancelled
        source.answer(0, makePage(0, 1));
        QCoreApplication::processEvents();
    }

    void refreshTouchesOnlyWhatChanged()
    {
        Fixture f;
        f.load();
        f.source.answer(0, makePage(0, 3));
        QTRY_COMPARE(f.model.rowCount(), 3);
        QSignalSpy reset(&f.model, &QAbstractItemModel::modelReset);
        QSignalSpy data(&f.model, &QAbstractItemModel::dataChanged);
        f.model.refresh();
        auto page = makePage(0, 3);
        page.items[1].info.status = mlflow::RunStatus::Failed;
        f.source.answer(1, page);
        QTRY_COMPARE(f.text(1, 1), u"Failed"_s);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(data.size(), 1);
        QCOMPARE(data.at(0).at(0).toModelIndex().row(), 1);
    }

    void sortsOnTheServer()
    {
        Fixture f;
        f.model.setColumns(defaultRunColumns({makeRun(0), makeRun(1)}));
        f.load();
        const int metric = 4;
        QCOMPARE(f.model.headerData(metric, Qt::Horizontal, Qt::DisplayRole).toString(),
            u"test_roc_auc"_s);
        f.model.sort(metric, Qt::AscendingOrder);
        QCOMPARE(f.source.asked.back().query.orderBy, QStringList{u"metrics.`test_roc_auc` ASC"_s});
        const size_t asked = f.source.asked.size();
        f.model.sort(3, Qt::AscendingOrder); // the server does not know durations
        QCOMPARE(f.source.asked.size(), asked);
    }

    void exportsExactValues()
    {
        Fixture f;
        f.model.setColumns({{RunColumn::Kind::Name, {}}, {RunColumn::Kind::Status, {}},
            {RunColumn::Kind::Metric, u"test_roc_auc"_s}, {RunColumn::Kind::Param, u"note"_s}});
        f.load();
        auto page = makePage(0, 1);
        page.items[0].metrics[0].value = 1.0 / 3.0;
        page.items[0].params.append({u"note"_s, u"=1+1, \"x\""_s});
        f.source.answer(0, page);
        QTRY_COMPARE(f.model.rowCount(), 1);
        QCOMPARE(f.text(0, 2), u"0.3333"_s);
        QCOMPARE(tabletext::csv(f.model),
            u"Run,Status,test_roc_auc,note\nname-0,Finished,0.3333333333333333,\"'=1+1, \"\"x\"\"\"\n"_s);
        QCOMPARE(tabletext::tsv(f.model, {f.model.index(0, 1)}),
            u"Run\tStatus\ttest_roc_auc\tnote\nname-0\tFinished\t0.3333333333333333\t=1+1, \"x\"\n"_s);
    }

    void columnsRoundTripThroughTheirIds()
    {
        for (const RunColumn &column : defaultRunColumns({makeRun(0), makeRun(1)}))
            QVERIFY(RunColumn::fromId(column.id()) == column);
        QVERIFY(!RunColumn::fromId(u"metric:"_s));
        QVERIFY(!RunColumn::fromId(u"nonsense"_s));
        const RunColumn odd{RunColumn::Kind::Metric, u"a`b"_s};
        QCOMPARE(odd.orderBy(), u"metrics.\"a`b\""_s);
    }
};

QTEST_MAIN(TestRunsTableModel)
#include "test_runs_table_model.moc"
