// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/http/http_message.h"

#include <optional>

namespace signalbox {

/*! What an answer outside 2xx means. Reads the shapes servers use: MLflow's JSON with error_code,
 *  FastAPI's `detail`, HTML pages and plain text. The error_code wins over the status, because
 *  MLflow reports some mistakes of the caller as 500. The message is the bare reason. */
[[nodiscard]] Error errorOfAnswer(const HttpResponse &response);

/*! A failure inside a 200: GraphQL answers `errors` without data. Errors beside data are not a
 *  failure (an undefined number causes one). */
[[nodiscard]] std::optional<Error> errorInsideSuccess(
    const HttpRequest &request, const HttpResponse &response);

//! A decode failure told better: a web page in place of data is most often a login or a proxy.
[[nodiscard]] Error explainDecodeError(Error error, const HttpResponse &response);

//! Retry-After as seconds or date; nothing when absent, unreadable or past.
[[nodiscard]] std::optional<std::chrono::milliseconds> retryAfterOf(const HttpResponse &response);

} // namespace signalbox
