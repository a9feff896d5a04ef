// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/resilience/breaker_core.h"

#include <chrono>
#include <functional>
#include <optional>

namespace signalbox {

/*! When and how long to wait before another attempt. Full jitter: a random time between zero and
 *  an exponentially growing cap, so that many clients do not return in step. Pure. Whether a
 *  request may be repeated at all is the client's business. */
struct RetryPolicy {
    int maxAttempts = 3;
    std::chrono::milliseconds baseDelay{500};
    std::chrono::milliseconds maxDelay{8'000};
    //! A server that asks for more patience than this gets no further attempt.
    std::chrono::milliseconds longestRetryAfter{120'000};
    //! Uniform in [0, 1); injected by tests.
    std::function<double()> random;

    /*! Delay before attempt `attempt + 1`, or nothing when the error is final, attempts are used
     *  up, or the wait would reach `remaining`. A server's Retry-After wins over the jitter. */
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextDelay(
        int attempt, const Error &error, std::chrono::milliseconds remaining) const;
};

//! True for failures that may pass by themselves: network, DNS, time-outs, 408, 429, 5xx.
[[nodiscard]] bool isTransient(const Error &error);

//! Maps a finished attempt to what it says about the server; null error means success.
[[nodiscard]] Outcome outcomeOf(const Error *error);

} // namespace signalbox
