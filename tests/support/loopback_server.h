// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QHash>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>

#include <functional>

class QTcpSocket;

namespace signalbox::test {

//! One complete request, as it came over the wire.
struct LoopbackRequest {
    QByteArray verb;
    QByteArray target; //!< Path and query, still encoded.
    HeaderList headers; //!< Lower-case names.
    QByteArray body;
    int connection = 0; //!< 1 for the first connection the server saw.
    int onConnection = 1; //!< 1 for the first request of its connection.
    [[nodiscard]] QByteArray path() const { return target.split('?').first(); }
    [[nodiscard]] QByteArray header(const QByteArray &lowerCaseName) const;
};

/*! A small HTTP/1.1 server on 127.0.0.1 that misbehaves on request, for tests of the transport.
 * Runs in the test's thread and needs its event loop.
 *
 *      LoopbackServer server;
 *      server.on("/slow", LoopbackServer::trickle("0123456789", 20ms));
 *      transport.send(server.url(u"/slow"_s), request, 1s);
 *      QCOMPARE(server.count("/slow"), 1);
 *
 *  Keeps connections open unless a script says otherwise. Unknown paths give 404. */
class LoopbackServer final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LoopbackServer)

public:
    using Script = std::function<void(QTcpSocket &socket, const LoopbackRequest &request)>;

    explicit LoopbackServer(QObject *parent = nullptr);
    ~LoopbackServer() override;
    [[nodiscard]] QUrl url(const QString &pathAndQuery = {}) const;
    //! What happens to requests of that path (without query).
    void on(const QByteArray &path, Script script) { m_scripts.insert(path, std::move(script)); }
    //! What happens to all other requests, in place of 404.
    void otherwise(Script script) { m_otherwise = std::move(script); }
    //! Stops listening and drops every connection; the port stays known.
    void stop();
    //! Listens again, on the same port.
    void start();
    [[nodiscard]] bool isUp() const { return m_server.isListening(); }

    [[nodiscard]] const QList<LoopbackRequest> &requests() const { return m_requests; }
    [[nodiscard]] int count(const QByteArray &path) const;
    [[nodiscard]] int connections() const { return m_connections; } //!< Ever accepted.
    [[nodiscard]] int mostOpen() const { return m_mostOpen; } //!< At the same time.

    static Script answer(int status, const QByteArray &body = {}, const HeaderList &headers = {});
    //! Answers the first request of a connection; closes without a word at the second.
    static Script answerOncePerConnection(const QByteArray &body);
    //! Takes the request and closes without an answer; `reset` does it with RST.
    static Script closeEarly(bool reset = false);
    //! Announces the whole body, sends the first half and closes.
    static Script halfBody(const QByteArray &body);
    //! Sends the head, then one byte per interval.
    static Script trickle(const QByteArray &body, std::chrono::milliseconds interval);
    //! Sends the head and half of the body, then stays silent.
    static Script stall(const QByteArray &body);
    static Script redirect(int status, const QByteArray &location);
    static Script hang();
    //! `size` zero bytes, without holding them in memory.
    static Script huge(qint64 size);
    //! `body` compressed, for clients that accept it.
    static Script deflated(const QByteArray &body);
    //! Bytes as they are, then closes.
    static Script raw(const QByteArray &bytes);

private:
    struct Connection {
        int number = 0;
        int requests = 0;
        QByteArray buffer;
    };
    void accept();
    void read(QTcpSocket *socket);
    [[nodiscard]] static bool takeRequest(QByteArray &buffer, LoopbackRequest &request);

    QTcpServer m_server;
    quint16 m_port = 0;
    QHash<QByteArray, Script> m_scripts;
    Script m_otherwise = answer(404, "{}");
    QHash<QTcpSocket *, Connection> m_open;
    QList<LoopbackRequest> m_requests;
    int m_connections = 0;
    int m_mostOpen = 0;
};

} // namespace signalbox::test
