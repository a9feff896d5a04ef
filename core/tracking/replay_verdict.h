// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

namespace signalbox {

//! What to do with an item after the server, or the way to it, said no.
enum class Verdict : quint8 {
    Wait, //!< It may pass later: the item stays where it is.
    Park, //!< It never will: the item waits for a person, the rest goes on.
};

/*! Park for what MLflow itself refused. Everything that speaks about the way there (network,
 *  credentials, a proxy or another service in its place) waits. Pure. */
[[nodiscard]] Verdict verdictOf(const Error &error);

//! True when the request may have been carried out although it failed.
[[nodiscard]] bool isAmbiguous(const Error &error);

//! True when nothing was sent: by the breaker, "stay offline", or a login that was just refused.
[[nodiscard]] bool isHeldBack(const Error &error);

} // namespace signalbox
