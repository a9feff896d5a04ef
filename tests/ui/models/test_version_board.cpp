// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_source.h"
#include "ui/models/version_board.h"

#include <QtCore/QMimeData>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::testing;
using namespace Qt::StringLiterals;
using State = VersionBoard::State;

namespace {

mlflow::ModelVersion version(int number, const QString &stage)
{
    mlflow::ModelVersion v;
    v.name = u"churn"_s;
    v.version = QString::number(number);
    v.stage = stage;
    v.status = u"READY"_s;
    v.runId = RunId(u"run%1"_s.arg(number));
    return v;
}

const QByteArray kMlmodel = R"(flavors:
  python_function: {}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "double",
    "name": "plan", "required": true}]'
  outputs: '[{"type": "long", "name": "label", "required": true}]'
  params: null
)";

struct Fixture {
    FakeSource<QList<mlflow::ModelVersion>, QString> versions;
    FakeSource<mlflow::RegisteredModel, QString> models;
    FakeSource<mlflow::Run, RunId> runs;
    FakeSource<QByteArray, QString> files;
    VersionBoard board;
    std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
    Fixture()
    {
        for (const Stage stage : allStages())
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                board.column(stage), QAbstractItemModelTester::FailureReportingMode::Fatal));
        board.setSource({[this](const QString &m) { return versions(m); },
            [this](const QString &m) { return models(m); },
            [this](const RunId &r) { return runs(r); },
            [this](const QString &, const QString &v) { return files(v); }});
    }
    void answer(size_t index, const QList<mlflow::ModelVersion> &all)
    {
        mlflow::RegisteredModel model;
        model.name = u"churn"_s;
        model.aliases = {{u"champion"_s, u"2"_s}};
        models.answer(index, model);
        QTRY_VERIFY(versions.asked.size() > index);
        versions.answer(index, all);
        QTRY_COMPARE(board.state(), State::Ready);
    }
};

} // namespace

class TestVersionBoard final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void putsVersionsIntoTheirStages()
    {
        Fixture f;
        f.board.load(u"churn"_s);
        QCOMPARE(f.board.state(), State::Loading);
        mlflow::ModelVersion shadow = version(3, u"Staging"_s);
        shadow.tags = {
            {u"signalbox.stage"_s, u"Shadow"_s}, {u"signalbox.stage_base"_s, u"Staging"_s}};
        f.answer(0,
            {version(4, u"None"_s), shadow, version(2, u"Production"_s),
                version(1, u"Archived"_s)});
        QCOMPARE(f.board.column(Stage::None)->rowCount(), 1);
        QCOMPARE(f.board.column(Stage::Staging)->rowCount(), 0);
        QCOMPARE(f.board.column(Stage::Shadow)->rowCount(), 1);
        QCOMPARE(f.board.card(u"2"_s)->version.aliases, QStringList{u"champion"_s});
        QCOMPARE(f.board.versionCount(), 4);
    }

    void metricAndSignatureFollow()
    {
        Fixture f;
        f.board.load(u"churn"_s);
        f.answer(0, {version(2, u"None"_s), version(1, u"None"_s)});
        QVERIFY(f.board.card(u"2"_s)->warnings().isEmpty());
        f.runs.answer(0, makeRun(2));
        f.files.answer(0, kMlmodel);
        f.files.fail(1, ErrorKind::NotFound, u"no such file"_s);
        QTRY_VERIFY(f.board.card(u"2"_s)->metric.has_value());
        QCOMPARE(f.board.card(u"2"_s)->metricKey, u"test_roc_auc"_s);
        QTRY_VERIFY(f.board.card(u"2"_s)->signature.has_value());
        QCOMPARE(f.board.card(u"2"_s)->signature->inputs, 2);
        QCOMPARE(f.board.card(u"2"_s)->signature->target, u"label"_s);
        QTRY_COMPARE(f.board.card(u"1"_s)->warnings(), QStringList{u"no signature"_s});
    }

    void aReloadKeepsTheCardsUntilTheAnswer()
    {
        Fixture f;
        f.board.load(u"churn"_s);
        f.answer(0, {version(1, u"None"_s)});
        f.board.refresh();
        QCOMPARE(f.board.versionCount(), 1);
        f.models.fail(1, ErrorKind::Network, u"gone"_s);
        QTRY_COMPARE(f.board.state(), State::Failed);
        QCOMPARE(f.board.versionCount(), 1);
        f.board.load(u"other"_s);
        QCOMPARE(f.board.versionCount(), 0);
    }

    void diesWhileLoading()
    {
        auto f = std::make_unique<Fixture>();
        f->board.load(u"churn"_s);
        f->answer(0, {version(1, u"None"_s)});
        const Promise<mlflow::Run> run = f->runs.asked.at(0).promise;
        f->testers.clear();
        f.reset();
        run.resolve(makeRun(1));
        QCoreApplication::processEvents();
    }

    void droppingACardAsksForAMove()
    {
        Fixture f;
        f.board.load(u"churn"_s);
        f.answer(0, {version(2, u"None"_s), version(1, u"Archived"_s)});
        QSignalSpy asked(&f.board, &VersionBoard::moveRequested);
        VersionColumnModel *none = f.board.column(Stage::None);
        const std::unique_ptr<QMimeData> card(none->mimeData({none->index(0)}));
        VersionColumnModel *staging = f.board.column(Stage::Staging);
        QVERIFY(staging->canDropMimeData(card.get(), Qt::MoveAction, -1, -1, {}));
        QVERIFY(!staging->dropMimeData(card.get(), Qt::MoveAction, -1, -1, {}));
        QTRY_COMPARE(asked.size(), 1);
        QCOMPARE(asked.at(0).at(0).toString(), u"2"_s);
        QCOMPARE(none->rowCount(), 1); // only the server moves it
        // None -> Archived is no move.
        QVERIFY(!f.board.column(Stage::Archived)
                     ->canDropMimeData(card.get(), Qt::MoveAction, -1, -1, {}));
        QVERIFY(!none->canDropMimeData(card.get(), Qt::MoveAction, -1, -1, {}));
    }
};

QTEST_MAIN(TestVersionBoard)
#include "test_version_board.moc"
