// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/promotion/lease.h"
#include "core/promotion/promoter.h"
#include "core/tracking/connector.h"
#include "tests/core/promotion/fake_registry.h"
#include "tests/support/await.h"

#include <QtCore/QJsonArray>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

class TestPromoter final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        auto transport = std::make_unique<FakeTransport>();
        m_registry = std::make_unique<FakeRegistry>(*transport);
        RestConfig config;
        config.baseUrl = QUrl(u"http://mlflow.test"_s);
        m_server = std::make_unique<mlflow::Server>(config, std::move(transport));
        auto opened = Connector::open(*m_server, m_dir->path(), {u"test"_s, u"Test"_s});
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
        m_promoter = std::make_unique<Promoter>(*m_connector);
        m_registry->versions = {{u"1"_s, {}}, {u"2"_s, {}}};
    }

    void cleanup()
    {
        m_promoter.reset();
        m_connector.reset();
        m_server.reset();
        m_registry.reset();
    }

    void stagingMovesTagsAliasAndWritesTheDecision()
    {
        const auto result = promote(u"2"_s, Stage::Staging);
        VERIFY_OK(result);
        QCOMPARE(result->to, Stage::Staging);
        QCOMPARE(result->from, Stage::None);
        QCOMPARE(m_registry->inStage(u"Staging"_s), QStringList{u"2"_s});
        QCOMPARE(m_registry->aliases.value(u"staging"_s), u"2"_s);
        QCOMPARE(m_registry->decisions().size(), 1);
        const QJsonObject decision = m_registry->decisions().first();
        QCOMPARE(decision[u"decision"_s].toString(), u"promoted"_s);
        QCOMPARE(decision[u"by"_s].toString(), u"ann"_s);
        QCOMPARE(decision[u"read_back"_s].toString(), u"Staging"_s);
        QVERIFY(!result->decisionRunId.isEmpty());
        QCOMPARE(m_registry->versions[u"2"_s].tags.value(u"signalbox.decision_run_id"_s),
            result->decisionRunId.text());
    }

    void aGateThatSaysNoMovesNothingAndIsWrittenDown()
    {
        m_registry->auc = 0.6;
        const auto result = promote(u"2"_s, Stage::Staging);
        VERIFY_KIND(result, ErrorKind::Refused);
        QCOMPARE(exitCodeFor(result.error()), 4);
        QVERIFY(result.error().message.contains(u"test_roc_auc"_s));
        QVERIFY(m_registry->transitions.isEmpty());
        QVERIFY(m_registry->aliases.isEmpty());
        QVERIFY(m_promoter->lastReport());
        QCOMPARE(m_registry->decisions().size(), 1);
        QCOMPARE(m_registry->decisions().first()[u"decision"_s].toString(), u"refused"_s);
    }

    void aMoveThatDoesNotExistIsRefused()
    {
        m_registry->versions[u"2"_s].stage = u"Production"_s;
        VERIFY_KIND(promote(u"2"_s, Stage::Staging), ErrorKind::Refused);
        QVERIFY(m_registry->transitions.isEmpty());
    }

    void anUnknownVersionIsNotFound()
    {
        const auto result = promote(u"9"_s, Stage::Staging);
        VERIFY_KIND(result, ErrorKind::NotFound);
        QCOMPARE(exitCodeFor(result.error()), 5);
    }

    void shadowIsStagingWithTags()
    {
        VERIFY_OK(promote(u"2"_s, Stage::Shadow));
        QCOMPARE(m_registry->versions[u"2"_s].stage, u"Staging"_s);
        QCOMPARE(m_registry->versions[u"2"_s].tags.value(u"signalbox.stage"_s), u"Shadow"_s);
        QCOMPARE(m_registry->aliases.value(u"shadow"_s), u"2"_s);
        QVERIFY(!m_registry->aliases.contains(u"staging"_s));
        const auto archived = promote(u"2"_s, Stage::Archived);
        VERIFY_OK(archived);
        QVERIFY(!m_registry->versions[u"2"_s].tags.contains(u"signalbox.stage"_s));
        QVERIFY(!m_registry->aliases.contains(u"shadow"_s));
    }

    void productionArchivesTheOthersAndLeavesOneChampion()
    {
        m_registry->versions[u"1"_s].stage = u"Production"_s;
        m_registry->aliases[u"champion"_s] = u"1"_s;
        const auto result = promote(u"2"_s, Stage::Production, allWaived());
        VERIFY_OK(result);
        QCOMPARE(m_registry->inStage(u"Production"_s), QStringList{u"2"_s});
        QCOMPARE(result->archived, QStringList{u"1"_s});
        QCOMPARE(m_registry->aliases.value(u"champion"_s), u"2"_s);
        QVERIFY(!m_registry->modelTags.contains(leaseTagKey()));
    }

    void keepingTheExistingVersionsArchivesNothing()
    {
        m_registry->versions[u"1"_s].stage = u"Production"_s;
        const auto result = promote(u"2"_s, Stage::Production, allWaived(), true);
        VERIFY_OK(result);
        QCOMPARE(m_registry->inStage(u"Production"_s), (QStringList{u"1"_s, u"2"_s}));
        QVERIFY(result->archived.isEmpty());
    }

    //! The server's archiving is not atomic: a parallel move may leave two versions in a stage.
    void aSecondVersionThatSlippedInIsArchivedByTheHolderOfTheClaim()
    {
        m_registry->afterTransition = [this] {
            m_registry->afterTransition = nullptr;
            m_registry->versions[u"1"_s].stage = u"Production"_s;
        };
        const auto result = promote(u"2"_s, Stage::Production, allWaived());
        VERIFY_OK(result);
        QCOMPARE(m_registry->inStage(u"Production"_s), QStringList{u"2"_s});
    }

    void aNewerClaimWinsBeforeTheMove()
    {
        m_registry->afterModelTag = [this] { claimByOther(); };
        const auto result = promote(u"2"_s, Stage::Production, allWaived());
        VERIFY_KIND(result, ErrorKind::Conflict);
        QVERIFY(result.error().message.contains(u"superseded"_s));
        QVERIFY(m_registry->transitions.isEmpty());
        QCOMPARE(m_registry->decisions().last()[u"decision"_s].toString(), u"superseded"_s);
    }

    void aNewerClaimAfterTheMoveArchivesOnlyOurOwnVersion()
    {
        m_registry->versions[u"3"_s] = {};
        m_registry->afterTransition = [this] {
            m_registry->afterTransition = nullptr;
            claimByOther();
            m_registry->versions[u"3"_s].stage = u"Production"_s;
        };
        const auto result = promote(u"2"_s, Stage::Production, allWaived());
        VERIFY_KIND(result, ErrorKind::Conflict);
        QCOMPARE(m_registry->inStage(u"Production"_s), QStringList{u"3"_s});
        QCOMPARE(m_registry->versions[u"2"_s].stage, u"Archived"_s);
        QVERIFY(m_registry->modelTags.contains(leaseTagKey())); // it is not ours to remove
    }

    void anOutageRightAfterTheMoveIsWaitedOut()
    {
        m_registry->afterTransition = [this] {
            m_registry->reachable = false;
            QTimer::singleShot(500, this, [this] { m_registry->reachable = true; });
        };
        const auto result = promote(u"2"_s, Stage::Staging);
        VERIFY_OK(result);
        QCOMPARE(result->to, Stage::Staging);
        QCOMPARE(m_registry->aliases.value(u"staging"_s), u"2"_s);
    }

    void gatesChangeNothing()
    {
        const auto report =
            await(m_promoter->gates(u"churn"_s, u"2"_s, Stage::Production, policy()));
        VERIFY_OK(report);
        QVERIFY(!report->allowed());
        QCOMPARE(report->aliasMove, u"champion: none -> v2"_s);
        QVERIFY(m_registry->transitions.isEmpty());
        QVERIFY(m_registry->modelTags.isEmpty());
        QVERIFY(m_registry->decisions().isEmpty());
    }

    void anUnknownGateCannotBeWaived()
    {
        VERIFY_KIND(promote(u"2"_s, Stage::Staging, {{u"vibes"_s, u"good"_s}}), ErrorKind::Usage);
        QVERIFY(m_registry->transitions.isEmpty());
    }

private:
    static Policy policy()
    {
        return defaultPolicy(QStringLiteral(SIGNALBOX_SOURCE_DIR "/resources")).value();
    }

    static Waivers allWaived()
    {
        Waivers waivers;
        for (const GateRule &rule : policy().rulesFor(Stage::Production, u"binary"_s))
            waivers.insert(rule.id(), u"a drill"_s);
        return waivers;
    }

    Result<PromotionResult> promote(
        const QString &version, Stage to, const Waivers &waivers = {}, bool keepExisting = false)
    {
        return await(m_promoter->promote(
            {u"churn"_s, version, to, u"because"_s, waivers, keepExisting, u"ann"_s}, policy()));
    }

    void claimByOther()
    {
        const Lease other{u"other"_s, systemClock().epochMs() + 60'000, u"bob"_s};
        m_registry->modelTags.insert(leaseTagKey(), other.toTag().value);
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<FakeRegistry> m_registry;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;
    std::unique_ptr<Promoter> m_promoter;
};

QTEST_GUILESS_MAIN(TestPromoter)
#include "test_promoter.moc"
