// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/resilience/breaker_core.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

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
    void report(Outcome outcome, const QString &detail = {});

private:
    friend class CircuitBreaker;
    Permit(CircuitBreaker *breaker, quint64 generation);
    QPointer<CircuitBreaker> m_breaker;
    quint64 m_generation = 0;
};

/*! One per server. Thread-confined to its creator; owned by RestClient. State reads never change
 *  the state. Signals are emitted through the event loop after the change is committed. */
class CircuitBreaker final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CircuitBreaker)

public:
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
    //! A call was rejected without touching the network.
    void callRejected(std::chrono::milliseconds retryAfter);
    //! Counters changed; coalesced to one per event loop turn.
    void metricsChanged();

private:
    friend class Permit;
    void report(quint64 generation, Outcome outcome, const QString &detail);
    void commit();
    Clock &m_clock;
    BreakerCore m_core;
    bool m_flushQueued = false;
    std::vector<Transition> m_pending;
};

} // namespace signalbox
