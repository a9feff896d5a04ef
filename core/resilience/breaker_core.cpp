// SPDX-License-Identifier: Apache-2.0
#include "core/resilience/breaker_core.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using std::chrono::milliseconds;

//! Longest time anything here may take; keeps `now + duration` far from the clock's end.
constexpr milliseconds kLongest = std::chrono::hours(24 * 365);
//! What a caller is told to wait while all probes are on their way.
constexpr milliseconds kProbeWait{1'000};

milliseconds remaining(Clock::TimePoint until, Clock::TimePoint now)
{
    // Rounded up, so that who waits this long is not early by a fraction.
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - now));
}

QString secondsText(milliseconds time)
{
    return QString::number(static_cast<double>(time.count()) / 1000.0, 'g', 6) % u" s";
}

} // namespace

QString nameOf(BreakerState state)
{
    switch (state) {
    case BreakerState::Closed:
        return u"closed"_s;
    case BreakerState::Open:
        return u"open"_s;
    case BreakerState::HalfOpen:
        return u"half-open"_s;
    case BreakerState::Isolated:
        return u"isolated"_s;
    case BreakerState::Disabled:
        return u"disabled"_s;
    }
    return u"closed"_s;
}

Result<void> checkConfig(const BreakerConfig &config)
{
    const auto wrong = [](const QString &what) {
        return Failure(ErrorKind::InvalidInput, u"The circuit breaker cannot work: "_s % what);
    };
    const auto badTime = [](milliseconds t) { return t.count() <= 0 || t > kLongest; };
    if (config.failureThreshold < 1)
        return wrong(u"the failure threshold must be at least 1."_s);
    if (badTime(config.breakDuration) || badTime(config.maxBreak)
        || badTime(config.halfOpenDeadline) || badTime(config.window))
        return wrong(u"every duration must be between 1 ms and one year."_s);
    if (config.halfOpenMaxCalls < 1)
        return wrong(u"at least one probe must be allowed."_s);
    if (config.successesToClose < 1 || config.successesToClose > config.halfOpenMaxCalls)
        return wrong(u"the successes that close it must be between 1 and the number of probes."_s);
    if (!(config.breakGrowth >= 1.0 && config.breakGrowth <= 100.0))
        return wrong(u"the growth of the break must be between 1 and 100."_s);
    if (config.failureRatio && !(*config.failureRatio > 0.0 && *config.failureRatio <= 1.0))
        return wrong(u"the failure ratio must be above 0 and at most 1."_s);
    if (config.minimumThroughput < 2)
        return wrong(u"the minimum throughput must be at least 2."_s);
    return {};
}

double BreakerSnapshot::successRate() const
{
    const quint64 total = successes + failures;
    return total == 0 ? 1.0 : static_cast<double>(successes) / static_cast<double>(total);
}

BreakerCore::BreakerCore(BreakerConfig config, Clock::TimePoint now)
    : m_config(config)
    , m_since(now)
{
    Q_ASSERT(checkConfig(config));
    if (config.startIsolated)
        m_state = BreakerState::Isolated;
}

BreakerCore::Admission BreakerCore::acquire(Clock::TimePoint now)
{
    checkDeadline(now);
    switch (m_state) {
    case BreakerState::Closed:
    case BreakerState::Disabled:
        ++m_counters.admitted;
        return {.admitted = true, .generation = m_generation, .retryAfter = {}};
    case BreakerState::Isolated:
        return reject(std::nullopt);
    case BreakerState::Open:
        if (now < m_until)
            return reject(remaining(m_until, now));
        m_probesOut = 0;
        m_probeSuccesses = 0;
        moveTo(BreakerState::HalfOpen, u"the break is over, trying again"_s, false, now);
        return admitProbe(now);
    case BreakerState::HalfOpen:
        if (m_probesOut + m_probeSuccesses >= m_config.halfOpenMaxCalls)
            return reject(kProbeWait);
        return admitProbe(now);
    }
    return {};
}

BreakerCore::Admission BreakerCore::admitProbe(Clock::TimePoint now)
{
    if (m_probesOut++ == 0)
        m_deadline = now + m_config.halfOpenDeadline;
    ++m_counters.admitted;
    return {.admitted = true, .generation = m_generation, .retryAfter = {}};
}

BreakerCore::Admission BreakerCore::reject(std::optional<milliseconds> retryAfter)
{
    ++m_counters.rejected;
    return {.admitted = false, .rejectedBy = m_state, .retryAfter = retryAfter};
}

void BreakerCore::report(
    quint64 generation, Outcome outcome, const QString &detail, Clock::TimePoint now)
{
    checkDeadline(now);
    if (generation != m_generation) {
        ++m_counters.stale;
        return;
    }
    switch (outcome) {
    case Outcome::Success:
        ++m_counters.successes;
        break;
    case Outcome::Failure:
        ++m_counters.failures;
        m_counters.lastFailure = detail;
        break;
    case Outcome::Neutral:
        ++m_counters.neutral;
        break;
    }
    if (m_state == BreakerState::HalfOpen)
        countWhileHalfOpen(outcome, detail, now);
    else if (outcome != Outcome::Neutral)
        countWhileClosed(outcome == Outcome::Failure, detail, now);
}

void BreakerCore::countWhileClosed(bool failed, const QString &detail, Clock::TimePoint now)
{
    m_consecutive = failed ? m_consecutive + 1 : 0;
    if (m_config.failureRatio)
        m_window.push_back({now, failed});
    if (!failed || m_state != BreakerState::Closed)
        return;
    if (m_consecutive >= m_config.failureThreshold)
        open(QString::number(m_consecutive) % u" failures in a row, the last: "_s % detail, now);
    else if (ratioReached(now))
        open(u"too many failures within "_s % secondsText(m_config.window) % u", the last: "_s
                % detail,
            now);
}

void BreakerCore::countWhileHalfOpen(Outcome outcome, const QString &detail, Clock::TimePoint now)
{
    --m_probesOut;
    if (outcome == Outcome::Neutral)
        return;
    if (outcome == Outcome::Failure) {
        ++m_failedProbes;
        open(u"a probe failed: "_s % detail, now);
        return;
    }
    if (++m_probeSuccesses >= m_config.successesToClose)
        close(u"the server answers again"_s, false, now);
}

void BreakerCore::checkDeadline(Clock::TimePoint now)
{
    const auto due = deadline();
    if (!due || now < *due)
        return;
    ++m_failedProbes;
    m_counters.lastFailure = u"probe did not report"_s;
    open(m_counters.lastFailure, now);
}

void BreakerCore::isolate(const QString &reason, Clock::TimePoint now)
{
    if (m_state == BreakerState::Isolated)
        return;
    clearRules();
    moveTo(BreakerState::Isolated, reason, true, now);
}

void BreakerCore::reset(Clock::TimePoint now)
{
    if (m_state == BreakerState::Closed)
        clearRules();
    else
        close(u"reset"_s, true, now);
}

void BreakerCore::probeNow(Clock::TimePoint now)
{
    if (m_state == BreakerState::Open)
        m_until = std::min(m_until, now);
}

void BreakerCore::setEnabled(bool enabled, Clock::TimePoint now)
{
    if (m_state == BreakerState::Isolated || enabled == (m_state != BreakerState::Disabled))
        return;
    if (enabled) {
        close(u"enabled"_s, true, now);
    } else {
        clearRules();
        moveTo(BreakerState::Disabled, u"disabled"_s, true, now);
    }
}

BreakerSnapshot BreakerCore::snapshot(Clock::TimePoint now) const
{
    BreakerSnapshot s = m_counters;
    s.state = m_state;
    s.consecutiveFailures = m_consecutive;
    s.since = m_since;
    if (m_state == BreakerState::HalfOpen)
        s.probesOut = m_probesOut;
    if (m_state == BreakerState::Open) {
        s.retryAfter = remaining(m_until, now);
        s.probeDue = now >= m_until;
    }
    return s;
}

std::vector<Transition> BreakerCore::takeTransitions()
{
    return std::exchange(m_transitions, {});
}

std::optional<Clock::TimePoint> BreakerCore::deadline() const
{
    if (m_state != BreakerState::HalfOpen || m_probesOut == 0)
        return std::nullopt;
    return m_deadline;
}

void BreakerCore::moveTo(BreakerState to, const QString &reason, bool manual, Clock::TimePoint now)
{
    Transition t{.from = m_state, .to = to, .reason = reason, .manual = manual, .at = now};
    if (to == BreakerState::Open)
        t.breakDuration = remaining(m_until, now);
    m_state = to;
    m_since = now;
    ++m_generation;
    ++m_counters.transitions;
    m_counters.reason = reason;
    m_transitions.push_back(std::move(t));
}

void BreakerCore::open(const QString &reason, Clock::TimePoint now)
{
    m_until = now + currentBreak();
    ++m_counters.opened;
    moveTo(BreakerState::Open, reason, false, now);
}

void BreakerCore::close(const QString &reason, bool manual, Clock::TimePoint now)
{
    clearRules();
    moveTo(BreakerState::Closed, reason, manual, now);
}

void BreakerCore::clearRules()
{
    m_consecutive = 0;
    m_failedProbes = 0;
    m_probesOut = 0;
    m_probeSuccesses = 0;
    m_window.clear();
}

bool BreakerCore::ratioReached(Clock::TimePoint now)
{
    if (!m_config.failureRatio)
        return false;
    while (!m_window.empty() && now - m_window.front().at >= m_config.window)
        m_window.pop_front();
    const auto total = std::ssize(m_window);
    if (total < m_config.minimumThroughput)
        return false;
    const auto failed = std::count_if(
        m_window.begin(), m_window.end(), [](const Sample &sample) { return sample.failed; });
    return static_cast<double>(failed) >= *m_config.failureRatio * static_cast<double>(total);
}

milliseconds BreakerCore::currentBreak() const
{
    const double longest =
        static_cast<double>(std::max(m_config.maxBreak, m_config.breakDuration).count());
    const double grown = static_cast<double>(m_config.breakDuration.count())
        * std::pow(m_config.breakGrowth, m_failedProbes);
    return milliseconds(static_cast<qint64>(std::min(longest, grown)));
}

} // namespace signalbox
