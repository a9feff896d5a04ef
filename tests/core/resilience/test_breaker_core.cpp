// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/resilience/breaker_core.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

//! A breaker with time in the test's hand.
struct Rig {
    Clock::TimePoint now{1h};
    BreakerCore core;
    explicit Rig(const BreakerConfig &config = {})
        : core(config, now)
    {
    }
    quint64 admit()
    {
        const auto admission = core.acquire(now);
        return admission.admitted ? admission.generation : 0;
    }
    void report(quint64 generation, Outcome outcome)
    {
        core.report(generation, outcome, u"scripted"_s, now);
    }
    void call(Outcome outcome) { report(admit(), outcome); }
    void fail(int times)
    {
        for (int i = 0; i < times; ++i)
            call(Outcome::Failure);
    }
    void open() { fail(5); }
    void halfOpen()
    {
        open();
        now += 30s;
    }
    [[nodiscard]] BreakerSnapshot shot() const { return core.snapshot(now); }
    [[nodiscard]] BreakerState state() const { return core.state(); }
    QStringList moves()
    {
        QStringList names;
        for (const Transition &t : core.takeTransitions())
            names << QString(nameOf(t.from) % u'>' % nameOf(t.to));
        return names;
    }
};

BreakerConfig ratioConfig()
{
    BreakerConfig config;
    config.failureThreshold = 1000;
    config.failureRatio = 0.5;
    config.minimumThroughput = 4;
    config.window = 30s;
    return config;
}

} // namespace

class TestBreakerCore final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Configuration

    void defaultsAreAsDocumented()
    {
        const BreakerConfig config;
        QCOMPARE(config.failureThreshold, 5);
        QVERIFY(config.breakDuration == 30s);
        QCOMPARE(config.halfOpenMaxCalls, 3);
        QCOMPARE(config.successesToClose, 2);
        QVERIFY(!config.failureRatio);
        QVERIFY(checkConfig(config));
    }

    void configOutsideItsBoundsIsRefused_data()
    {
        QTest::addColumn<std::function<void(BreakerConfig &)>>("change");
        QTest::addColumn<bool>("fine");
        using Change = std::function<void(BreakerConfig &)>;
        const auto row = [](const char *name, bool fine, Change change) {
            QTest::newRow(name) << std::move(change) << fine;
        };
        row("threshold 0", false, [](BreakerConfig &c) { c.failureThreshold = 0; });
        row("threshold 1", true, [](BreakerConfig &c) { c.failureThreshold = 1; });
        row("break 0", false, [](BreakerConfig &c) { c.breakDuration = 0ms; });
        row("break 1 ms", true, [](BreakerConfig &c) { c.breakDuration = 1ms; });
        row("break negative", false, [](BreakerConfig &c) { c.breakDuration = -1ms; });
        row("break of a lifetime", false,
            [](BreakerConfig &c) { c.breakDuration = std::chrono::milliseconds::max(); });
        row("no probes", false, [](BreakerConfig &c) { c.halfOpenMaxCalls = 0; });
        row("more successes than probes", false, [](BreakerConfig &c) { c.successesToClose = 4; });
        row("as many successes as probes", true, [](BreakerConfig &c) { c.successesToClose = 3; });
        row("no successes", false, [](BreakerConfig &c) { c.successesToClose = 0; });
        row("ratio 0", false, [](BreakerConfig &c) { c.failureRatio = 0.0; });
        row("ratio 1", true, [](BreakerConfig &c) { c.failureRatio = 1.0; });
        row("ratio above 1", false, [](BreakerConfig &c) { c.failureRatio = 1.01; });
        row("ratio NaN", false, [](BreakerConfig &c) { c.failureRatio = std::nan(""); });
        row("throughput 1", false, [](BreakerConfig &c) { c.minimumThroughput = 1; });
        row("throughput 2", true, [](BreakerConfig &c) { c.minimumThroughput = 2; });
        row("shrinking break", false, [](BreakerConfig &c) { c.breakGrowth = 0.9; });
        row("deadline 0", false, [](BreakerConfig &c) { c.halfOpenDeadline = 0ms; });
        row("window 0", false, [](BreakerConfig &c) { c.window = 0ms; });
    }
    void configOutsideItsBoundsIsRefused()
    {
        QFETCH(std::function<void(BreakerConfig &)>, change);
        QFETCH(bool, fine);
        BreakerConfig config;
        change(config);
        const auto result = checkConfig(config);
        QCOMPARE(bool(result), fine);
        if (!fine)
            QVERIFY(result.error().message.contains(u"must be"_s));
    }

    void theLongestBreakDoesNotOverflow()
    {
        BreakerConfig config;
        config.breakDuration = std::chrono::hours(24 * 365);
        config.maxBreak = config.breakDuration;
        config.breakGrowth = 100.0;
        Rig rig(config);
        rig.open();
        for (int i = 0; i < 50; ++i) {
            QVERIFY(rig.shot().retryAfter <= std::chrono::hours(24 * 365));
            rig.core.probeNow(rig.now);
            rig.call(Outcome::Failure);
            QCOMPARE(rig.state(), BreakerState::Open);
        }
    }

    // Closed

    void startsClosedWithoutAnEvent()
    {
        Rig rig;
        QCOMPARE(rig.state(), BreakerState::Closed);
        QVERIFY(rig.moves().isEmpty());
        QCOMPARE(rig.shot().successRate(), 1.0);
    }

    void theFifthFailureOpens()
    {
        Rig rig;
        rig.fail(4);
        QCOMPARE(rig.state(), BreakerState::Closed);
        QCOMPARE(rig.shot().consecutiveFailures, 4);
        rig.fail(1);
        QCOMPARE(rig.state(), BreakerState::Open);
        const auto transitions = rig.core.takeTransitions();
        QCOMPARE(transitions.size(), 1U);
        QVERIFY(transitions.front().breakDuration == 30s);
        QVERIFY(!transitions.front().manual);
        QVERIFY(transitions.front().reason.contains(u"scripted"_s));
        QCOMPARE(rig.shot().opened, 1U);
    }

    void aSuccessInBetweenResetsTheCount()
    {
        Rig rig;
        rig.fail(4);
        rig.call(Outcome::Success);
        rig.fail(4);
        QCOMPARE(rig.state(), BreakerState::Closed);
    }

    void neutralOutcomesChangeNothing()
    {
        Rig rig;
        rig.fail(4);
        for (int i = 0; i < 100; ++i)
            rig.call(Outcome::Neutral);
        QCOMPARE(rig.shot().consecutiveFailures, 4);
        QCOMPARE(rig.shot().neutral, 100U);
        rig.fail(1);
        QCOMPARE(rig.state(), BreakerState::Open);
    }

    void belowTheMinimumThroughputTheRatioNeverOpens()
    {
        Rig rig(ratioConfig());
        rig.fail(3);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.fail(1);
        QCOMPARE(rig.state(), BreakerState::Open);
    }

    void exactlyTheRatioOpens()
    {
        Rig rig(ratioConfig());
        rig.call(Outcome::Success);
        rig.call(Outcome::Success);
        rig.call(Outcome::Failure);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.call(Outcome::Failure);
        QCOMPARE(rig.state(), BreakerState::Open);
    }

    void aSuccessNeverOpensThoughTheRatioIsReached()
    {
        Rig rig(ratioConfig());
        rig.fail(3);
        rig.call(Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Closed);
    }

    void neutralOutcomesAreNoThroughput()
    {
        Rig rig(ratioConfig());
        rig.fail(2);
        rig.call(Outcome::Neutral);
        rig.call(Outcome::Neutral);
        rig.fail(1);
        QCOMPARE(rig.state(), BreakerState::Closed);
    }

    void failuresOfExactlyTheWindowsAgeNoLongerCount_data()
    {
        QTest::addColumn<int>("ageMs");
        QTest::addColumn<bool>("opens");
        QTest::newRow("1 ms younger") << 29'999 << true;
        QTest::newRow("exactly as old") << 30'000 << false;
    }
    void failuresOfExactlyTheWindowsAgeNoLongerCount()
    {
        QFETCH(int, ageMs);
        QFETCH(bool, opens);
        Rig rig(ratioConfig());
        rig.fail(3);
        rig.now += std::chrono::milliseconds(ageMs);
        rig.fail(1);
        QCOMPARE(rig.state() == BreakerState::Open, opens);
    }

    void failuresSpreadOverTheWindowCountTogether()
    {
        Rig rig(ratioConfig());
        for (int i = 0; i < 4; ++i) {
            QCOMPARE(rig.state(), BreakerState::Closed);
            rig.fail(1);
            rig.now += 9s;
        }
        QCOMPARE(rig.state(), BreakerState::Open);
    }

    // Open

    void rejectsUntilTheVeryTick()
    {
        Rig rig;
        rig.open();
        rig.now += 30s - 1ns;
        QCOMPARE(rig.admit(), 0U);
        rig.now += 1ns;
        QVERIFY(rig.admit() > 0);
    }

    void theRejectionsWaitShrinksWithTheClock()
    {
        Rig rig;
        rig.open();
        rig.now += 12s;
        const auto admission = rig.core.acquire(rig.now);
        QVERIFY(!admission.admitted);
        QCOMPARE(admission.rejectedBy, BreakerState::Open);
        QVERIFY(*admission.retryAfter == 18s);
        rig.now += 10h;
        QVERIFY(rig.shot().retryAfter == 0ms);
    }

    void rejectionsNeitherCountAsFailuresNorProlongTheBreak()
    {
        Rig rig;
        rig.open();
        for (int i = 0; i < 100; ++i) {
            rig.now += 100ms;
            QCOMPARE(rig.admit(), 0U);
        }
        QCOMPARE(rig.shot().rejected, 100U);
        QCOMPARE(rig.shot().failures, 5U);
        QVERIFY(rig.shot().retryAfter == 20s);
    }

    void lateOutcomesNeitherProlongNorClose()
    {
        Rig rig;
        const quint64 late = rig.admit();
        const quint64 alsoLate = rig.admit();
        rig.open();
        rig.now += 10s;
        rig.report(late, Outcome::Failure);
        rig.report(alsoLate, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(rig.shot().retryAfter == 20s);
        QCOMPARE(rig.shot().stale, 2U);
        QCOMPARE(rig.shot().opened, 1U);
        QCOMPARE(rig.moves(), QStringList{u"closed>open"_s});
    }

    void readingTheStateMovesNothing()
    {
        Rig rig;
        rig.open();
        rig.moves();
        rig.now += 29s;
        QVERIFY(!rig.shot().probeDue);
        rig.now += 10h; // also a long sleep of the machine
        QVERIFY(rig.shot().probeDue);
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(rig.moves().isEmpty());
        QVERIFY(rig.admit() > 0);
    }

    // Half-open

    void theFirstAdmittedCallIsAProbe()
    {
        Rig rig;
        rig.halfOpen();
        QVERIFY(rig.admit() > 0);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        QVERIFY(rig.admit() > 0);
        QVERIFY(rig.admit() > 0);
        const auto fourth = rig.core.acquire(rig.now);
        QVERIFY(!fourth.admitted);
        QCOMPARE(fourth.rejectedBy, BreakerState::HalfOpen);
        QVERIFY(*fourth.retryAfter == 1s);
    }

    void twoSuccessesClose()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 a = rig.admit();
        const quint64 b = rig.admit();
        const quint64 c = rig.admit();
        rig.report(a, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        rig.report(b, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.report(c, Outcome::Failure); // of the period that is over
        QCOMPARE(rig.shot().consecutiveFailures, 0);
        QCOMPARE(rig.shot().stale, 1U);
        rig.fail(4);
        QCOMPARE(rig.state(), BreakerState::Closed); // the count began anew
    }

    void aSuccessfulProbeDoesNotFreeItsPlace()
    {
        BreakerConfig config;
        config.successesToClose = 3;
        Rig rig(config);
        rig.halfOpen();
        rig.call(Outcome::Success);
        QVERIFY(rig.admit() > 0);
        QVERIFY(rig.admit() > 0);
        QCOMPARE(rig.admit(), 0U);
    }

    void theFirstFailedProbeReopensForAFullBreak()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 a = rig.admit();
        const quint64 b = rig.admit();
        rig.now += 5s;
        rig.report(a, Outcome::Failure);
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(rig.shot().retryAfter == 30s);
        rig.report(b, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Open);
        QCOMPARE(rig.shot().opened, 2U);
    }

    void aNeutralProbeFreesItsPlace()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 a = rig.admit();
        QVERIFY(rig.admit() > 0);
        QVERIFY(rig.admit() > 0);
        QCOMPARE(rig.admit(), 0U);
        rig.report(a, Outcome::Neutral);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        QVERIFY(rig.admit() > 0);
        QCOMPARE(rig.admit(), 0U);
    }

    void aProbeThatNeverReportsReopens()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 lost = rig.admit();
        QVERIFY(*rig.core.deadline() == rig.now + 60s);
        rig.now += 60s - 1ns;
        rig.core.checkDeadline(rig.now);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        rig.now += 1ns;
        rig.core.checkDeadline(rig.now);
        QCOMPARE(rig.state(), BreakerState::Open);
        QCOMPARE(rig.shot().lastFailure, u"probe did not report"_s);
        rig.report(lost, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(!rig.core.deadline());
    }

    void theDeadlineAlsoActsWithoutATimer()
    {
        Rig rig;
        rig.halfOpen();
        QVERIFY(rig.admit() > 0);
        rig.now += 61s;
        QCOMPARE(rig.admit(), 0U); // re-opened just now, so the break runs anew
        QCOMPARE(rig.state(), BreakerState::Open);
    }

    void noProbeOutMeansNoDeadline()
    {
        Rig rig;
        rig.halfOpen();
        rig.call(Outcome::Neutral);
        rig.now += 10h;
        rig.core.checkDeadline(rig.now);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        QVERIFY(rig.admit() > 0);
        QVERIFY(*rig.core.deadline() == rig.now + 60s); // a new one
    }

    void theBreakGrowsPerFailedProbeAndShrinksAfterClosing()
    {
        BreakerConfig config;
        config.breakGrowth = 2.0;
        config.maxBreak = 100s;
        Rig rig(config);
        rig.open();
        for (const auto expected : {30s, 60s, 100s, 100s}) {
            QVERIFY(rig.shot().retryAfter == expected);
            rig.now += expected;
            rig.call(Outcome::Failure);
        }
        rig.now += 100s;
        rig.call(Outcome::Success);
        rig.call(Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.open();
        QVERIFY(rig.shot().retryAfter == 30s);
    }

    void manyCyclesLeakNoPermits()
    {
        Rig rig;
        rig.open();
        for (int i = 0; i < 20; ++i) {
            rig.now += 30s;
            const quint64 a = rig.admit();
            QVERIFY(rig.admit() > 0);
            QVERIFY(rig.admit() > 0);
            QCOMPARE(rig.admit(), 0U);
            rig.report(a, Outcome::Failure);
        }
        QCOMPARE(rig.shot().opened, 21U);
        QCOMPARE(rig.shot().probesOut, 0);
    }

    // Generations

    void aCallOfTheClosedTimeDoesNotDecideForAProbe_data()
    {
        QTest::addColumn<Outcome>("outcome");
        QTest::newRow("success") << Outcome::Success;
        QTest::newRow("failure") << Outcome::Failure;
        QTest::newRow("neutral") << Outcome::Neutral;
    }
    void aCallOfTheClosedTimeDoesNotDecideForAProbe()
    {
        QFETCH(Outcome, outcome);
        Rig rig;
        const quint64 old = rig.admit();
        const quint64 old2 = rig.admit();
        rig.halfOpen();
        QVERIFY(rig.admit() > 0);
        rig.report(old, outcome);
        rig.report(old2, outcome);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
        QCOMPARE(rig.shot().probesOut, 1);
        QVERIFY(rig.admit() > 0);
        QVERIFY(rig.admit() > 0);
        QCOMPARE(rig.admit(), 0U);
    }

    void aProbeOfAnEarlierPeriodIsIgnored()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 first = rig.admit();
        rig.call(Outcome::Failure);
        rig.now += 30s;
        QVERIFY(rig.admit() > 0);
        rig.report(first, Outcome::Failure);
        QCOMPARE(rig.state(), BreakerState::HalfOpen);
    }

    void aResetInBetweenMakesOutcomesStale()
    {
        Rig rig;
        rig.halfOpen();
        const quint64 probe = rig.admit();
        rig.core.reset(rig.now);
        rig.report(probe, Outcome::Failure);
        QCOMPARE(rig.shot().consecutiveFailures, 0);
        QCOMPARE(rig.shot().stale, 1U);
    }

    // Manual

    void isolationHoldsUntilReset_data()
    {
        QTest::addColumn<int>("from");
        QTest::newRow("closed") << 0;
        QTest::newRow("open") << 1;
        QTest::newRow("half-open") << 2;
        QTest::newRow("disabled") << 3;
    }
    void isolationHoldsUntilReset()
    {
        QFETCH(int, from);
        Rig rig;
        if (from == 1)
            rig.open();
        if (from == 2) {
            rig.halfOpen();
            rig.admit();
        }
        if (from == 3)
            rig.core.setEnabled(false, rig.now);
        rig.moves();
        rig.core.isolate(u"on the train"_s, rig.now);
        rig.core.isolate(u"again"_s, rig.now);
        const auto transitions = rig.core.takeTransitions();
        QCOMPARE(transitions.size(), 1U);
        QVERIFY(transitions.front().manual);
        rig.now += 10h;
        rig.core.probeNow(rig.now);
        rig.core.setEnabled(false, rig.now);
        rig.core.setEnabled(true, rig.now);
        const auto admission = rig.core.acquire(rig.now);
        QVERIFY(!admission.admitted);
        QCOMPARE(admission.rejectedBy, BreakerState::Isolated);
        QVERIFY(!admission.retryAfter);
        QCOMPARE(rig.shot().reason, u"on the train"_s);
        rig.core.reset(rig.now);
        QCOMPARE(rig.state(), BreakerState::Closed);
        QVERIFY(rig.admit() > 0);
    }

    void outcomesDuringIsolationChangeNothing()
    {
        Rig rig;
        const quint64 a = rig.admit();
        rig.core.isolate(u"x"_s, rig.now);
        rig.report(a, Outcome::Success);
        QCOMPARE(rig.state(), BreakerState::Isolated);
        QCOMPARE(rig.shot().stale, 1U);
    }

    void mayStartIsolated()
    {
        BreakerConfig config;
        config.startIsolated = true;
        Rig rig(config);
        QCOMPARE(rig.admit(), 0U);
        QVERIFY(rig.moves().isEmpty());
    }

    void resetClearsTheCount()
    {
        Rig rig;
        rig.fail(4);
        rig.core.reset(rig.now); // closed already: silent
        QVERIFY(rig.moves().isEmpty());
        rig.fail(4);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.fail(1);
        rig.core.reset(rig.now);
        QCOMPARE(rig.moves(), (QStringList{u"closed>open"_s, u"open>closed"_s}));
        QCOMPARE(rig.shot().failures, 9U); // what happened is not forgotten
    }

    void probeNowLetsTheNextCallTry()
    {
        Rig rig;
        rig.open();
        rig.moves();
        rig.core.probeNow(rig.now);
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(rig.shot().probeDue);
        QVERIFY(rig.moves().isEmpty());
        rig.call(Outcome::Failure); // the probe takes a permit like anybody
        QCOMPARE(rig.state(), BreakerState::Open);
        QVERIFY(rig.shot().retryAfter == 30s);
    }

    void probeNowElsewhereDoesNothing()
    {
        Rig rig;
        rig.core.probeNow(rig.now);
        QCOMPARE(rig.state(), BreakerState::Closed);
    }

    void disabledAdmitsAndStillMeasures()
    {
        Rig rig;
        rig.open();
        rig.core.setEnabled(false, rig.now);
        rig.core.setEnabled(false, rig.now);
        rig.fail(20);
        QCOMPARE(rig.state(), BreakerState::Disabled);
        QCOMPARE(rig.shot().failures, 25U);
        rig.core.setEnabled(true, rig.now);
        QCOMPARE(rig.state(), BreakerState::Closed);
        rig.fail(4);
        QCOMPARE(rig.state(), BreakerState::Closed);
        QCOMPARE(
            rig.moves(), (QStringList{u"closed>open"_s, u"open>disabled"_s, u"disabled>closed"_s}));
    }

    // Measurement

    void countersAddUp()
    {
        Rig rig;
        rig.call(Outcome::Success);
        rig.call(Outcome::Failure);
        rig.call(Outcome::Neutral);
        rig.admit();
        const BreakerSnapshot s = rig.shot();
        QCOMPARE(s.admitted, 4U);
        QCOMPARE(s.successes + s.failures + s.neutral + s.stale, 3U);
        QCOMPARE(s.successRate(), 0.5);
        QCOMPARE(s.lastFailure, u"scripted"_s);
    }

    void everyTransitionTellsWhatHappened()
    {
        Rig rig;
        rig.open();
        rig.now += 30s;
        rig.call(Outcome::Failure);
        rig.core.isolate(u"on the train"_s, rig.now);
        rig.core.reset(rig.now);
        rig.core.setEnabled(false, rig.now);
        rig.core.setEnabled(true, rig.now);
        struct Told {
            QString move;
            QString reason;
            bool manual;
            std::chrono::milliseconds duration;
        };
        const QList<Told> expected{{u"closed>open"_s, u"5 failures in a row"_s, false, 30s},
            {u"open>half-open"_s, u"the break is over"_s, false, 0s},
            {u"half-open>open"_s, u"a probe failed"_s, false, 30s},
            {u"open>isolated"_s, u"on the train"_s, true, 0s},
            {u"isolated>closed"_s, u"reset"_s, true, 0s},
            {u"closed>disabled"_s, u"disabled"_s, true, 0s},
            {u"disabled>closed"_s, u"enabled"_s, true, 0s}};
        const auto told = rig.core.takeTransitions();
        QCOMPARE(static_cast<qsizetype>(told.size()), expected.size());
        for (std::size_t i = 0; i < told.size(); ++i) {
            const Told &want = expected.at(static_cast<qsizetype>(i));
            QCOMPARE(QString(nameOf(told[i].from) % u'>' % nameOf(told[i].to)), want.move);
            QVERIFY2(told[i].reason.contains(want.reason), qPrintable(told[i].reason));
            QCOMPARE(told[i].manual, want.manual);
            QVERIFY(told[i].breakDuration == want.duration);
        }
    }

    void everyTransitionIsCounted()
    {
        Rig rig;
        rig.halfOpen();
        rig.call(Outcome::Success);
        rig.call(Outcome::Success);
        QCOMPARE(rig.shot().transitions, 3U);
        QVERIFY(rig.shot().since == rig.now);
        QCOMPARE(rig.moves(),
            (QStringList{u"closed>open"_s, u"open>half-open"_s, u"half-open>closed"_s}));
        QVERIFY(rig.moves().isEmpty()); // taken once
    }
};

QTEST_GUILESS_MAIN(TestBreakerCore)
#include "test_breaker_core.moc"
