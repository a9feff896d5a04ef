// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.h"
#include "core/http/http_message.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <functional>
#include <list>
#include <optional>
#include <utility>

namespace signalbox {

class RequestQueue;

//! A place in the queue, then the right to run; giving it up (by dying) lets the next one in.
class QueueTicket final {
public:
    QueueTicket() = default;
    QueueTicket(QueueTicket &&other) noexcept
        : m_queue(std::exchange(other.m_queue, nullptr))
        , m_id(other.m_id)
    {
    }
    QueueTicket &operator=(QueueTicket &&other) noexcept;
    QueueTicket(const QueueTicket &) = delete;
    QueueTicket &operator=(const QueueTicket &) = delete;
    ~QueueTicket() { release(); }
    void release();

private:
    friend class RequestQueue;
    QueueTicket(RequestQueue *queue, quint64 id);
    QPointer<RequestQueue> m_queue;
    quint64 m_id = 0;
};

/*! Decides which request goes next: probes, what a person waits for, writes, then pages and files;
 *  first come, first served within a rank. Pages and files never take the last two places, so a
 *  bulk load cannot make the window wait. Same thread as its client. */
class RequestQueue final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RequestQueue)

public:
    explicit RequestQueue(int capacity, Clock &clock, QObject *parent = nullptr);

    //! `start` runs later, from the event loop, once; `first` jumps the own rank (a retry).
    [[nodiscard]] QueueTicket enter(
        RequestClass requestClass, std::function<void()> start, bool first = false);
    //! Holds everything but probes back; a shorter pause never cuts a longer one.
    void pauseFor(std::chrono::milliseconds time);

    [[nodiscard]] int waiting() const;
    [[nodiscard]] int running() const;
    [[nodiscard]] QueueStatus status() const; //!< Without `retrying`, which is not here.

private:
    friend class QueueTicket;
    struct Entry {
        quint64 id = 0;
        RequestClass requestClass = RequestClass::Interactive;
        std::function<void()> start;
        Clock::TimePoint since;
        bool running = false;
    };
    void leave(quint64 id);
    void dispatchSoon();
    void dispatch();
    void count(RequestClass requestClass, int change);
    [[nodiscard]] Entry *next();
    [[nodiscard]] bool mayRun(RequestClass requestClass) const;

    Clock &m_clock;
    int m_capacity;
    std::list<Entry> m_entries; // in order of arrival
    quint64 m_nextId = 1;
    int m_running = 0;
    int m_bulkRunning = 0;
    bool m_dispatchQueued = false;
    std::optional<Clock::TimePoint> m_pausedUntil;
};

} // namespace signalbox
