// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/daemon.h"
#include "core/engine/process_table.h"
#include "core/workspace/server_files.h"
#include "tests/ui/support/fake_context.h"
#include "ui/frame/offline_banner.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/connection_words.h"
#include "ui/theme/theme.h"

#include <QtCore/QProcess>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

//! The line above the pages: what it says, what it offers, and that it leaves by itself.
class TestOfflineBanner final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_banner = std::make_unique<OfflineBanner>(*m_context);
        m_banner->resize(1200, 60);
    }

    void cleanup()
    {
        m_banner.reset();
        m_context.reset();
    }

    void nothingIsSaidWithoutAServerOrWhileItAnswers()
    {
        QVERIFY(m_banner->isHidden());
        m_context->connectFake();
        QVERIFY(m_banner->isHidden()); // also while the first answer is awaited
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QVERIFY(m_banner->isHidden());
    }

    void anAbsenceIsToldWithTimeReasonAndNextTryAndGoesAwayByItself()
    {
        takeTheServerAway();
        QTRY_VERIFY(!m_banner->text().isEmpty());
        QTRY_VERIFY2(m_banner->text().contains(u"Next try in"_s), qPrintable(m_banner->text()));
        QVERIFY2(m_banner->text().startsWith(u"The server is away since "_s),
            qPrintable(m_banner->text()));
        QVERIFY2(m_banner->text().contains(u"refused"_s), qPrintable(m_banner->text()));
        QVERIFY(m_banner->text().contains(u"journal keeps it all"_s));
        QVERIFY(m_banner->text().contains(u"Promotions wait"_s));
        m_context->fake().answerWith({});
        QTest::mouseClick(button(u"awayTryNowPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTRY_VERIFY(m_banner->isHidden());
        QCOMPARE(monitor().awaySinceMs(), 0);
    }

    void theCountdownRuns()
    {
        takeTheServerAway();
        QTRY_VERIFY(m_banner->text().contains(u"Next try in 30 s"_s));
        QTRY_VERIFY(m_banner->text().contains(u"Next try in 29 s"_s));
    }

    void stayingOfflineOffersTheWayBack()
    {
        m_context->connectFake();
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        monitor().stayOffline();
        QTRY_VERIFY(m_banner->text().startsWith(u"You are offline by choice"_s));
        QVERIFY(button(u"awayTryNowPushButton"_s)->isHidden());
        QTest::mouseClick(button(u"awayGoOnlinePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTRY_VERIFY(m_banner->isHidden());
    }

    void aLocalServerThatDiedIsAwayAndCanBeStartedAgain()
    {
        QProcess server; // a process of this home's server, as far as the window can see
        startServerOf(Home(m_context->homePath()), server);
        m_context->connectFake(ProfileStore::localWorkspaceName());
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        server.kill();
        QVERIFY(server.waitForFinished());
        monitor().checkNow();
        QCOMPARE(monitor().link(), LinkState::Unreachable); // not "never connected"
        QTRY_VERIFY2(m_banner->text().startsWith(u"The server is away since "_s),
            qPrintable(m_banner->text()));
        QVERIFY2(m_banner->text().contains(u"has stopped"_s), qPrintable(m_banner->text()));
        QVERIFY(m_banner->text().contains(u"journal keeps it all"_s));
        QVERIFY(button(u"awayTryNowPushButton"_s)->isHidden()); // nobody is there to be tried
        QTest::mouseClick(button(u"awayStartLocalPushButton"_s), Qt::LeftButton);
        QCOMPARE(m_context->workspaceStarts, 1);
    }

    void aLocalServerThatWasNeverStartedIsNoAbsence()
    {
        m_context->connectFake(ProfileStore::localWorkspaceName());
        QCOMPARE(monitor().link(), LinkState::None);
        QVERIFY(m_banner->isHidden());
    }

    void aRefusedLoginIsNoAbsence()
    {
        m_context->connectFake();
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        m_context->fake().answerWith([](const FakeRequest &) {
            return std::optional(FakeReply::mlflowError(401, u"UNAUTHENTICATED"_s, u"who"_s));
        });
        monitor().checkNow();
        QTRY_VERIFY(monitor().isUnauthorized());
        QVERIFY(m_banner->isHidden()); // the frame asks for the login instead
        QVERIFY(statusWords(monitor()).text.contains(u"not signed in"_s));
    }

private:
    static void startServerOf(const Home &home, QProcess &process)
    {
        const ServerFiles files(home);
        process.setProcessEnvironment(files.daemon(u"/usr/bin/python3"_s, 4000).environment);
        process.start(u"sleep"_s, {u"600"_s});
        QVERIFY(process.waitForStarted());
        ServerRecord record;
        record.pid = process.processId();
        QTRY_VERIFY(processInfo(record.pid));
        record.startTime = processInfo(record.pid)->startTime;
        record.port = 4000;
        record.ready = true;
        QVERIFY(files.write(record));
        QTRY_VERIFY(files.isAlive(record));
    }
    void takeTheServerAway()
    {
        BreakerConfig config;
        config.failureThreshold = 1;
        config.successesToClose = 1;
        m_context->connectFake(u"prod-tracking"_s, config);
        m_context->fake().answerWith(
            [](const FakeRequest &) -> std::optional<FakeReply> { return FakeReply::refused(); });
        QTRY_COMPARE(monitor().breaker().state, BreakerState::Open);
    }
    [[nodiscard]] ConnectionMonitor &monitor() { return m_context->monitor(); }
    [[nodiscard]] QPushButton *button(const QString &name) const
    {
        auto *found = m_banner->findChild<QPushButton *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<OfflineBanner> m_banner;
};

QTEST_MAIN(TestOfflineBanner)
#include "test_offline_banner.moc"
