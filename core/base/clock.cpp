// SPDX-License-Identifier: Apache-2.0
#include "core/base/clock.h"

#include <QtCore/QTimer>

namespace signalbox {

namespace {

class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] std::chrono::system_clock::time_point utcNow() const override
    {
        return std::chrono::system_clock::now();
    }
    void callAfter(
        std::chrono::milliseconds delay, QObject *context, std::function<void()> work) override
    {
        QTimer::singleShot(delay, context, std::move(work));
    }
};

} // namespace

qint64 Clock::epochMs() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(utcNow().time_since_epoch())
        .count();
}

Clock &systemClock()
{
    static SystemClock clock;
    return clock;
}

} // namespace signalbox
