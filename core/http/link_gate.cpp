// SPDX-License-Identifier: Apache-2.0
#include "core/http/link_gate.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! Long enough to spare an account, short enough that a repaired server is noticed.
constexpr std::chrono::milliseconds kHold{5'000};
constexpr int kRefusalsAfterSuccess = 3;

} // namespace

LinkGate::LinkGate(Fetch fetch, Apply apply, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_fetch(std::move(fetch))
    , m_apply(std::move(apply))
    , m_clock(clock)
    , m_ready(!m_fetch)
{
}

Call<void> LinkGate::open()
{
    if (m_refusal && m_clock.now() < m_heldUntil)
        return Call<void>::finished(Failure(*m_refusal));
    m_refusal.reset();
    if (m_ready)
        return Call<void>::finished({});
    const Promise<void> promise;
    m_waiting.append(promise);
    if (m_waiting.size() == 1) {
        m_fetching = m_fetch();
        m_fetching.call().then(this, [this](const Result<LinkSettings> &link) { fetched(link); });
    }
    return promise.call();
}

void LinkGate::fetched(const Result<LinkSettings> &link)
{
    if (link) {
        m_ready = true;
        m_apply(*link);
    } else if (link.error().kind != ErrorKind::Cancelled) {
        hold(link.error());
    }
    const QList<Promise<void>> waiting = std::exchange(m_waiting, {});
    for (const Promise<void> &promise : waiting)
        promise.resolve(link ? Result<void>() : Result<void>(link.failure()));
}

void LinkGate::hold(const Error &error)
{
    m_refusal = error;
    m_heldUntil = m_clock.now() + kHold;
}

void LinkGate::succeeded()
{
    m_proven = true;
    m_refusals = 0;
}

void LinkGate::refused(const Error &error)
{
    ++m_refusals;
    if (m_proven && m_refusals < kRefusalsAfterSuccess)
        return;
    Error held = error;
    held.message =
        u"the server has just refused this login, so it is not sent again for a moment."_s;
    hold(held);
    m_ready = !m_fetch;
}

void LinkGate::renew()
{
    m_refusals = 0;
    m_proven = false;
    m_refusal.reset();
    m_ready = !m_fetch;
}

} // namespace signalbox
