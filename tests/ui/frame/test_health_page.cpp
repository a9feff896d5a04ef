// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/health_page.h"
#include "ui/pages/status_cards.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

class TestHealthPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_page = std::make_unique<HealthPage>(*m_context);
        m_page->resize(1200, 800);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void withoutAServerNothingCanBeTried()
    {
        QVERIFY(m_page->isReady());
        QVERIFY(!button(u"healthTryNowPushButton"_s)->isEnabled());
    }

    void aHealthyServerShowsAsClosed()
    {
        m_context->connectFake();
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTRY_VERIFY(m_page->isReady());
        QVERIFY(sentence().contains(u"go through"_s));
        QTRY_VERIFY(log()->model()->rowCount() >= 1);
    }

    void failuresOpenTheBreakerAndTryNowBringsItBack()
    {
        openTheBreaker();
        QTRY_VERIFY(sentence().contains(u"next try in"_s));
        QVERIFY(button(u"healthTryNowPushButton"_s)->isEnabled());
        auto *timeline = m_page->findChild<DataTable *>(u"transitionsTableView"_s);
        QTRY_COMPARE(timeline->model()->rowCount(), 1);
        QCOMPARE(timeline->model()->index(0, 1).data().toString(), u"open"_s);
        m_context->fake().on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        QTest::mouseClick(button(u"healthTryNowPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().breaker().state, BreakerState::Closed);
        QTRY_VERIFY(timeline->model()->rowCount() >= 3);
        QTRY_VERIFY(sentence().contains(u"go through"_s));
    }

    void theCountdownRuns()
    {
        openTheBreaker();
        QTRY_VERIFY(sentence().contains(u"next try in"_s));
        const QString first = sentence();
        QTRY_VERIFY(sentence() != first);
    }

    void stayOfflineHoldsEverythingBackUntilGoOnline()
    {
        Profile profile;
        profile.name = u"prod-tracking"_s;
        profile.url = QUrl(u"http://tracking.example.com:5000"_s);
        QVERIFY(m_context->store().save(profile).hasValue());
        QVERIFY(m_context->store().setActive(profile.name).hasValue());
        m_context->connectFake();
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTest::mouseClick(button(u"healthStayOfflinePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().link(), LinkState::Offline);
        QVERIFY(m_context->store().active().stayOffline);
        QTRY_VERIFY(button(u"healthGoOnlinePushButton"_s)->isVisible());
        QVERIFY(!button(u"healthStayOfflinePushButton"_s)->isVisible());
        const int before = m_context->fake().count();
        monitor().checkNow();
        QTest::mouseClick(button(u"healthGoOnlinePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTRY_VERIFY(m_context->fake().count() > before);
        QVERIFY(!m_context->store().active().stayOffline);
    }

    void theLogIsFilteredAndExported()
    {
        m_context->connectFake();
        QTRY_VERIFY(log()->model()->rowCount() >= 2);
        auto *filter = m_page->findChild<QLineEdit *>(u"requestFilterLineEdit"_s);
        QTest::keyClicks(filter, u"/version"_s);
        QTRY_COMPARE(log()->model()->rowCount(), 1);
        m_context->dialogs().file = m_context->homePath() + u"/requests.csv"_s;
        QTest::mouseClick(button(u"exportLogPushButton"_s), Qt::LeftButton);
        QFile file(m_context->dialogs().file);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QCOMPARE(text.trimmed().count('\n'), 1);
        QVERIFY(text.contains("/version"));
    }

    void onlyFailuresAreShownOnDemand()
    {
        m_context->connectFake();
        QTRY_VERIFY(log()->model()->rowCount() >= 2);
        auto *box = m_page->findChild<QCheckBox *>(u"requestFailuresCheckBox"_s);
        QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        QVERIFY(box->isChecked());
        QCOMPARE(log()->model()->rowCount(), 0);
    }

    void theLogIsBounded()
    {
        RequestLogModel model;
        AttemptRecord record;
        for (int i = 0; i < RequestLogModel::kLimit + 25; ++i) {
            record.attempt = i;
            model.add(record);
        }
        QCOMPARE(model.rowCount(), RequestLogModel::kLimit);
        QCOMPARE(model.total(), RequestLogModel::kLimit + 25);
        const QModelIndex newest = model.index(0, RequestLogModel::Attempt);
        QCOMPARE(newest.data().toInt(), RequestLogModel::kLimit + 24);
    }

private:
    void openTheBreaker()
    {
        BreakerConfig config;
        config.failureThreshold = 1;
        config.successesToClose = 1;
        m_context->connectFake(u"prod-tracking"_s, config);
        m_context->fake().answerWith([this](const FakeRequest &) -> std::optional<FakeReply> {
            if (m_refuse)
                return FakeReply::refused();
            return std::nullopt;
        });
        QTRY_COMPARE(monitor().breaker().state, BreakerState::Open);
        m_context->fake().answerWith({});
    }
    [[nodiscard]] ConnectionMonitor &monitor() { return m_context->monitor(); }
    [[nodiscard]] QPushButton *button(const QString &name) const
    {
        auto *found = m_page->findChild<QPushButton *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    [[nodiscard]] QString sentence() const
    {
        return m_page->findChild<BreakerCard *>()->sentence();
    }
    [[nodiscard]] DataTable *log() const
    {
        return m_page->findChild<DataTable *>(u"requestLogTableView"_s);
    }
    bool m_refuse = true;
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<HealthPage> m_page;
};

QTEST_MAIN(TestHealthPage)
#include "test_health_page.moc"
