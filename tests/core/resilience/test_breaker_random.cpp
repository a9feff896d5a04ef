// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/resilience/breaker_core.h"

#include <QtTest/QTest>

#include <optional>
#include <random>
#include <set>

using namespace signalbox;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/*! The breaker's table written down as naively as possible, for comparison: integer milliseconds,
 *  the set of outstanding permits, no cleverness. */
class NaiveBreaker final {
public:
    enum class State : quint8 { Closed, Open, HalfOpen, Isolated, Disabled };
    State state = State::Closed;
    int failuresInARow = 0;
    qint64 until = 0;
    qint64 deadline = -1;
    int probesOut = 0;
    int probeSuccesses = 0;
    qint64 stale = 0;
    qint64 rejected = 0;
    std::set<int> current; // permits of the present state
    int nextPermit = 1;

    void go(State to)
    {
        state = to;
        current.clear();
        failuresInARow = 0;
        probesOut = probeSuccesses = 0;
        deadline = -1;
    }
    void openAt(qint64 now)
    {
        const int keep = failuresInARow;
        const bool fromProbe = state == State::HalfOpen;
        go(State::Open);
        failuresInARow = fromProbe ? 0 : keep;
        until = now + 30'000;
    }
    void tick(qint64 now)
    {
        if (state == State::HalfOpen && probesOut > 0 && now >= deadline)
            openAt(now);
    }
    std::optional<int> acquire(qint64 now)
    {
        tick(now);
        if (state == State::Open && now >= until)
            go(State::HalfOpen);
        const bool probe = state == State::HalfOpen;
        const bool allowed = state == State::Closed || state == State::Disabled
            || (probe && probesOut + probeSuccesses < 3);
        if (!allowed) {
            ++rejected;
            return std::nullopt;
        }
        if (probe && probesOut++ == 0)
            deadline = now + 60'000;
        current.insert(nextPermit);
        return nextPermit++;
    }
    void report(int permit, Outcome outcome, qint64 now)
    {
        tick(now);
        if (current.erase(permit) == 0) {
            ++stale;
            return;
        }
        if (state == State::HalfOpen) {
            --probesOut;
            if (outcome == Outcome::Failure)
                openAt(now);
            else if (outcome == Outcome::Success && ++probeSuccesses == 2)
                go(State::Closed);
            return;
        }
        if (outcome == Outcome::Success)
            failuresInARow = 0;
        if (outcome == Outcome::Failure && ++failuresInARow >= 5 && state == State::Closed)
            openAt(now);
    }
};

QString nameOfState(NaiveBreaker::State state)
{
    static const QStringList names{
        u"closed"_s, u"open"_s, u"half-open"_s, u"isolated"_s, u"disabled"_s};
    return names.at(static_cast<int>(state));
}

} // namespace

class TestBreakerRandom final : public QObject {
    Q_OBJECT

private:
    struct Pair {
        int naive = 0;
        quint64 real = 0;
    };

private Q_SLOTS:
    void agreesWithANaiveModel_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 12; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }

    void agreesWithANaiveModel()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const Clock::TimePoint start{1h};
        qint64 now = 0;
        BreakerCore real({}, start);
        NaiveBreaker naive;
        std::vector<Pair> out;
        const auto at = [&] { return start + std::chrono::milliseconds(now); };
        const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
        for (int step = 0; step < 10'000; ++step) {
            const unsigned what = pick(100);
            if (what < 40) {
                const auto admission = real.acquire(at());
                const auto permit = naive.acquire(now);
                QCOMPARE(admission.admitted, permit.has_value());
                if (permit)
                    out.push_back({*permit, admission.generation});
            } else if (what < 85 && !out.empty()) {
                const size_t i = pick(static_cast<unsigned>(out.size()));
                const unsigned dice = pick(10);
                const Outcome outcome = dice < 5 ? Outcome::Failure
                    : dice < 9                   ? Outcome::Success
                                                 : Outcome::Neutral;
                real.report(out[i].real, outcome, u"x"_s, at());
                naive.report(out[i].naive, outcome, now);
                out.erase(out.begin() + static_cast<qint64>(i));
            } else if (what < 96) {
                now += qint64{pick(4) == 0 ? pick(40'000) : pick(500)};
                real.checkDeadline(at());
                naive.tick(now);
            } else {
                manual(pick(6), real, naive, at(), now);
            }
            QCOMPARE(nameOf(real.state()), nameOfState(naive.state));
            const BreakerSnapshot shot = real.snapshot(at());
            QCOMPARE(shot.admitted,
                shot.successes + shot.failures + shot.neutral + shot.stale + out.size());
            QCOMPARE(shot.stale, static_cast<quint64>(naive.stale));
            QCOMPARE(shot.rejected, static_cast<quint64>(naive.rejected));
        }
        BreakerState last = BreakerState::Closed;
        for (const Transition &t : real.takeTransitions()) {
            QCOMPARE(t.from, last); // an unbroken chain
            QVERIFY(t.from != t.to);
            last = t.to;
        }
        QCOMPARE(last, real.state());
    }

private:
    static void manual(
        unsigned what, BreakerCore &real, NaiveBreaker &naive, Clock::TimePoint at, qint64 now)
    {
        using State = NaiveBreaker::State;
        if (what == 0 && naive.state != State::Isolated) {
            real.isolate(u"x"_s, at);
            naive.go(State::Isolated);
        } else if (what <= 2) {
            real.reset(at);
            if (naive.state == State::Closed)
                naive.failuresInARow = 0;
            else
                naive.go(State::Closed);
        } else if (what == 3) {
            real.probeNow(at);
            if (naive.state == State::Open)
                naive.until = std::min(naive.until, now);
        } else if (naive.state != State::Isolated) {
            const bool enable = naive.state == State::Disabled;
            real.setEnabled(enable, at);
            naive.go(enable ? State::Closed : State::Disabled);
        }
    }
};

QTEST_GUILESS_MAIN(TestBreakerRandom)
#include "test_breaker_random.moc"
