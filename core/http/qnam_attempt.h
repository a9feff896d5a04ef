// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/download_sink.h"
#include "core/http/transport.h"

#include <QtCore/QElapsedTimer>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QSslError>

namespace signalbox {

class QnamTransport;

/*! One reply being received: into memory or into a file, within the size limit, following
 *  redirects inside the origin. Child of its transport; deletes itself once it has resolved. */
class QnamAttempt final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QnamAttempt)

public:
    QnamAttempt(QnamTransport &transport, const QUrl &url, const HttpRequest &request,
        std::chrono::milliseconds inactivity, Promise<HttpResponse> promise);
    ~QnamAttempt() override;
    void begin();
    //! The caller gave up.
    void abort();

private:
    void startReply();
    void headersArrived();
    void drain();
    void store(const QByteArray &chunk);
    void finished();
    void again();
    void follow(const QUrl &target);
    void deliver();
    void fail(Error error);
    void resolve(Result<HttpResponse> result);
    void dropReply();
    [[nodiscard]] Result<QIODevice *> openBody() const;
    [[nodiscard]] QByteArray replyHeader(const char *name) const;
    [[nodiscard]] bool goesToSink() const;
    [[nodiscard]] int status() const;
    [[nodiscard]] bool isAnswered() const;
    [[nodiscard]] bool isCutShort() const;

    QnamTransport &m_transport;
    QUrl m_url;
    HttpRequest m_request;
    std::chrono::milliseconds m_inactivity;
    Promise<HttpResponse> m_promise;
    QNetworkReply *m_reply = nullptr;
    QElapsedTimer m_timer;
    QByteArray m_body;
    DownloadSink m_sink;
    qint64 m_received = 0;
    int m_redirects = 0;
    QList<QSslError> m_tlsErrors;
    bool m_restarted = false;
    bool m_done = false;
};

} // namespace signalbox
