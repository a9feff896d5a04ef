// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/http_proxy.h"

#include <QtCore/QUrl>
#include <QtNetwork/QTcpSocket>

#include <memory>

namespace signalbox::test {

HttpProxy::HttpProxy()
{
    connect(this, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *client = nextPendingConnection())
            serve(client);
    });
    listen(QHostAddress::LocalHost);
}

bool HttpProxy::mayPass(const QByteArray &head) const
{
    const QByteArray wanted = "Proxy-Authorization: Basic " + login.toBase64();
    return login.isEmpty() || head.contains(wanted);
}

void HttpProxy::serve(QTcpSocket *client)
{
    connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    auto buffer = std::make_shared<QByteArray>();
    connect(client, &QTcpSocket::readyRead, this, [this, client, buffer] {
        *buffer += client->readAll();
        const auto end = buffer->indexOf("\r\n\r\n");
        if (end < 0)
            return;
        const QByteArray head = buffer->left(end + 4);
        heads.append(head);
        if (!mayPass(head)) {
            ++m_refused;
            client->write("HTTP/1.1 407 Proxy Authentication Required\r\n"
                          "Proxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
            buffer->remove(0, end + 4);
            return;
        }
        client->disconnect(this);
        const QByteArray target = head.split(' ').value(1);
        if (head.startsWith("CONNECT ")) {
            connectThrough(client, target.split(':').last().toUShort(), {});
            client->write("HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
            const QUrl url(QString::fromLatin1(target));
            const QByteArray line = head.split(' ').first() + ' ' + url.path().toLatin1();
            const QByteArray rest = buffer->mid(buffer->indexOf(target) + target.size());
            QByteArray request = line + rest;
            const auto mine = request.indexOf("Proxy-Authorization");
            if (mine > 0)
                request.remove(mine, request.indexOf("\r\n", mine) + 2 - mine);
            connectThrough(client, static_cast<quint16>(url.port(80)), request);
        }
    });
}

void HttpProxy::connectThrough(QTcpSocket *client, quint16 port, const QByteArray &first)
{
    auto *server = new QTcpSocket(client);
    connect(server, &QTcpSocket::connected, server, [server, first] { server->write(first); });
    connect(server, &QTcpSocket::readyRead, client,
        [client, server] { client->write(server->readAll()); });
    connect(client, &QTcpSocket::readyRead, server,
        [client, server] { server->write(client->readAll()); });
    connect(server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
    server->connectToHost(QHostAddress::LocalHost, port);
}

} // namespace signalbox::test
