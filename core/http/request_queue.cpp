// SPDX-License-Identifier: Apache-2.0
#include "core/http/request_queue.h"

#include <algorithm>

namespace signalbox {

namespace {

constexpr int kKeptForPeople = 2;

bool isBulk(RequestClass requestClass)
{
    return requestClass == RequestClass::Page || requestClass == RequestClass::Transfer;
}

int rankOf(RequestClass requestClass)
{
    switch (requestClass) {
    case RequestClass::Probe:
        return 0;
    case RequestClass::Interactive:
        return 1;
    case RequestClass::Write:
        return 2;
    case RequestClass::Page:
    case RequestClass::Transfer:
        return 3;
    }
    return 3;
}

QueueLane &laneOf(QueueStatus &status, RequestClass requestClass)
{
    switch (requestClass) {
    case RequestClass::Probe:
    case RequestClass::Interactive:
        return status.interactive;
    case RequestClass::Write:
        return status.logging;
    case RequestClass::Page:
    case RequestClass::Transfer:
        return status.sync;
    }
    return status.sync;
}

} // namespace

QueueTicket::QueueTicket(RequestQueue *queue, quint64 id)
    : m_queue(queue)
    , m_id(id)
{
}

QueueTicket &QueueTicket::operator=(QueueTicket &&other) noexcept
{
    if (this != &other) {
        release();
        m_queue = std::exchange(other.m_queue, nullptr);
        m_id = other.m_id;
    }
    return *this;
}

void QueueTicket::release()
{
    if (RequestQueue *queue = std::exchange(m_queue, nullptr).data())
        queue->leave(m_id);
}

RequestQueue::RequestQueue(int capacity, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_capacity(std::max(1, capacity))
{
}

QueueTicket RequestQueue::enter(RequestClass requestClass, std::function<void()> start, bool first)
{
    const quint64 id = m_nextId++;
    Entry entry{
        .id = id, .requestClass = requestClass, .start = std::move(start), .since = m_clock.now()};
    if (first)
        m_entries.push_front(std::move(entry));
    else
        m_entries.push_back(std::move(entry));
    dispatchSoon();
    return QueueTicket(this, id);
}

void RequestQueue::pauseFor(std::chrono::milliseconds time)
{
    const Clock::TimePoint until = m_clock.now() + time;
    if (m_pausedUntil && *m_pausedUntil >= until)
        return;
    m_pausedUntil = until;
    m_clock.callAfter(time, this, [this] { dispatchSoon(); });
}

int RequestQueue::waiting() const
{
    return static_cast<int>(m_entries.size()) - running();
}

int RequestQueue::running() const
{
    return m_running;
}

QueueStatus RequestQueue::status() const
{
    QueueStatus status;
    const Clock::TimePoint now = m_clock.now();
    for (const Entry &entry : m_entries) {
        QueueLane &lane = laneOf(status, entry.requestClass);
        ++(entry.running ? lane.running : lane.waiting);
        lane.oldest = std::max(
            lane.oldest, std::chrono::duration_cast<std::chrono::milliseconds>(now - entry.since));
    }
    return status;
}

void RequestQueue::leave(quint64 id)
{
    const auto found = std::find_if(
        m_entries.begin(), m_entries.end(), [id](const Entry &entry) { return entry.id == id; });
    if (found == m_entries.end())
        return;
    if (found->running)
        count(found->requestClass, -1);
    m_entries.erase(found);
    dispatchSoon();
}

void RequestQueue::count(RequestClass requestClass, int change)
{
    m_running += change;
    if (isBulk(requestClass))
        m_bulkRunning += change;
}

void RequestQueue::dispatchSoon()
{
    if (std::exchange(m_dispatchQueued, true))
        return;
    QMetaObject::invokeMethod(this, &RequestQueue::dispatch, Qt::QueuedConnection);
}

void RequestQueue::dispatch()
{
    m_dispatchQueued = false;
    if (m_pausedUntil && m_clock.now() >= *m_pausedUntil)
        m_pausedUntil.reset();
    const QPointer<RequestQueue> alive(this);
    while (Entry *entry = next()) {
        entry->running = true;
        count(entry->requestClass, 1);
        // A copy: the entry may leave while it starts.
        const std::function<void()> start = std::move(entry->start);
        start();
        if (!alive)
            return;
    }
}

RequestQueue::Entry *RequestQueue::next()
{
    Entry *best = nullptr;
    for (Entry &entry : m_entries) {
        if (entry.running || !mayRun(entry.requestClass))
            continue;
        if (!best || rankOf(entry.requestClass) < rankOf(best->requestClass))
            best = &entry;
    }
    return best;
}

bool RequestQueue::mayRun(RequestClass requestClass) const
{
    if (m_pausedUntil && requestClass != RequestClass::Probe)
        return false;
    if (running() >= m_capacity)
        return false;
    return !isBulk(requestClass) || m_bulkRunning < std::max(1, m_capacity - kKeptForPeople);
}

} // namespace signalbox
