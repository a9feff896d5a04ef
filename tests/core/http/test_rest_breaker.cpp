// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "tests/core/http/client_rig.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! What the client's requests do to its breaker, and the breaker to them.
class TestRestBreaker final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void fiveFailuresCloseTheLine()
    {
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/x"_s, FakeReply::refused());
        for (int i = 0; i < 5; ++i)
            QVERIFY(!rig.finish(rig.client->send(create(u"/x"_s))));
        QCOMPARE(rig.client->breaker().state(), BreakerState::Open);
        QSignalSpy attempts(rig.client.get(), &RestClient::attemptFinished);
        const auto rejected = rig.finish(rig.client->send(get(u"/x"_s)));
        QCOMPARE(rejected.error().kind, ErrorKind::CircuitOpen);
        QVERIFY(rejected.error().retryAfter.has_value());
        QVERIFY(!rejected.error().ambiguous);
        QCOMPARE(rig.fake->count(), 5); // the network was not touched
        rig.settle();
        QCOMPARE(attempts.count(), 1); // but the log shows it
        const auto record = attempts.first().first().value<AttemptRecord>();
        QVERIFY(record.error.contains(u"Not sent"_s));
    }

    void everyAttemptTakesItsOwnPermit()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::refused());
        QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s)))); // 3 failures
        const auto second = rig.finish(rig.client->send(get(u"/x"_s)));
        QCOMPARE(rig.fake->count(), 5);
        QCOMPARE(second.error().kind, ErrorKind::CircuitOpen); // and is not tried again
    }

    void mistakesOfTheCallerNeverOpenIt_data()
    {
        QTest::addColumn<FakeReply>("reply");
        QTest::newRow("404") << FakeReply::mlflowError(404, u"RESOURCE_DOES_NOT_EXIST"_s, u"x"_s);
        QTest::newRow("400") << FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s, u"x"_s);
        QTest::newRow("401") << FakeReply::text(401, "no");
        QTest::newRow("500 that is a mistake")
            << FakeReply::mlflowError(500, u"FEATURE_DISABLED"_s, u"x"_s);
        QTest::newRow("503 of a part that is off") << FakeReply::text(503,
            "Endpoint: /x disabled due to the mlflow server running with `--no-serve-artifacts`");
        QTest::newRow("login page") << FakeReply::text(200, "<html>login", "text/html");
        QTest::newRow("untrusted certificate") << FakeReply::failure(ErrorKind::Tls);
    }
    void mistakesOfTheCallerNeverOpenIt()
    {
        QFETCH(FakeReply, reply);
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, reply);
        for (int i = 0; i < 10; ++i)
            QVERIFY(!rig.finish(rig.client->call<qint64>(get(u"/x"_s), decodeAnswer)));
        QCOMPARE(rig.client->breaker().state(), BreakerState::Closed);
        QCOMPARE(rig.fake->count(), 10);
    }

    void outagesCount_data()
    {
        QTest::addColumn<FakeReply>("reply");
        QTest::newRow("refused") << FakeReply::refused();
        QTest::newRow("broken off") << FakeReply::brokenOff();
        QTest::newRow("no such host") << FakeReply::failure(ErrorKind::Dns);
        QTest::newRow("silence") << FakeReply::hanging();
        QTest::newRow("408") << FakeReply::text(408, "slow");
        QTest::newRow("429") << FakeReply::text(429, "slow");
        QTest::newRow("500") << FakeReply::text(500, "oops");
        QTest::newRow("503") << FakeReply::text(503, "maintenance");
    }
    void outagesCount()
    {
        QFETCH(FakeReply, reply);
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/x"_s, reply);
        for (int i = 0; i < 5; ++i)
            QVERIFY(!rig.finish(rig.client->send(create(u"/x"_s))));
        QCOMPARE(rig.client->breaker().state(), BreakerState::Open);
    }

    void aHeavyPageIsNoOutageWhileOthersAreAnswered()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/page"_s, FakeReply::hanging());
        rig.fake->on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        const auto page = rig.client->send(get(u"/page"_s, RequestClass::Page));
        rig.settle();
        rig.clock.advance(60s);
        const auto health = rig.client->send(get(u"/health"_s, RequestClass::Probe));
        rig.settle();
        QVERIFY(health.isFinished());
        rig.clock.advance(60s);
        rig.settle();
        QVERIFY(page.isFinished());
        QCOMPARE(rig.client->breaker().snapshot().neutral, 1U);
        QCOMPARE(rig.client->breaker().snapshot().failures, 0U);
        QVERIFY(!rig.finish(rig.client->send(get(u"/page"_s, RequestClass::Page))));
        QCOMPARE(rig.client->breaker().snapshot().failures, 1U); // nobody was answered this time
    }

    void tryNowTakesAPermitLikeEverybody()
    {
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/x"_s, FakeReply::refused());
        for (int i = 0; i < 5; ++i)
            QVERIFY(!rig.finish(rig.client->send(create(u"/x"_s))));
        rig.client->breaker().probeNow();
        const quint64 before = rig.client->breaker().snapshot().admitted;
        rig.fake->on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        QVERIFY(rig.finish(rig.client->send(get(u"/health"_s, RequestClass::Probe))));
        QCOMPARE(rig.client->breaker().state(), BreakerState::HalfOpen);
        QCOMPARE(rig.client->breaker().snapshot().admitted, before + 1);
    }

    void aRefusalOfTheRequestClosesTheLineAgain()
    {
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/x"_s, FakeReply::refused());
        for (int i = 0; i < 5; ++i)
            QVERIFY(!rig.finish(rig.client->send(create(u"/x"_s))));
        rig.clock.advance(30s);
        rig.fake->on(Verb::Get, u"/none"_s,
            FakeReply::mlflowError(404, u"RESOURCE_DOES_NOT_EXIST"_s, u"x"_s));
        for (int i = 0; i < 2; ++i)
            QCOMPARE(
                rig.finish(rig.client->send(get(u"/none"_s))).error().kind, ErrorKind::NotFound);
        QCOMPARE(rig.client->breaker().state(), BreakerState::Closed); // the server lives
    }

    void everyServerHasABreakerOfItsOwn()
    {
        ClientRig dead;
        ClientRig alive;
        dead.fake->on(Verb::Post, u"/x"_s, FakeReply::refused());
        alive.fake->on(Verb::Post, u"/x"_s, FakeReply::text(200, "{}"));
        for (int i = 0; i < 5; ++i)
            QVERIFY(!dead.finish(dead.client->send(create(u"/x"_s))));
        QCOMPARE(dead.client->breaker().state(), BreakerState::Open);
        QVERIFY(alive.finish(alive.client->send(create(u"/x"_s))));
        QCOMPARE(alive.client->breaker().state(), BreakerState::Closed);
    }

    void noSecretGetsIntoTheBreakersWords()
    {
        rememberSecret(u"secret-token"_s);
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/x"_s, FakeReply::text(500, "no secret-token please"));
        QSignalSpy states(&rig.client->breaker(), &CircuitBreaker::stateChanged);
        for (int i = 0; i < 5; ++i)
            QVERIFY(!rig.finish(rig.client->send(create(u"/x"_s))));
        rig.settle();
        QCOMPARE(states.count(), 1);
        const QString reason = states.first().first().value<Transition>().reason;
        QVERIFY(reason.contains(u"please"_s) && !reason.contains(u"secret"_s));
        const auto rejected = rig.finish(rig.client->send(create(u"/x"_s)));
        QCOMPARE(rejected.error().kind, ErrorKind::CircuitOpen);
        QVERIFY(!rejected.error().text().contains(u"secret"_s));
        QVERIFY(!rig.client->breaker().snapshot().lastFailure.contains(u"secret"_s));
    }

    void stayingOfflineSendsNothing()
    {
        ClientRig rig;
        rig.client->breaker().isolate(u"metered network"_s);
        const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
        QCOMPARE(result.error().kind, ErrorKind::Isolated);
        QCOMPARE(result.error().attempts, 0); // what is held back is no attempt
        QCOMPARE(rig.fake->count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestRestBreaker)
#include "test_rest_breaker.moc"
