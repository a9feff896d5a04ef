// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/manual_clock.h"

#include <algorithm>

namespace signalbox::test {

ManualClock::ManualClock()
    : m_now(std::chrono::hours(1))
    , m_utc(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1))
{
}

void ManualClock::callAfter(
    std::chrono::milliseconds delay, QObject *context, std::function<void()> work)
{
    m_timers.push_back({m_now + delay, m_order++, context, std::move(work)});
}

std::vector<ManualClock::Timer>::iterator ManualClock::nextTimer()
{
    std::erase_if(m_timers, [](const Timer &timer) { return timer.context.isNull(); });
    return std::min_element(m_timers.begin(), m_timers.end(), [](const Timer &a, const Timer &b) {
        return std::pair(a.due, a.order) < std::pair(b.due, b.order);
    });
}

void ManualClock::moveTo(TimePoint time)
{
    if (time <= m_now)
        return;
    m_utc += std::chrono::duration_cast<std::chrono::system_clock::duration>(time - m_now);
    m_now = time;
}

void ManualClock::advance(std::chrono::nanoseconds time)
{
    const TimePoint end = m_now + time;
    for (auto next = nextTimer(); next != m_timers.end() && next->due <= end; next = nextTimer()) {
        const Timer timer = std::move(*next);
        m_timers.erase(next);
        moveTo(timer.due);
        timer.work();
    }
    moveTo(end);
}

bool ManualClock::advanceToNext()
{
    const auto next = nextTimer();
    if (next == m_timers.end())
        return false;
    const Timer timer = std::move(*next);
    m_timers.erase(next);
    moveTo(timer.due);
    timer.work();
    return true;
}

std::optional<std::chrono::nanoseconds> ManualClock::nextDue() const
{
    std::optional<std::chrono::nanoseconds> due;
    for (const Timer &timer : m_timers) {
        const auto wait = std::max(timer.due - m_now, std::chrono::nanoseconds(0));
        if (timer.context && (!due || wait < *due))
            due = wait;
    }
    return due;
}

} // namespace signalbox::test
