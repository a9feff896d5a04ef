// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/link_gate.h"
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
        , gate(
              config.fetchLink, [this](const LinkSettings &link) { use(link); }, k)
    {
        transport->configure(config.link);
    }
    void use(const LinkSettings &link)
    {
        if (link == config.link)
            return;
        config.link = link;
        transport->configure(link);
    }

    RestConfig config;
    Clock &clock;
    std::unique_ptr<Transport> transport;
    CircuitBreaker breaker;
    RequestQueue queue;
    LinkGate gate;
    OffThread offThread;
    std::vector<RestOperation *> operations;
    std::chrono::milliseconds lastLatency{0};
    std::optional<Clock::TimePoint> lastAnswer; //!< When the server last answered anything.
    bool refused = false; //!< The last word about the login was a 401.
    bool queueSignalQueued = false;
    bool closing = false;
};

} // namespace signalbox
