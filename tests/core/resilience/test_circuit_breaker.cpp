// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/resilience/circuit_breaker.h"
#include "tests/support/manual_clock.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using PermitPtr = std::shared_ptr<Permit>;

PermitPtr take(CircuitBreaker &breaker)
{
    const Result<PermitPtr> permit = breaker.tryAcquire();
    return permit ? permit.value() : nullptr;
}

void fail(CircuitBreaker &breaker, int times, const QString &detail = u"scripted"_s)
{
    for (int i = 0; i < times; ++i) {
        if (const PermitPtr permit = take(breaker))
            permit->report(Outcome::Failure, detail);
    }
}

} // namespace

class TestCircuitBreaker final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void rejectionsSayWhyAndHowLong()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        fail(breaker, 5, u"the connection was refused"_s);
        clock.advance(10s);
        const auto rejected = breaker.tryAcquire();
        QVERIFY(!rejected);
        QCOMPARE(rejected.error().kind, ErrorKind::CircuitOpen);
        QVERIFY(*rejected.error().retryAfter == 20s);
        QVERIFY(rejected.error().message.contains(u"the connection was refused"_s));
        QVERIFY(rejected.error().hint.contains(u"20 s"_s));
    }

    void isolationHasItsOwnErrorWithoutAWait()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        breaker.isolate(u"on a plane"_s);
        const auto rejected = breaker.tryAcquire();
        QCOMPARE(rejected.error().kind, ErrorKind::Isolated);
        QVERIFY(!rejected.error().retryAfter);
        QVERIFY(rejected.error().message.contains(u"on a plane"_s));
    }

    void signalsComeThroughTheEventLoopInOrder()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        QSignalSpy states(&breaker, &CircuitBreaker::stateChanged);
        QSignalSpy metrics(&breaker, &CircuitBreaker::metricsChanged);
        fail(breaker, 5);
        clock.advance(30s);
        const PermitPtr probe = take(breaker);
        probe->report(Outcome::Failure);
        QCOMPARE(states.count(), 0); // never inside the call that caused it
        QCoreApplication::processEvents();
        QCOMPARE(states.count(), 3);
        const QList<BreakerState> expected{
            BreakerState::Open, BreakerState::HalfOpen, BreakerState::Open};
        for (int i = 0; i < 3; ++i)
            QCOMPARE(states.at(i).first().value<Transition>().to, expected.at(i));
        QCOMPARE(metrics.count(), 1); // coalesced
    }

    void queuedListenersSeeTheSameOrder()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        QList<BreakerState> seen;
        connect(
            &breaker, &CircuitBreaker::stateChanged, this,
            [&seen](const Transition &t) { seen << t.to; }, Qt::QueuedConnection);
        fail(breaker, 5);
        clock.advance(30s);
        take(breaker)->report(Outcome::Success);
        take(breaker)->report(Outcome::Success);
        breaker.isolate(u"x"_s);
        breaker.reset();
        QTRY_COMPARE(seen.size(), 5);
        QCOMPARE(seen,
            (QList{BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed,
                BreakerState::Isolated, BreakerState::Closed}));
    }

    void sixParallelFailuresOpenOnce()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        QSignalSpy states(&breaker, &CircuitBreaker::stateChanged);
        QList<PermitPtr> permits;
        for (int i = 0; i < 6; ++i)
            permits << take(breaker);
        for (const PermitPtr &permit : permits)
            permit->report(Outcome::Failure);
        QCoreApplication::processEvents();
        QCOMPARE(states.count(), 1);
        QCOMPARE(breaker.snapshot().opened, 1U);
        QCOMPARE(breaker.snapshot().stale, 1U);
    }

    void fourCallsAtTheMomentOfExpiryGiveThreeProbes()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        fail(breaker, 5);
        clock.advance(30s);
        QList<PermitPtr> permits;
        for (int i = 0; i < 4; ++i)
            permits << take(breaker);
        QCOMPARE(permits.count(nullptr), 1);
        QVERIFY(!permits.at(3));
    }

    void aListenerSeesTheNewStateAndMayUseTheBreaker()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        QList<BreakerState> seen;
        connect(&breaker, &CircuitBreaker::stateChanged, this, [&](const Transition &t) {
            seen << breaker.state();
            if (t.to == BreakerState::Open) {
                QVERIFY(!breaker.tryAcquire());
                breaker.reset();
            }
        });
        fail(breaker, 5);
        QTRY_COMPARE(seen.size(), 2);
        QCOMPARE(seen, (QList{BreakerState::Open, BreakerState::Closed}));
    }

    void aListenerMayDeleteTheBreaker()
    {
        ManualClock clock;
        auto breaker = std::make_unique<CircuitBreaker>(BreakerConfig(), clock);
        connect(breaker.get(), &CircuitBreaker::stateChanged, this, [&] { breaker.reset(); });
        fail(*breaker, 5);
        breaker->isolate(u"x"_s); // two transitions wait, the first kills it
        QTRY_VERIFY(!breaker);
    }

    void aRejectionIsSignalled()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        QSignalSpy rejected(&breaker, &CircuitBreaker::callRejected);
        fail(breaker, 5);
        clock.advance(1s);
        QVERIFY(!breaker.tryAcquire());
        QTRY_COMPARE(rejected.count(), 1);
        QVERIFY(rejected.first().first().value<std::chrono::milliseconds>() == 29s);
    }

    void aPermitReportsOnce()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        const PermitPtr permit = take(breaker);
        permit->report(Outcome::Failure);
        permit->report(Outcome::Failure);
        permit->report(Outcome::Success);
        QCOMPARE(breaker.snapshot().failures, 1U);
        QCOMPARE(breaker.snapshot().successes, 0U);
    }

    void aForgottenPermitIsNeutralAndFreesItsPlace()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        fail(breaker, 5);
        clock.advance(30s);
        {
            const PermitPtr a = take(breaker);
            const PermitPtr b = take(breaker);
            const PermitPtr c = take(breaker);
            QVERIFY(!take(breaker));
        }
        QCOMPARE(breaker.snapshot().neutral, 3U);
        QVERIFY(take(breaker));
        QCOMPARE(breaker.state(), BreakerState::HalfOpen);
    }

    void aMovedFromPermitIsInert()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        const PermitPtr first = take(breaker);
        Permit second = std::move(*first);
        first->report(Outcome::Failure);
        QCOMPARE(breaker.snapshot().failures, 0U);
        const PermitPtr third = take(breaker);
        second = std::move(*third); // what it held before is given back
        QCOMPARE(breaker.snapshot().neutral, 1U);
        second.report(Outcome::Success);
        QCOMPARE(breaker.snapshot().successes, 1U);
    }

    void aPermitMayOutliveItsBreaker()
    {
        ManualClock clock;
        auto breaker = std::make_unique<CircuitBreaker>(BreakerConfig(), clock);
        const PermitPtr permit = take(*breaker);
        breaker.reset();
        permit->report(Outcome::Failure);
    }

    void aLostProbeReopensByTimer()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        fail(breaker, 5);
        clock.advance(30s);
        const PermitPtr lost = take(breaker);
        clock.advance(59s);
        QCOMPARE(breaker.state(), BreakerState::HalfOpen);
        clock.advance(1s);
        QCOMPARE(breaker.state(), BreakerState::Open); // nobody had to ask
    }

    void theWallClockDoesNotMatter()
    {
        ManualClock clock;
        CircuitBreaker breaker({}, clock);
        fail(breaker, 5);
        clock.moveWallClock(std::chrono::hours(-1000));
        clock.advance(30s);
        QVERIFY(take(breaker));
    }

    void anUnusableConfigFallsBackToTheDefaults()
    {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"circuit breaker cannot work"_s));
        ManualClock clock;
        BreakerConfig config;
        config.failureThreshold = 0;
        CircuitBreaker breaker(config, clock);
        fail(breaker, 4);
        QCOMPARE(breaker.state(), BreakerState::Closed);
    }
};

QTEST_GUILESS_MAIN(TestCircuitBreaker)
#include "test_circuit_breaker.moc"
