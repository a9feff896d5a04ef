// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/overview_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

class TestOverviewPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_page = std::make_unique<OverviewPage>(*m_context);
        m_page->resize(1200, 800);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activate();
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void theFirstRunOffersThreeWays()
    {
        QVERIFY(m_page->isReady());
        for (const QString &name :
            {u"startLocalPushButton"_s, u"connectServerPushButton"_s, u"runDemoPushButton"_s})
            QVERIFY(button(name)->isVisible());
    }

    void aLocalServerThatNobodyStartedIsLeftAlone()
    {
        m_context->connectFake(ProfileStore::localWorkspaceName());
        QTRY_VERIFY(button(u"startLocalPushButton"_s)->isVisible());
        QCOMPARE(m_context->monitor().link(), LinkState::None);
        m_context->monitor().checkNow();
        QCOMPARE(m_context->fake().count(), 0);
        QVERIFY(m_page->isReady());
    }

    void startingTheWorkspaceShowsThatItIsBusy()
    {
        QTest::mouseClick(button(u"startLocalPushButton"_s), Qt::LeftButton);
        QCOMPARE(m_context->workspaceStarts, 1);
        QVERIFY(!m_page->isReady());
        QVERIFY(!button(u"startLocalPushButton"_s)->isEnabled());
        m_context->connectFake();
        m_context->starting.resolve({});
        QTRY_VERIFY(!button(u"startLocalPushButton"_s)->isVisible());
        QTRY_VERIFY(m_page->isReady());
    }

    void aFailedStartSaysWhyAndCanBeRepeated()
    {
        QSignalSpy notified(m_context.get(), &UiContext::notified);
        QTest::mouseClick(button(u"startLocalPushButton"_s), Qt::LeftButton);
        m_context->starting.resolve(Failure(ErrorKind::Local, u"The port is taken."_s));
        QTRY_COMPARE(notified.count(), 1);
        QVERIFY(notified.first().at(1).toString().contains(u"port is taken"_s));
        QVERIFY(button(u"startLocalPushButton"_s)->isEnabled());
    }

    void connectingLeadsToTheSettings()
    {
        QSignalSpy asked(m_context.get(), &UiContext::pageRequested);
        QTest::mouseClick(button(u"connectServerPushButton"_s), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.first().at(0).toString(), u"settings"_s);
        QCOMPARE(asked.first().at(1).value<PageTarget>().action, u"add-connection"_s);
    }

    void theDemoStartsTheWorkspaceFirst()
    {
        QSignalSpy asked(m_context.get(), &UiContext::pageRequested);
        QTest::mouseClick(button(u"runDemoPushButton"_s), Qt::LeftButton);
        QCOMPARE(m_context->workspaceStarts, 1);
        QCOMPARE(asked.count(), 0);
        m_context->starting.resolve({});
        QTRY_COMPARE(asked.count(), 1);
        QCOMPARE(asked.first().at(0).toString(), u"flows"_s);
        QCOMPARE(asked.first().at(1).value<PageTarget>().action, u"demo"_s);
    }

    void aServerShowsItsRunsAndVersions()
    {
        m_context->connectFake();
        auto *table = m_page->findChild<DataTable *>(u"recentRunsTableView"_s);
        QTRY_COMPARE(table->model()->rowCount(), 2);
        QCOMPARE(table->model()->index(0, 0).data().toString(), u"amber-lynx-2"_s);
        QCOMPARE(table->model()->index(0, 1).data().toString(), u"churn"_s);
        QTRY_VERIFY(m_page->isReady());
        auto *version = m_page->findChild<QPushButton *>(u"overviewRowPushButton"_s);
        QVERIFY(version);
        QVERIFY(version->accessibleName().contains(u"Staging"_s));
        QSignalSpy asked(m_context.get(), &UiContext::pageRequested);
        QTest::mouseClick(version, Qt::LeftButton);
        QCOMPARE(asked.first().at(1).value<PageTarget>().model, u"churn"_s);
    }

    void enterOpensARun()
    {
        m_context->connectFake();
        auto *table = m_page->findChild<DataTable *>(u"recentRunsTableView"_s);
        QTRY_COMPARE(table->model()->rowCount(), 2);
        QSignalSpy asked(m_context.get(), &UiContext::pageRequested);
        table->setFocus();
        table->selectRow(1);
        QTest::keyClick(table, Qt::Key_Return);
        QTRY_COMPARE(asked.count(), 1);
        QCOMPARE(asked.first().at(1).value<PageTarget>().run, RunId(u"run1"_s));
    }

    void anUnreachableServerIsSaidAndOldRunsStay()
    {
        m_context->connectFake();
        auto *table = m_page->findChild<DataTable *>(u"recentRunsTableView"_s);
        QTRY_COMPARE(table->model()->rowCount(), 2);
        QTRY_COMPARE(m_context->monitor().link(), LinkState::Online);
        m_context->fake().answerWith(
            [](const FakeRequest &) -> std::optional<FakeReply> { return FakeReply::refused(); });
        m_page->refresh();
        auto *error = m_page->findChild<PlainLabel *>(u"connectionErrorLabel"_s);
        QTRY_VERIFY(error->isVisible());
        QCOMPARE(table->model()->rowCount(), 2);
    }

    void runningTasksAreListed()
    {
        m_context->connectFake();
        Task task;
        task.title = u"Pipeline churn"_s;
        task.detail = u"trial 3 of 20"_s;
        m_context->tasks().begin(task);
        auto *row = m_page->findChild<QPushButton *>(u"overviewRowPushButton"_s);
        QVERIFY(row);
        QVERIFY(row->accessibleName().contains(u"trial 3 of 20"_s));
    }

private:
    [[nodiscard]] QPushButton *button(const QString &name) const
    {
        auto *found = m_page->findChild<QPushButton *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<OverviewPage> m_page;
};

QTEST_MAIN(TestOverviewPage)
#include "test_overview_page.moc"
