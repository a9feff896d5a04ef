// SPDX-License-Identifier: Apache-2.0
#include "core/resilience/circuit_breaker.h"

#include "core/base/logging.h"

#include <QtCore/QThread>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

BreakerConfig usable(const BreakerConfig &config)
{
    const Result<void> check = checkConfig(config);
    if (check)
        return config;
    qCWarning(lcBreaker).noquote() << check.error().message << "Using the defaults.";
    return {};
}

} // namespace

Permit::Permit(CircuitBreaker *breaker, quint64 generation)
    : m_breaker(breaker)
    , m_generation(generation)
{
}

Permit::Permit(Permit &&other) noexcept
    : m_breaker(std::exchange(other.m_breaker, nullptr))
    , m_generation(other.m_generation)
{
}

Permit &Permit::operator=(Permit &&other) noexcept
{
    if (this != &other) {
        report(Outcome::Neutral);
        m_breaker = std::exchange(other.m_breaker, nullptr);
        m_generation = other.m_generation;
    }
    return *this;
}

Permit::~Permit()
{
    report(Outcome::Neutral);
}

void Permit::report(Outcome outcome, const QString &detail)
{
    if (CircuitBreaker *breaker = std::exchange(m_breaker, nullptr).data())
        breaker->report(m_generation, outcome, detail);
}

CircuitBreaker::CircuitBreaker(BreakerConfig config, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_core(usable(config), clock.now())
{
}

Result<std::shared_ptr<Permit>> CircuitBreaker::tryAcquire()
{
    Q_ASSERT(thread() == QThread::currentThread());
    const BreakerCore::Admission admission = m_core.acquire(m_clock.now());
    if (!admission.admitted)
        m_rejections.push_back(admission.retryAfter.value_or(std::chrono::milliseconds(0)));
    commit();
    if (!admission.admitted)
        return rejection(admission);
    return std::shared_ptr<Permit>(new Permit(this, admission.generation));
}

Failure CircuitBreaker::rejection(const BreakerCore::Admission &admission) const
{
    const BreakerSnapshot now = snapshot();
    if (admission.rejectedBy == BreakerState::Isolated)
        return Failure(ErrorKind::Isolated,
            now.reason.isEmpty() ? u"Signalbox is set to stay offline."_s
                                 : QString(u"Signalbox is set to stay offline: "_s % now.reason),
            u"Go online again to reach the server."_s);
    const auto wait = admission.retryAfter.value_or(std::chrono::milliseconds(0));
    const QString last = now.lastFailure.isEmpty() ? u"unknown"_s : now.lastFailure;
    Failure failure(ErrorKind::CircuitOpen,
        u"Not sent: the server failed repeatedly and is left alone for now. Last failure: "_s
            % last,
        u"The next attempt is allowed in "_s
            % QString::number(std::chrono::ceil<std::chrono::seconds>(wait).count())
            % u" s. Check meanwhile that the server is running."_s);
    failure.error.retryAfter = wait;
    return failure;
}

BreakerState CircuitBreaker::state() const
{
    return m_core.state();
}

BreakerSnapshot CircuitBreaker::snapshot() const
{
    return m_core.snapshot(m_clock.now());
}

void CircuitBreaker::isolate(const QString &reason)
{
    m_core.isolate(reason, m_clock.now());
    commit();
}

void CircuitBreaker::probeNow()
{
    m_core.probeNow(m_clock.now());
    commit();
}

void CircuitBreaker::reset()
{
    m_core.reset(m_clock.now());
    commit();
}

void CircuitBreaker::setEnabled(bool enabled)
{
    m_core.setEnabled(enabled, m_clock.now());
    commit();
}

void CircuitBreaker::report(quint64 generation, Outcome outcome, const QString &detail)
{
    Q_ASSERT(thread() == QThread::currentThread());
    m_core.report(generation, outcome, detail, m_clock.now());
    commit();
}

void CircuitBreaker::commit()
{
    for (Transition &t : m_core.takeTransitions()) {
        qCInfo(lcBreaker).noquote() << nameOf(t.from) << "->" << nameOf(t.to) << t.reason;
        m_pending.push_back(std::move(t));
    }
    watchDeadline();
    if (m_flushQueued)
        return;
    m_flushQueued = true;
    QMetaObject::invokeMethod(this, &CircuitBreaker::flush, Qt::QueuedConnection);
}

void CircuitBreaker::flush()
{
    m_flushQueued = false;
    const QPointer<CircuitBreaker> alive(this);
    for (const Transition &t : std::exchange(m_pending, {})) {
        Q_EMIT stateChanged(t);
        if (!alive)
            return;
    }
    for (const auto wait : std::exchange(m_rejections, {})) {
        Q_EMIT callRejected(wait);
        if (!alive)
            return;
    }
    Q_EMIT metricsChanged();
}

void CircuitBreaker::watchDeadline()
{
    const auto due = m_core.deadline();
    if (!due || due == m_watched)
        return;
    m_watched = due;
    const auto wait = std::max(std::chrono::milliseconds(0),
        std::chrono::ceil<std::chrono::milliseconds>(*due - m_clock.now()));
    m_clock.callAfter(wait, this, [this] {
        m_watched.reset();
        m_core.checkDeadline(m_clock.now());
        commit();
    });
}

} // namespace signalbox
