// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/connection_test.h"

#include "core/workspace/keychain.h"
#include "tests/support/await.h"
#include "tests/support/fake_transport.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! What the Test button and `profile test` find out, step by step.
class TestConnectionTest final : public QObject {
    Q_OBJECT

private:
    RestConfig m_config;
    std::unique_ptr<FakeTransport> m_transport;

    ConnectionReport run()
    {
        ConnectionTest test(m_config, nullptr, std::move(m_transport));
        const auto report = await(test.run());
        return report ? *report : ConnectionReport{};
    }
    static QString wordsOf(const ConnectionReport &report)
    {
        QStringList words;
        for (const ConnectionStep &step : report.steps)
            words << step.name % u'=' % nameOf(step.state);
        return words.join(u' ');
    }
    FakeTransport &fake() { return *m_transport; }

private Q_SLOTS:
    void init()
    {
        m_config = {};
        m_config.baseUrl = QUrl(u"https://lab.example.com/mlflow"_s);
        m_transport = std::make_unique<FakeTransport>();
        fake().on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        fake().on(Verb::Get, u"/version"_s, FakeReply::text(200, "3.17.2"));
        fake().on(Verb::Get, u"/api/3.0/mlflow/server-info"_s,
            FakeReply::json(R"({"store_type": "SqlStore", "workspaces_enabled": false})"));
        fake().on(Verb::Post, u"/api/2.0/mlflow/experiments/search"_s,
            FakeReply::json(R"({"experiments": []})"));
    }

    void aGoodConnectionPassesEveryStep()
    {
        const ConnectionReport report = run();
        QVERIFY(!report.error);
        QCOMPARE(wordsOf(report), u"connect=ok tls=ok http=ok mlflow=ok login=ok"_s);
        QVERIFY(report.steps.at(3).detail.contains(u"3.17.2"_s));
    }

    void whatStopsItIsNamed_data()
    {
        QTest::addColumn<FakeReply>("health");
        QTest::addColumn<QString>("steps");
        Error tls = makeError(ErrorKind::Tls, u"its certificate expired."_s, u"Renew it."_s);
        FakeReply expired;
        expired.error = tls;
        QTest::newRow("refused") << FakeReply::refused() << u"connect=failed"_s;
        QTest::newRow("dns") << FakeReply::failure(ErrorKind::Dns) << u"connect=failed"_s;
        QTest::newRow("tls") << expired << u"connect=ok tls=failed"_s;
        QTest::newRow("redirect") << FakeReply::failure(ErrorKind::Redirect)
                                  << u"connect=ok tls=ok http=failed"_s;
        QTest::newRow("login page") << FakeReply::text(200, "<html><title>Sign in</title></html>",
            "text/html") << u"connect=ok tls=ok mlflow=failed"_s;
        QTest::newRow("wrong service")
            << FakeReply::text(404, "no such page") << u"connect=ok tls=ok mlflow=failed"_s;
    }
    void whatStopsItIsNamed()
    {
        QFETCH(FakeReply, health);
        QFETCH(QString, steps);
        fake().on(Verb::Get, u"/health"_s, health);
        const ConnectionReport report = run();
        QVERIFY(report.error);
        QCOMPARE(wordsOf(report), steps);
        QVERIFY(!report.steps.last().detail.isEmpty());
    }

    void aMissingLoginIsTheLoginStep()
    {
        fake().on(Verb::Get, u"/version"_s, FakeReply::text(401, "not authenticated"));
        const ConnectionReport report = run();
        QCOMPARE(report.error->kind, ErrorKind::Unauthorized);
        QCOMPARE(report.steps.last().name, u"login"_s);
        QVERIFY(!report.steps.last().fix.isEmpty());
    }

    void aRefusedHostNameCarriesTheServersRemedy()
    {
        const QByteArray guard = "Invalid Host header - possible DNS rebinding attack detected";
        fake().on(Verb::Get, u"/api/3.0/mlflow/server-info"_s, FakeReply::text(403, guard));
        fake().on(Verb::Post, u"/api/2.0/mlflow/experiments/search"_s, FakeReply::text(403, guard));
        const ConnectionReport report = run();
        QCOMPARE(report.error->kind, ErrorKind::Forbidden);
        QVERIFY(report.steps.last().fix.contains(u"--allowed-hosts"_s));
    }

    void anOldServerIsToldApart()
    {
        fake().on(Verb::Get, u"/version"_s, FakeReply::text(200, "1.30.0"));
        const ConnectionReport report = run();
        QCOMPARE(report.steps.last().name, u"mlflow"_s);
        QVERIFY(report.steps.last().detail.contains(u"1.30.0"_s));
    }

    void aWorkspaceNeedsAServerWithWorkspaces()
    {
        m_config.workspace = "team-a";
        const ConnectionReport report = run();
        QCOMPARE(report.steps.last().name, u"workspace"_s);
        QCOMPARE(report.steps.last().state, StepVerdict::Failed);
    }

    void aLockedKeychainStopsBeforeAnythingIsSent()
    {
        m_config.fetchLink = [] {
            return Call<LinkSettings>::finished(Failure(keychainError(u"KEYCHAIN_LOCKED"_s)));
        };
        FakeTransport *transport = m_transport.get();
        ConnectionTest test(m_config, nullptr, std::move(m_transport));
        const auto report = await(test.run());
        QCOMPARE(wordsOf(*report), u"secrets=failed"_s);
        QCOMPARE(report->error->apiCode, u"KEYCHAIN_LOCKED"_s);
        QCOMPARE(transport->count(), 0);
    }

    void uncheckedCertificatesAreAWarning()
    {
        m_config.link.insecure = true;
        const ConnectionReport report = run();
        QVERIFY(!report.error);
        QCOMPARE(report.steps.at(1).state, StepVerdict::Warning);
        QVERIFY(!report.steps.at(1).fix.isEmpty());
    }

    void itCanBeStopped()
    {
        fake().on(Verb::Get, u"/health"_s, FakeReply::hanging());
        FakeTransport *transport = m_transport.get();
        ConnectionTest test(m_config, nullptr, std::move(m_transport));
        const Call<ConnectionReport> call = test.run();
        QTRY_COMPARE(transport->running(), 1);
        QSignalSpy steps(&test, &ConnectionTest::stepDone);
        call.cancel();
        QVERIFY(call.isFinished());
        QTest::qWait(0);
        QCOMPARE(steps.size(), 0);
    }
};

QTEST_GUILESS_MAIN(TestConnectionTest)
#include "test_connection_test.moc"
