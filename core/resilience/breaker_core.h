// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <QtCore/QString>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace signalbox {

enum class BreakerState : quint8 { Closed, Open, HalfOpen, Isolated, Disabled };
//! "closed", "open", "half-open", "isolated", "disabled".
[[nodiscard]] QString nameOf(BreakerState state);

//! What an attempt says about the server's health; not whether the user got what they wanted.
enum class Outcome : quint8 { Success, Failure, Neutral };

struct BreakerConfig {
    int failureThreshold = 5; //!< Consecutive failures that open the circuit.
    std::chrono::milliseconds breakDuration{30'000};
    int halfOpenMaxCalls = 3; //!< Outstanding probes plus successes of one half-open period.
    int successesToClose = 2;
    std::chrono::milliseconds halfOpenDeadline{60'000}; //!< A probe that never reports re-opens.
    double breakGrowth = 1.0; //!< Factor per failed probe; 1 keeps the break constant.
    std::chrono::milliseconds maxBreak{300'000};
    //! Optional ratio rule besides the consecutive one: failures / calls >= ratio within `window`.
    std::optional<double> failureRatio;
    int minimumThroughput = 10;
    std::chrono::milliseconds window{30'000};
    bool startIsolated = false; //!< "Stay offline" from the first call on.
};

//! InvalidInput naming the first value that makes no sense; a breaker is never built from it.
[[nodiscard]] Result<void> checkConfig(const BreakerConfig &config);

struct Transition {
    BreakerState from = BreakerState::Closed;
    BreakerState to = BreakerState::Closed;
    QString reason;
    bool manual = false; //!< A person asked for it.
    Clock::TimePoint at;
    std::chrono::milliseconds breakDuration{0}; //!< Meaningful when `to` is Open.
};

struct BreakerSnapshot {
    BreakerState state = BreakerState::Closed;
    int consecutiveFailures = 0;
    std::chrono::milliseconds retryAfter{0}; //!< Time until a probe is allowed; 0 unless open.
    bool probeDue = false; //!< Open, and the next acquire would become a probe.
    int probesOut = 0; //!< Probes on their way, while half-open.
    quint64 admitted = 0; //!< Equals successes + failures + neutral + stale + those on their way.
    quint64 successes = 0;
    quint64 failures = 0;
    quint64 neutral = 0;
    quint64 stale = 0; //!< Outcomes that arrived after the state had moved on.
    quint64 rejected = 0;
    quint64 opened = 0;
    quint64 transitions = 0;
    QString lastFailure;
    QString reason; //!< Of the last transition.
    Clock::TimePoint since; //!< When the present state began.
    //! successes / (successes + failures); 1.0 before the first call.
    [[nodiscard]] double successRate() const;
};

/*! The breaker's rules without timers, signals or I/O: every call takes `now` and the transitions
 *  pile up until taken. Value type, used from one thread.
 *
 *  An outcome counts only while the state that admitted the call still lasts (its generation):
 *  a late answer neither prolongs a break nor decides for a probe. Isolation is the user's word:
 *  only reset() ends it, setEnabled() does not. */
class BreakerCore final {
public:
    struct Admission {
        bool admitted = false;
        quint64 generation = 0;
        BreakerState rejectedBy = BreakerState::Closed;
        std::optional<std::chrono::milliseconds> retryAfter;
    };

    //! `config` must pass checkConfig().
    explicit BreakerCore(BreakerConfig config, Clock::TimePoint now);

    [[nodiscard]] Admission acquire(Clock::TimePoint now);
    //! The outcome of an admitted call; ignored (counted stale) when its generation has passed.
    void report(quint64 generation, Outcome outcome, const QString &detail, Clock::TimePoint now);
    //! Re-opens a half-open circuit whose probes did not report in time.
    void checkDeadline(Clock::TimePoint now);
    void isolate(const QString &reason, Clock::TimePoint now);
    void reset(Clock::TimePoint now);
    void probeNow(Clock::TimePoint now);
    void setEnabled(bool enabled, Clock::TimePoint now);

    [[nodiscard]] BreakerState state() const { return m_state; }
    [[nodiscard]] BreakerSnapshot snapshot(Clock::TimePoint now) const;
    [[nodiscard]] std::vector<Transition> takeTransitions();
    //! When checkDeadline should be called, while probes are on their way.
    [[nodiscard]] std::optional<Clock::TimePoint> deadline() const;

private:
    struct Sample {
        Clock::TimePoint at;
        bool failed = false;
    };
    void moveTo(BreakerState to, const QString &reason, bool manual, Clock::TimePoint now);
    void open(const QString &reason, Clock::TimePoint now);
    void close(const QString &reason, bool manual, Clock::TimePoint now);
    void clearRules();
    [[nodiscard]] Admission admitProbe(Clock::TimePoint now);
    [[nodiscard]] Admission reject(std::optional<std::chrono::milliseconds> retryAfter);
    void countWhileClosed(bool failed, const QString &detail, Clock::TimePoint now);
    void countWhileHalfOpen(Outcome outcome, const QString &detail, Clock::TimePoint now);
    [[nodiscard]] bool ratioReached(Clock::TimePoint now);
    [[nodiscard]] std::chrono::milliseconds currentBreak() const;

    BreakerConfig m_config;
    BreakerState m_state = BreakerState::Closed;
    quint64 m_generation = 1;
    int m_consecutive = 0;
    int m_probesOut = 0;
    int m_probeSuccesses = 0;
    int m_failedProbes = 0;
    Clock::TimePoint m_until;
    Clock::TimePoint m_deadline;
    Clock::TimePoint m_since;
    std::deque<Sample> m_window;
    std::vector<Transition> m_transitions;
    BreakerSnapshot m_counters;
};

} // namespace signalbox
