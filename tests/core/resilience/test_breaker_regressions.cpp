// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/resilience/circuit_breaker.h"
#include "tests/core/tracking/tracking_bench.h"

#include <stdexcept>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using PermitPtr = std::shared_ptr<Permit>;

//! A breaker, its clock and the permits of calls on their way.
struct Rig {
    ManualClock clock;
    CircuitBreaker breaker{{}, clock};
    QList<PermitPtr> out;

    bool acquire()
    {
        const Result<PermitPtr> permit = breaker.tryAcquire();
        if (permit)
            out << permit.value();
        return permit.hasValue();
    }
    void report(Outcome outcome) { out.takeFirst()->report(outcome, u"scripted"_s); }
    void call(Outcome outcome)
    {
        if (acquire())
            report(outcome);
    }
    void open()
    {
        for (int i = 0; i < 5; ++i)
            call(Outcome::Failure);
    }
    //! Half-open, with this many probes on their way.
    void halfOpen(int probes)
    {
        open();
        clock.advance(30s);
        for (int i = 0; i < probes; ++i)
            acquire();
    }
    [[nodiscard]] BreakerSnapshot shot() const { return breaker.snapshot(); }
};

using Step = std::function<void(Rig &)>;

} // namespace

Q_DECLARE_METATYPE(Step)

/*! The breaker that our users come from: its transition table, and each of its defects as a test
 *  that fails when the defect comes back. */
class TestBreakerRegressions final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void transitionTable_data()
    {
        QTest::addColumn<Step>("from");
        QTest::addColumn<Step>("event");
        QTest::addColumn<BreakerState>("to");
        QTest::addColumn<int>("consecutive");
        QTest::addColumn<int>("opened");
        QTest::addColumn<int>("rejected");
        QTest::addColumn<int>("probesOut");
        QTest::addColumn<int>("transitions");
        QTest::addColumn<int>("retryAfterMs");
        const auto row = [](const char *name, Step from, Step event,
                             BreakerState to) -> QTestData & {
            return QTest::newRow(name) << std::move(from) << std::move(event) << to;
        };
        const Step nothing = [](Rig &) {};
        const Step fourFailures = [](Rig &rig) {
            for (int i = 0; i < 4; ++i)
                rig.call(Outcome::Failure);
        };
        const Step open = [](Rig &rig) { rig.open(); };
        const Step breakOver = [](Rig &rig) { rig.halfOpen(0); };
        const Step oneProbe = [](Rig &rig) { rig.halfOpen(1); };
        const Step allProbes = [](Rig &rig) { rig.halfOpen(3); };
        const Step acquire = [](Rig &rig) { rig.acquire(); };
        const Step fail = [](Rig &rig) { rig.call(Outcome::Failure); };
        const Step succeed = [](Rig &rig) { rig.call(Outcome::Success); };
        const Step probeSucceeds = [](Rig &rig) { rig.report(Outcome::Success); };
        const Step probeFails = [](Rig &rig) {
            rig.clock.advance(10s);
            rig.report(Outcome::Failure);
        };
        // consecutive, opened, rejected, probes out, transitions, retry after
        row("closed, success", fourFailures, succeed, BreakerState::Closed)
            << 0 << 0 << 0 << 0 << 0 << 0;
        row("closed, a failure below the threshold", nothing, fail, BreakerState::Closed)
            << 1 << 0 << 0 << 0 << 0 << 0;
        row("closed, failure number five", fourFailures, fail, BreakerState::Open)
            << 5 << 1 << 0 << 0 << 1 << 30'000;
        // The old one became half-open because somebody looked; here only a call changes it.
        row("open, state read after the break", breakOver, nothing, BreakerState::Open)
            << 5 << 1 << 0 << 0 << 1 << 0;
        row("open, call after the break", breakOver, acquire, BreakerState::HalfOpen)
            << 5 << 1 << 0 << 1 << 2 << 0;
        row("open, call during the break", open, acquire, BreakerState::Open)
            << 5 << 1 << 1 << 0 << 1 << 30'000;
        row("half-open, call with a place free", oneProbe, acquire, BreakerState::HalfOpen)
            << 5 << 1 << 0 << 2 << 2 << 0;
        // The old one did not count this rejection, and its sister let a fourth call pass.
        row("half-open, call with all places taken", allProbes, acquire, BreakerState::HalfOpen)
            << 5 << 1 << 1 << 3 << 2 << 0;
        row("half-open, first success", allProbes, probeSucceeds, BreakerState::HalfOpen)
            << 5 << 1 << 0 << 2 << 2 << 0;
        row(
            "half-open, second success", allProbes,
            [](Rig &rig) {
                rig.report(Outcome::Success);
                rig.report(Outcome::Success);
            },
            BreakerState::Closed)
            << 0 << 1 << 0 << 0 << 3 << 0;
        row("half-open, any failure", allProbes, probeFails, BreakerState::Open)
            << 5 << 2 << 0 << 0 << 3 << 30'000;
    }
    void transitionTable()
    {
        QFETCH(Step, from);
        QFETCH(Step, event);
        Rig rig;
        from(rig);
        event(rig);
        const BreakerSnapshot shot = rig.shot();
        QTEST(shot.state, "to");
        QTEST(shot.consecutiveFailures, "consecutive");
        QTEST(static_cast<int>(shot.opened), "opened");
        QTEST(static_cast<int>(shot.rejected), "rejected");
        QTEST(shot.probesOut, "probesOut");
        QTEST(static_cast<int>(shot.transitions), "transitions");
        QTEST(static_cast<int>(shot.retryAfter.count()), "retryAfterMs");
    }

    void defect1RejectedCallsKeptTheCircuitOpen()
    {
        Rig rig;
        rig.open();
        for (int i = 0; i < 29; ++i) { // a client that asks every second
            rig.clock.advance(1s);
            QVERIFY(!rig.acquire());
        }
        rig.clock.advance(1s);
        QVERIFY(rig.acquire());
        QCOMPARE(rig.shot().opened, 1U);
        QCOMPARE(rig.shot().failures, 5U);
    }

    void defect2HalfOpenWasADeadEnd()
    {
        Rig rig;
        rig.halfOpen(0);
        for (int i = 0; i < 10; ++i) {
            QVERIFY(rig.acquire());
            rig.out.clear(); // ends without a word and gives its place back
        }
        for (int i = 0; i < 3; ++i)
            QVERIFY(rig.acquire()); // and these three never end at all
        QVERIFY(!rig.acquire());
        rig.clock.advance(60s);
        rig.clock.advance(30s);
        QVERIFY(rig.acquire());
    }

    //! "No versions" was neither a success nor a failure; it is the answer of a living server.
    void defect2AnEmptyAnswerClosesTheCircuit()
    {
        QTemporaryDir dir;
        TrackingBench bench(dir.path());
        bench.mlflow->down = true;
        for (int i = 0; i < 5; ++i)
            QVERIFY(!bench.outcome(bench.server->registry.versions(u"none"_s)));
        QCOMPARE(bench.server->breaker().state(), BreakerState::Open);
        bench.mlflow->down = false;
        bench.server->breaker().probeNow();
        for (int i = 0; i < 2; ++i) {
            const auto versions = bench.outcome(bench.server->registry.versions(u"none"_s));
            VERIFY_OK(versions);
            QVERIFY(versions->isEmpty());
        }
        QCOMPARE(bench.server->breaker().state(), BreakerState::Closed);
    }

    void defect3BugsOfTheUserOpenedTheCircuit()
    {
        QTemporaryDir dir;
        TrackingBench bench(dir.path());
        for (int i = 0; i < 6; ++i) {
            try {
                RunSession run = bench.run();
                throw std::runtime_error("a bug in the training");
            } catch (const std::exception &) {
            }
            QVERIFY(!bench.outcome(bench.server->runs.get(RunId(u"unknown"_s))));
        }
        QVERIFY(bench.settles());
        QCOMPARE(bench.mlflow->runs.size(), 6);
        QCOMPARE(bench.server->breaker().state(), BreakerState::Closed);
        QCOMPARE(bench.server->breaker().snapshot().failures, 0U);
    }

    void defect4LoggingWentAroundTheBreaker()
    {
        QTemporaryDir dir;
        TrackingBench bench(dir.path());
        RunSession run = bench.run();
        VERIFY_OK(bench.outcome(run.synced()));
        bench.server->breaker().isolate(u"the server is known to be away"_s);
        const int before = bench.fake->count();
        for (int i = 0; i < 100; ++i)
            VERIFY_OK(bench.outcome(run.logMetrics({{u"loss"_s, 0.5, 0, i, {}, {}, {}}})));
        QCOMPARE(bench.fake->count(), before);
        QVERIFY(bench.server->breaker().snapshot().rejected > 0); // it did ask
        bench.server->breaker().reset();
        VERIFY_OK(bench.outcome(run.synced()));
        QCOMPARE(bench.mlflow->onlyRun().metrics.size(), 100);
    }

    void defect4ASuccessNobodyAskedForClosedTheCircuit()
    {
        Rig rig;
        rig.acquire();
        rig.acquire();
        QList<PermitPtr> early;
        early.swap(rig.out);
        rig.halfOpen(1);
        for (const PermitPtr &permit : early)
            permit->report(Outcome::Success);
        QCOMPARE(rig.breaker.state(), BreakerState::HalfOpen);
    }

    //! Only "closed" counted as enabled, so that nothing was tried in half-open, only simulated.
    void defect5HalfOpenTriesForReal()
    {
        QTemporaryDir dir;
        TrackingBench bench(dir.path());
        bench.mlflow->down = true;
        for (int i = 0; i < 5; ++i)
            QVERIFY(!bench.outcome(bench.server->registry.versions(u"none"_s)));
        bench.mlflow->down = false;
        bench.server->breaker().probeNow();
        const int before = bench.fake->count();
        VERIFY_OK(bench.outcome(bench.server->registry.versions(u"none"_s)));
        QCOMPARE(bench.server->breaker().state(), BreakerState::HalfOpen);
        QCOMPARE(bench.fake->count(), before + 1);
        VERIFY_OK(bench.outcome(bench.server->registry.versions(u"none"_s)));
        QCOMPARE(bench.fake->count(), before + 2);
    }

    void readingTheStateChangedIt()
    {
        Rig rig;
        rig.open();
        rig.clock.advance(10h);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(rig.breaker.state(), BreakerState::Open);
        QVERIFY(rig.shot().probeDue); // what "reads half-open" meant
        QCOMPARE(rig.shot().transitions, 1U);
    }

    void failuresWhileOpenCountedAgain()
    {
        Rig rig;
        for (int i = 0; i < 10; ++i)
            rig.acquire();
        while (!rig.out.isEmpty()) {
            rig.report(Outcome::Failure);
            rig.clock.advance(1s);
        }
        QCOMPARE(rig.shot().opened, 1U);
        QVERIFY(rig.shot().retryAfter == 24s); // since the fifth, not since the last
    }
};

QTEST_GUILESS_MAIN(TestBreakerRegressions)
#include "test_breaker_regressions.moc"
