// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/resilience/breaker_core.h"

#include <QtCore/QMetaType>
#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <memory>

namespace signalbox {

class CircuitBreaker;

/*! The right to make one attempt. Reports at most once; dying unreported counts as neutral.
 *  Move-only; may outlive its breaker. */
class Permit final {
public:
    Permit() = default;
    Permit(Permit &&other) noexcept;
    Permit &operator=(Permit &&other) noexcept;
    Permit(const Permit &) = delete;
    Permit &operator=(const Permit &) = delete;
    ~Permit();
    //! `detail` is the failure's text, without secrets. A second report does nothing.
    void report(Outcome outcome, const QString &detail = {});

private:
    friend class CircuitBreaker;
    Permit(CircuitBreaker *breaker, quint64 generation);
    QPointer<CircuitBreaker> m_breaker;
    quint64 m_generation = 0;
};

/*! One per server. Thread-confined to its creator; owned by RestClient. State reads never change
 *  the state. Signals are emitted through the event loop after the change is committed, in the
 *  order of the changes; their slots may do anything, even delete the breaker. */
class CircuitBreaker final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CircuitBreaker)

public:
    //! A config that fails checkConfig() is replaced by the defaults, with a warning in the log.
    explicit CircuitBreaker(
        BreakerConfig config = {}, Clock &clock = systemClock(), QObject *parent = nullptr);

    //! A permit, or CircuitOpen / Isolated with the time until the next chance.
    [[nodiscard]] Result<std::shared_ptr<Permit>> tryAcquire();
    [[nodiscard]] BreakerState state() const;
    [[nodiscard]] BreakerSnapshot snapshot() const;

public Q_SLOTS:
    //! "Stay offline": rejects everything until reset().
    void isolate(const QString &reason);
    //! Lets the next call probe at once instead of after the break.
    void probeNow();
    void reset();
    void setEnabled(bool enabled);

Q_SIGNALS:
    //! Once per transition, in order.
    void stateChanged(const signalbox::Transition &transition);
    //! A call was rejected without touching the network; 0 when no time can be given.
    void callRejected(std::chrono::milliseconds retryAfter);
    //! Counters changed; coalesced to one per event loop turn.
    void metricsChanged();

private:
    friend class Permit;
    void report(quint64 generation, Outcome outcome, const QString &detail);
    void commit();
    void flush();
    void watchDeadline();
    [[nodiscard]] Failure rejection(const BreakerCore::Admission &admission) const;
    Clock &m_clock;
    BreakerCore m_core;
    bool m_flushQueued = false;
    std::vector<Transition> m_pending;
    std::vector<std::chrono::milliseconds> m_rejections;
    std::optional<Clock::TimePoint> m_watched; //!< The half-open deadline a timer runs for.
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::Transition)
