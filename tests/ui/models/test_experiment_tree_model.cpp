// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_source.h"
#include "ui/models/experiment_tree_model.h"

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::testing;
using namespace Qt::StringLiterals;
using State = ExperimentTreeModel::State;

namespace {

mlflow::Experiment experiment(int id, const QString &name)
{
    mlflow::Experiment e;
    e.id = ExperimentId(QString::number(id));
    e.name = name;
    return e;
}

struct Fixture {
    FakeSource<mlflow::Page<mlflow::Experiment>, mlflow::ExperimentQuery> source;
    ExperimentTreeModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
    Fixture()
    {
        model.setSource([this](const mlflow::ExperimentQuery &query) { return source(query); });
        model.reload();
    }
    void answer(size_t index, const QStringList &names, const QString &next = {})
    {
        mlflow::Page<mlflow::Experiment> page;
        for (const QString &name : names)
            page.items.append(experiment(++m_lastId, name));
        page.nextToken = next;
        source.answer(index, page);
    }
    [[nodiscard]] QStringList labels(const QModelIndex &parent = {}) const
    {
        QStringList all;
        for (int row = 0; row < model.rowCount(parent); ++row)
            all.append(model.index(row, 0, parent).data().toString());
        return all;
    }

private:
    int m_lastId = 0;
};

} // namespace

class TestExperimentTreeModel final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void makesFoldersFromSlashes()
    {
        Fixture f;
        f.answer(
            0, {u"vision/resnet"_s, u"churn"_s, u"vision"_s, u"vision/vit"_s, u"fraud/daily"_s});
        QTRY_COMPARE(f.model.state(), State::Ready);
        QCOMPARE(f.labels(), (QStringList{u"churn"_s, u"fraud"_s, u"vision"_s}));
        const QModelIndex vision = f.model.indexOfPath(u"vision"_s);
        QCOMPARE(f.labels(vision), (QStringList{u"resnet"_s, u"vit"_s}));
        QCOMPARE(vision.data(IdRole).toString(), u"3"_s); // an experiment and a folder
        const QModelIndex fraud = f.model.indexOfPath(u"fraud"_s);
        QVERIFY(fraud.data(IdRole).toString().isEmpty());
        QVERIFY(!(fraud.flags() & Qt::ItemIsSelectable));
        QCOMPARE(f.model.indexOfId(u"1"_s).parent(), vision);
    }

    void namesThatAreOnlySlashesStayVisible()
    {
        Fixture f;
        f.answer(0, {u"/"_s, u"a/b"_s, u"a//b"_s});
        QTRY_COMPARE(f.model.state(), State::Ready);
        QVERIFY(f.model.indexOfId(u"1"_s).isValid());
        QVERIFY(f.model.indexOfId(u"2"_s).isValid());
        QVERIFY(f.model.indexOfId(u"3"_s).isValid());
    }

    void readsAllPagesBeforeItShowsThem()
    {
        Fixture f;
        f.answer(0, {u"a"_s}, u"next"_s);
        QTRY_COMPARE(f.source.asked.size(), 2U);
        QCOMPARE(f.source.asked.at(1).query.pageToken, u"next"_s);
        QCOMPARE(f.model.rowCount(), 0);
        f.answer(1, {u"b"_s});
        QTRY_COMPARE(f.model.rowCount(), 2);
    }

    void keepsTheTreeWhenAReloadFails()
    {
        Fixture f;
        f.answer(0, {u"a"_s});
        QTRY_COMPARE(f.model.state(), State::Ready);
        f.model.reload();
        QCOMPARE(f.model.state(), State::Loading);
        QCOMPARE(f.model.rowCount(), 1);
        f.source.fail(1, ErrorKind::Network, u"gone"_s);
        QTRY_COMPARE(f.model.state(), State::Failed);
        QCOMPARE(f.model.rowCount(), 1);
        QCOMPARE(f.model.error().message, u"gone"_s);
    }

    void aLateAnswerOfAnOlderLoadIsDropped()
    {
        Fixture f;
        f.model.reload();
        f.answer(0, {u"old"_s});
        f.answer(1, {u"new"_s});
        QTRY_COMPARE(f.labels(), QStringList{u"new"_s});
    }

    void pinnedOnesComeFirstAndCountsShowOnBoth()
    {
        Fixture f;
        f.model.setPinned({u"2"_s, u"99"_s});
        f.answer(0, {u"a"_s, u"z/deep"_s});
        QTRY_COMPARE(f.labels(), (QStringList{u"z/deep"_s, u"a"_s, u"z"_s}));
        QVERIFY(f.model.index(0, 0).data(PinnedRole).toBool());
        QVERIFY(!f.model.index(0, 0).data(CountRole).isValid());
        f.model.setCount(u"2"_s, 1204);
        QCOMPARE(f.model.index(0, 0).data(CountRole).toLongLong(), 1204);
        QCOMPARE(f.model.indexOfId(u"2"_s).data(CountRole).toLongLong(), 1204);
        const int text = ExperimentTreeModel::CountTextRole;
        QCOMPARE(f.model.indexOfId(u"2"_s).data(text).toString(), u"1,204"_s);
        f.model.setCount(u"2"_s, 100, true); // a part does not replace the whole
        QCOMPARE(f.model.indexOfId(u"2"_s).data(text).toString(), u"1,204"_s);
        f.model.setCount(u"2"_s, 2000, true);
        QCOMPARE(f.model.indexOfId(u"2"_s).data(text).toString(), u"2,000+"_s);
        f.model.setPinned({});
        QCOMPARE(f.labels(), (QStringList{u"a"_s, u"z"_s}));
    }
};

QTEST_MAIN(TestExperimentTreeModel)
#include "test_experiment_tree_model.moc"
