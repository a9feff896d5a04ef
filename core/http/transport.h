// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/http/http_message.h"
#include "core/http/link_settings.h"

#include <QtCore/QUrl>

namespace signalbox {

/*! Sends one attempt and nothing more: no retry, no breaker, no meaning. Implemented by
 *  QnamTransport and by the tests' fake. Answers with status >= 400 are responses, not errors.
 *  An error's message is the bare reason ("the connection was refused"); RestClient says which
 *  request to which server. Error::ambiguous is set when a request that is not repeatable may have
 *  reached the server. The call's pending() reports progress. */
class Transport : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Transport)

public:
    using QObject::QObject;
    //! How later attempts reach the server: certificates and proxy. Fakes need none of it.
    virtual void configure(const LinkSettings &) { }
    //! `url` is absolute and complete. Inactivity ends the attempt after `inactivity`.
    [[nodiscard]] virtual Call<HttpResponse> send(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) = 0;
};

} // namespace signalbox
