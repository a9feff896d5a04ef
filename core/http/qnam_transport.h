// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/transport.h"

#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QSslConfiguration>

#include <optional>

namespace signalbox {

/*! The network, through Qt. Cookies, caches, pipelining and HTTP/2 are off, redirects stay within
 *  the origin. Pages and files have connections of their own, so that a bulk load never stands in
 *  front of what a person waits for.
 *
 *  Requests that are not repeatable travel on a connection of their own, opened for them: servers
 *  close idle ones after a few seconds, and a request lost in that moment would be ambiguous. Their
 *  body cannot be rewound, so Qt cannot silently send it twice. Repeatable requests share
 *  connections; Qt re-sends those once when a reused connection turns out to be closed.
 *
 *  Destroying it ends all attempts as Cancelled. Same thread as its client. */
class QnamTransport final : public Transport {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QnamTransport)

public:
    explicit QnamTransport(QObject *parent = nullptr);
    ~QnamTransport() override;
    /*! The named certificate files are read at the next request over https, which fails with the
     *  reason when that fails: a bundle of a system's authorities takes 50 ms. */
    void configure(const LinkSettings &link) override;
    [[nodiscard]] Call<HttpResponse> send(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) override;

private:
    friend class QnamAttempt;
    //! `body` may be null; the reply becomes its owner.
    [[nodiscard]] QNetworkReply *start(const QUrl &url, const HttpRequest &request,
        std::chrono::milliseconds inactivity, QIODevice *body);
    void openFreshConnection();
    [[nodiscard]] QNetworkAccessManager &managerFor(const HttpRequest &request);
    [[nodiscard]] QNetworkRequest makeRequest(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) const;

    LinkSettings m_link;
    std::optional<Result<QSslConfiguration>> m_tls; // as m_link says, once it was needed
    QNetworkAccessManager m_shared;
    QNetworkAccessManager m_bulk;
    QNetworkAccessManager m_fresh;
};

} // namespace signalbox
