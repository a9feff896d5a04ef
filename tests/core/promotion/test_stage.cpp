// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/promotion/lease.h"
#include "core/promotion/stage_plan.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

mlflow::ModelVersion versionIn(const QString &number, Stage stage)
{
    mlflow::ModelVersion version;
    version.name = u"churn"_s;
    version.version = number;
    version.stage = serverStageOf(stage);
    if (stage == Stage::Shadow) {
        version.tags = {
            {u"signalbox.stage"_s, u"Shadow"_s}, {u"signalbox.stage_base"_s, u"Staging"_s}};
    }
    return version;
}

} // namespace

class TestStage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPairOfTheTable_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QStringList>("allowed");
        QTest::newRow("none") << u"None"_s
                              << QStringList{u"Staging"_s, u"Shadow"_s, u"Production"_s};
        QTest::newRow("staging") << u"Staging"_s
                                 << QStringList{u"Shadow"_s, u"Production"_s, u"Archived"_s};
        QTest::newRow("shadow") << u"Shadow"_s << QStringList{u"Production"_s, u"Archived"_s};
        QTest::newRow("production") << u"Production"_s << QStringList{u"Archived"_s};
        QTest::newRow("archived") << u"Archived"_s << QStringList{u"Staging"_s};
    }

    void everyPairOfTheTable()
    {
        QFETCH(QString, from);
        QFETCH(QStringList, allowed);
        for (const Stage to : allStages()) {
            const Result<void> move = checkMove(*stageFrom(from), to);
            QCOMPARE(move.hasValue(), allowed.contains(nameOf(to)));
            if (!move) {
                QCOMPARE(move.error().kind, ErrorKind::Refused);
                QVERIFY(move.error().hint.contains(allowed.first()));
            }
        }
    }

    void wordsAreReadInAnyCase()
    {
        for (const Stage stage : allStages()) {
            QCOMPARE(stageFrom(nameOf(stage).toUpper()), stage);
            QCOMPARE(stageFrom(nameOf(stage).toLower()), stage);
        }
        QVERIFY(!stageFrom(u"Development"_s));
        QVERIFY(!stageFrom(QString()));
    }

    void shadowCountsOnlyWhileItsBaseStands()
    {
        mlflow::ModelVersion version = versionIn(u"3"_s, Stage::Shadow);
        QCOMPARE(stageOf(version), Stage::Shadow);
        version.stage = u"Production"_s; // another tool moved it
        QCOMPARE(stageOf(version), Stage::Production);
        version.stage = u"Archived"_s;
        QCOMPARE(stageOf(version), Stage::Archived);
        version.stage = u"Staging"_s;
        version.tags.removeLast();
        QCOMPARE(stageOf(version), Stage::Staging);
    }

    void newestVersionIsTheOneWithTheHighestNumber()
    {
        const RegistryView view{
            {versionIn(u"9"_s, Stage::Staging), versionIn(u"10"_s, Stage::Staging)},
            {{u"staging"_s, u"9"_s}}, {}};
        const QList<AliasChange> changes = aliasChanges(view, {Stage::Staging});
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes.first().version, u"10"_s);
    }

    void movingTheLastVersionOutRemovesTheAlias()
    {
        const RegistryView before{
            {versionIn(u"1"_s, Stage::Staging)}, {{u"staging"_s, u"1"_s}, {u"mine"_s, u"1"_s}}, {}};
        const RegistryView after = afterMove(before, u"1"_s, Stage::Production, true);
        const auto changes = aliasChanges(after, stagesTouched(Stage::Staging, Stage::Production));
        QCOMPARE(changes.size(), 2);
        QCOMPARE(changes.at(0).alias, u"staging"_s);
        QVERIFY(changes.at(0).version.isEmpty());
        QCOMPARE(changes.at(1).alias, u"champion"_s);
        QCOMPARE(changes.at(1).version, u"1"_s);
    }

    void productionArchivesTheOthersOnlyWhenAsked()
    {
        const RegistryView before{
            {versionIn(u"1"_s, Stage::Production), versionIn(u"2"_s, Stage::Staging)}, {}, {}};
        QCOMPARE(afterMove(before, u"2"_s, Stage::Production, true).versionsIn(Stage::Production),
            QStringList{u"2"_s});
        QCOMPARE(afterMove(before, u"2"_s, Stage::Production, false).versionsIn(Stage::Production),
            (QStringList{u"2"_s, u"1"_s}));
    }

    void leavingShadowMeansStagingAgainLater()
    {
        const RegistryView before{{versionIn(u"1"_s, Stage::Shadow)}, {}, {}};
        const RegistryView archived = afterMove(before, u"1"_s, Stage::Archived, true);
        QCOMPARE(afterMove(archived, u"1"_s, Stage::Staging, true).versionsIn(Stage::Staging),
            QStringList{u"1"_s});
    }

    void aClaimIsForeignOnlyUntilItExpires()
    {
        const mlflow::TagList tags{Lease{u"op-a"_s, 1000, u"ann@host"_s}.toTag()};
        QCOMPARE(leaseState(tags, u"op-a"_s, 5000), LeaseState::Mine);
        QCOMPARE(leaseState(tags, u"op-b"_s, 999), LeaseState::Foreign);
        QCOMPARE(leaseState(tags, u"op-b"_s, 1000), LeaseState::Absent);
        QCOMPARE(leaseState({}, u"op-b"_s, 0), LeaseState::Absent);
        QCOMPARE(leaseState({{leaseTagKey(), u"not json"_s}}, u"op-b"_s, 0), LeaseState::Absent);
    }
};

QTEST_GUILESS_MAIN(TestStage)
#include "test_stage.moc"
