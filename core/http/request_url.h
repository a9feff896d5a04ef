// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/http/http_message.h"

#include <QtCore/QUrl>

namespace signalbox {

//! InvalidInput when `base` cannot be a server: not http(s), no host, or a password inside.
[[nodiscard]] Result<void> checkBaseUrl(const QUrl &base);

/*! `base` (its path kept) plus the request's path and query. The path is taken as it is; query
 *  names and values are percent-encoded once, '+' included. */
[[nodiscard]] QUrl requestUrl(const QUrl &base, const HttpRequest &request);

//! Path and query for people and logs, redacted.
[[nodiscard]] QString shownPath(const HttpRequest &request);

//! "http://host:port/base" for people, without user-info.
[[nodiscard]] QString shownServer(const QUrl &url);

//! Same scheme, host and port, so that credentials may go there.
[[nodiscard]] bool isSameOrigin(const QUrl &a, const QUrl &b);

//! localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool isLoopback(const QString &host);

} // namespace signalbox
