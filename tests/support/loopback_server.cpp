// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/loopback_server.h"

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtNetwork/QHostAddress>
#include <QtNetwork/QTcpSocket>

#include <algorithm>
#include <memory>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

QByteArray head(int status, qint64 length, const HeaderList &headers)
{
    QByteArray text = "HTTP/1.1 " + QByteArray::number(status) + " Scripted\r\n";
    text += "Content-Length: " + QByteArray::number(length) + "\r\n";
    bool typed = false;
    for (const auto &[name, value] : headers) {
        typed = typed || name.toLower() == "content-type";
        text += name + ": " + value + "\r\n";
    }
    if (!typed)
        text += "Content-Type: application/json\r\n";
    return text + "\r\n";
}

} // namespace

QByteArray LoopbackRequest::header(const QByteArray &lowerCaseName) const
{
    for (const auto &[name, value] : headers) {
        if (name == lowerCaseName)
            return value;
    }
    return {};
}

LoopbackServer::LoopbackServer(QObject *parent)
    : QObject(parent)
{
    connect(&m_server, &QTcpServer::newConnection, this, &LoopbackServer::accept);
    start();
}

void LoopbackServer::start()
{
    if (!m_server.listen(QHostAddress::LocalHost, m_port))
        qFatal("The loopback server cannot listen");
    m_port = m_server.serverPort();
}

LoopbackServer::~LoopbackServer()
{
    const auto sockets = m_open.keys();
    for (QTcpSocket *socket : sockets)
        socket->disconnect(this);
}

QUrl LoopbackServer::url(const QString &pathAndQuery) const
{
    return QUrl(u"http://127.0.0.1:%1%2"_s.arg(m_port).arg(pathAndQuery));
}

void LoopbackServer::stop()
{
    m_server.close();
    const auto sockets = m_open.keys();
    for (QTcpSocket *socket : sockets)
        socket->abort();
}

int LoopbackServer::count(const QByteArray &path) const
{
    return static_cast<int>(std::count_if(m_requests.begin(), m_requests.end(),
        [&path](const LoopbackRequest &request) { return request.path() == path; }));
}

void LoopbackServer::accept()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        m_open.insert(socket, {.number = ++m_connections, .requests = 0, .buffer = {}});
        m_mostOpen = std::max(m_mostOpen, static_cast<int>(m_open.size()));
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            m_open.remove(socket);
            socket->deleteLater();
        });
    }
}

void LoopbackServer::read(QTcpSocket *socket)
{
    m_open[socket].buffer += socket->readAll();
    LoopbackRequest request;
    while (m_open.contains(socket) && takeRequest(m_open[socket].buffer, request)) {
        Connection &connection = m_open[socket];
        request.connection = connection.number;
        request.onConnection = ++connection.requests;
        m_requests.append(request);
        const Script script = m_scripts.value(request.path(), m_otherwise);
        script(*socket, request);
        request = {};
    }
}

bool LoopbackServer::takeRequest(QByteArray &buffer, LoopbackRequest &request)
{
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    if (end < 0)
        return false;
    const QList<QByteArray> lines = buffer.left(end).split('\n');
    const QList<QByteArray> first = lines.first().trimmed().split(' ');
    request.headers.clear();
    for (const QByteArray &line : lines.sliced(1)) {
        const qsizetype colon = line.indexOf(':');
        request.headers.emplace_back(
            line.left(colon).trimmed().toLower(), line.mid(colon + 1).trimmed());
    }
    const qsizetype length = request.header("content-length").toLongLong();
    if (first.size() < 2 || buffer.size() < end + 4 + length)
        return false;
    request.verb = first.at(0);
    request.target = first.at(1);
    request.body = buffer.mid(end + 4, length);
    buffer.remove(0, end + 4 + length);
    return true;
}

LoopbackServer::Script LoopbackServer::answer(
    int status, const QByteArray &body, const HeaderList &headers)
{
    return [=](QTcpSocket &socket, const LoopbackRequest &request) {
        socket.write(head(status, body.size(), headers));
        if (request.verb != "HEAD")
            socket.write(body);
    };
}

LoopbackServer::Script LoopbackServer::answerOncePerConnection(const QByteArray &body)
{
    return [body](QTcpSocket &socket, const LoopbackRequest &request) {
        if (request.onConnection == 1)
            socket.write(head(200, body.size(), {}) + body);
        else
            socket.disconnectFromHost();
    };
}

LoopbackServer::Script LoopbackServer::closeEarly(bool reset)
{
    return [reset](QTcpSocket &socket, const LoopbackRequest &) {
        if (reset)
            socket.abort();
        else
            socket.disconnectFromHost();
    };
}

LoopbackServer::Script LoopbackServer::halfBody(const QByteArray &body)
{
    return [body](QTcpSocket &socket, const LoopbackRequest &) {
        socket.write(head(200, body.size(), {}) + body.left(body.size() / 2));
        socket.disconnectFromHost();
    };
}

LoopbackServer::Script LoopbackServer::trickle(
    const QByteArray &body, std::chrono::milliseconds interval)
{
    return [body, interval](QTcpSocket &socket, const LoopbackRequest &) {
        socket.write(head(200, body.size(), {}));
        auto *timer = new QTimer(&socket);
        const auto sent = std::make_shared<qsizetype>(0);
        connect(timer, &QTimer::timeout, &socket, [&socket, timer, body, sent] {
            socket.write(body.mid((*sent)++, 1));
            if (*sent >= body.size())
                timer->stop();
        });
        timer->start(interval);
    };
}

LoopbackServer::Script LoopbackServer::stall(const QByteArray &body)
{
    return [body](QTcpSocket &socket, const LoopbackRequest &) {
        socket.write(head(200, body.size(), {}) + body.left(body.size() / 2));
    };
}

LoopbackServer::Script LoopbackServer::redirect(int status, const QByteArray &location)
{
    return answer(status, {}, {{"Location", location}});
}

LoopbackServer::Script LoopbackServer::hang()
{
    return [](QTcpSocket &, const LoopbackRequest &) {};
}

LoopbackServer::Script LoopbackServer::huge(qint64 size)
{
    return [size](QTcpSocket &socket, const LoopbackRequest &) {
        static constexpr qint64 kChunk = 256 * 1024;
        socket.write(head(200, size, {{"Content-Type", "application/octet-stream"}}));
        const auto left = std::make_shared<qint64>(size);
        const auto more = [&socket, left] {
            while (*left > 0 && socket.bytesToWrite() < kChunk) {
                const qint64 now = std::min(kChunk, *left);
                socket.write(QByteArray(now, '\0'));
                *left -= now;
            }
        };
        connect(&socket, &QTcpSocket::bytesWritten, &socket, more);
        more();
    };
}

LoopbackServer::Script LoopbackServer::deflated(const QByteArray &body)
{
    // qCompress puts a length of four bytes before the zlib stream that HTTP calls deflate.
    return answer(200, qCompress(body).mid(4), {{"Content-Encoding", "deflate"}});
}

LoopbackServer::Script LoopbackServer::raw(const QByteArray &bytes)
{
    return [bytes](QTcpSocket &socket, const LoopbackRequest &) {
        socket.write(bytes);
        socket.disconnectFromHost();
    };
}

} // namespace signalbox::test
