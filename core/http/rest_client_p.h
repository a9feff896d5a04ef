// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/off_thread.h"
#include "core/http/request_queue.h"
#include "core/http/rest_operation.h"

#include <vector>

namespace signalbox {

//! What the operations of one client share. Members die in reverse order: operations go first.
struct RestClient::Private {
    Private(RestConfig c, std::unique_ptr<Transport> t, Clock &k)
        : config(std::move(c))
        , clock(k)
        , transport(std::move(t))
        , breaker(config.breaker, k)
        , queue(config.maxConcurrent, k)
    {
    }

    RestConfig config;
    Clock &clock;
    std::unique_ptr<Transport> transport;
    CircuitBreaker breaker;
    RequestQueue queue;
    OffThread offThread;
    std::vector<RestOperation *> operations;
    std::chrono::milliseconds lastLatency{0};
    std::optional<Clock::TimePoint> lastAnswer; //!< When the server last answered anything.
    bool queueSignalQueued = false;
    bool closing = false;
};

} // namespace signalbox
