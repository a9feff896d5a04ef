// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/models/breaker_history.h"
#include "ui/pages/breaker_timeline.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/health_page.h"
#include "ui/pages/request_export.h"
#include "ui/pages/request_filter_model.h"
#include "ui/pages/status_cards.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>

#include <ctime>

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
        QTRY_COMPARE(timeline->model()->rowCount(), 2); // the beginning, and the opening
        QCOMPARE(timeline->model()->index(0, 1).data().toString(), u"open"_s);
        auto *band = m_page->findChild<BreakerTimeline *>();
        QCOMPARE(band->periodAt(band->width() - 2), 0);
        QVERIFY(m_page->grab().toImage().pixelColor(0, 0).isValid());
        QTest::keyClick(band, Qt::Key_Left);
        QVERIFY2(band->selectedText().startsWith(u"open from"_s), qPrintable(band->selectedText()));
        QVERIFY(band->selectedText().contains(u"refused"_s));
        m_context->fake().on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        QTest::mouseClick(button(u"healthTryNowPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().breaker().state, BreakerState::Closed);
        QTRY_VERIFY(timeline->model()->rowCount() >= 4);
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
        QTRY_VERIFY(QFile::exists(m_context->dialogs().file));
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

    void resetClosesTheCircuitAtOnce()
    {
        openTheBreaker();
        m_context->fake().on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        QTRY_VERIFY(button(u"healthResetPushButton"_s)->isEnabled());
        QTest::mouseClick(button(u"healthResetPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(monitor().breaker().state, BreakerState::Closed);
        QTRY_COMPARE(monitor().link(), LinkState::Online);
        QTRY_VERIFY(!button(u"healthResetPushButton"_s)->isEnabled());
    }

    void oneClassOfRequestsIsShownOnDemand()
    {
        m_context->connectFake();
        QTRY_VERIFY(log()->model()->rowCount() >= 2);
        auto *classes = m_page->findChild<QComboBox *>(u"requestClassComboBox"_s);
        classes->setCurrentText(u"transfer"_s);
        QCOMPARE(log()->model()->rowCount(), 0);
        classes->setCurrentText(u"probe"_s);
        QVERIFY(log()->model()->rowCount() >= 1);
    }

    void aChosenRequestTellsItsDetails()
    {
        m_context->connectFake();
        QTRY_VERIFY(log()->model()->rowCount() >= 1);
        auto *details = m_page->findChild<QPlainTextEdit *>(u"requestDetailPlainTextEdit"_s);
        QVERIFY(!details->isVisible());
        log()->selectRow(0);
        QVERIFY(details->isVisible());
        QVERIFY2(details->toPlainText().contains(u"Answer      200"_s),
            qPrintable(details->toPlainText()));
    }

    void theLogIsExportedAsJsonToo()
    {
        m_context->connectFake();
        QTRY_VERIFY(log()->model()->rowCount() >= 2);
        const int rows = log()->model()->rowCount();
        m_context->dialogs().file = m_context->homePath() + u"/requests.json"_s;
        QTest::mouseClick(button(u"exportLogPushButton"_s), Qt::LeftButton);
        QTRY_VERIFY(QFile::exists(m_context->dialogs().file));
        QFile file(m_context->dialogs().file);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray all = QJsonDocument::fromJson(file.readAll()).array();
        QVERIFY(all.size() >= rows);
        QVERIFY(all.first().toObject().contains(u"class"_s));
        const QByteArray lines =
            exportRequests({AttemptRecord{}, AttemptRecord{}}, RequestFormat::Ndjson);
        QCOMPARE(lines.count('\n'), 2);
    }

    void aFullLogIsFilteredWithinAFrame()
    {
        RequestLogModel model;
        AttemptRecord record;
        record.path = u"/api/2.0/mlflow/runs/search?experiment_ids=1&max_results=1000"_s;
        record.status = 200;
        for (int i = 0; i < RequestLogModel::kLimit; ++i) {
            record.requestId = i % 3 == 0 ? u"odd"_s : u"even"_s;
            record.attempt = i;
            model.add(record);
        }
        RequestFilterModel filter(model);
        DataTable table;
        table.setModel(&filter);
        table.resize(900, 400);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        const std::clock_t begin = std::clock(); // processor time: cores are shared
        filter.setText(u"odd"_s);
        const double filtered = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        QCOMPARE(filter.rowCount(), RequestLogModel::kLimit / 3 + 1);
        QVERIFY2(filtered <= 16.0, qPrintable(QString::number(filtered)));
        const std::clock_t added = std::clock();
        model.add(record);
        const double add = 1000.0 * static_cast<double>(std::clock() - added) / CLOCKS_PER_SEC;
        QVERIFY2(add <= 4.0, qPrintable(QString::number(add)));
    }

    void theHistoryIsBoundedAndValid()
    {
        BreakerHistory history;
        const QAbstractItemModelTester tester(
            &history, QAbstractItemModelTester::FailureReportingMode::QtTest);
        history.begin(BreakerState::Closed, 1000);
        Transition transition;
        transition.to = BreakerState::Open;
        transition.reason = u"five failures"_s;
        for (int i = 0; i < BreakerHistory::kLimit + 20; ++i)
            history.add(transition, 2000 + i);
        QCOMPARE(history.rowCount(), BreakerHistory::kLimit);
        QCOMPARE(history.transitions(), BreakerHistory::kLimit + 20);
        QCOMPARE(history.index(0, BreakerHistory::Why).data().toString(), u"five failures"_s);
        QCOMPARE(history.endOf(1, 0), history.period(0).fromMs);
    }

    void theLogIsBounded()
    {
        RequestLogModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
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
