// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtNetwork/QTcpServer>

namespace signalbox::test {

/*! A small HTTP proxy on 127.0.0.1: CONNECT tunnels, and plain requests with a whole URL, which it
 *  passes on to 127.0.0.1. Asks for Basic login when `login` is set. */
class HttpProxy final : public QTcpServer {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HttpProxy)

public:
    HttpProxy();
    QByteArray login; //!< "user:password"; empty lets everybody in.
    QList<QByteArray> heads; //!< Of every request that arrived.
    [[nodiscard]] int refused() const { return m_refused; }

private:
    void serve(QTcpSocket *client);
    void connectThrough(QTcpSocket *client, quint16 port, const QByteArray &first);
    [[nodiscard]] bool mayPass(const QByteArray &head) const;
    int m_refused = 0;
};

} // namespace signalbox::test
