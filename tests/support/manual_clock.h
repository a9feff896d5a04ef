// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QtCore/QPointer>

#include <optional>
#include <vector>

namespace signalbox::test {

/*! A clock that stands still until the test moves it. Due timers run inside advance(), in order of
 *  their time, in the test's thread. Starts at 2026-01-01T00:00:00Z.
 *
 *      ManualClock clock;
 *      RestClient client(config, std::move(transport), clock);
 *      clock.advance(30s);
 *
 *  Calls and queues still need the event loop (QTRY_*, QCoreApplication::processEvents()). The
 *  clock must outlive whoever uses it. */
class ManualClock final : public Clock {
public:
    ManualClock();
    [[nodiscard]] TimePoint now() const override { return m_now; }
    [[nodiscard]] std::chrono::system_clock::time_point utcNow() const override { return m_utc; }
    void callAfter(
        std::chrono::milliseconds delay, QObject *context, std::function<void()> work) override;

    //! Moves time and runs every timer that becomes due on the way, also those they start.
    void advance(std::chrono::nanoseconds time);
    //! Moves to the next timer and runs it; false when none waits.
    bool advanceToNext();
    //! Time until the next timer of a living context; nothing when none waits.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> nextDue() const;
    //! Only the wall clock, as NTP or a user would.
    void moveWallClock(std::chrono::milliseconds time) { m_utc += time; }

private:
    struct Timer {
        TimePoint due;
        quint64 order = 0;
        QPointer<QObject> context;
        std::function<void()> work;
    };
    [[nodiscard]] std::vector<Timer>::iterator nextTimer();
    void moveTo(TimePoint time);
    TimePoint m_now;
    std::chrono::system_clock::time_point m_utc;
    std::vector<Timer> m_timers;
    quint64 m_order = 0;
};

} // namespace signalbox::test
