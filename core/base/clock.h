// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include <chrono>
#include <functional>

namespace signalbox {

/*! Time as the core sees it, so that tests can move it by hand. Timeouts and the breaker use the
 *  monotonic `now`; only what is shown or sent to a server uses `utcNow`. */
class Clock {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Clock() = default;
    virtual ~Clock() = default;
    Q_DISABLE_COPY_MOVE(Clock)

    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual std::chrono::system_clock::time_point utcNow() const = 0;
    //! Runs `work` once in the context's thread after `delay`, unless the context died before.
    virtual void callAfter(
        std::chrono::milliseconds delay, QObject *context, std::function<void()> work) = 0;

    //! Milliseconds since 1970 in UTC, the unit of MLflow's timestamps.
    [[nodiscard]] qint64 epochMs() const;
};

//! The real clock of this machine; a process-wide constant without state.
[[nodiscard]] Clock &systemClock();

} // namespace signalbox
