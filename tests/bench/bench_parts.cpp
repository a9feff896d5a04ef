// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_parts.h"

#include "core/http/rest_client.h"

#include <QtCore/QFile>

#include <algorithm>
#include <arpa/inet.h>
#include <cmath>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox::bench {

namespace {

double cpuMs(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

} // namespace

double threadCpuMs()
{
    return cpuMs(CLOCK_THREAD_CPUTIME_ID);
}

double processCpuMs()
{
    return cpuMs(CLOCK_PROCESS_CPUTIME_ID);
}

namespace {

int listenAnywhere(int *port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(fd, reinterpret_cast<sockaddr *>(&address), size);
    ::listen(fd, 64);
    ::getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size);
    *port = ::ntohs(address.sin_port);
    return fd;
}

//! Length of the first whole request in `data`, or 0.
std::size_t requestLength(const std::string &data)
{
    const std::size_t head = data.find("\r\n\r\n");
    if (head == std::string::npos)
        return 0;
    std::string lower = data.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    std::size_t body = 0;
    if (const std::size_t at = lower.find("content-length:"); at != std::string::npos)
        body = std::stoul(lower.substr(at + 15));
    return data.size() >= head + 4 + body ? head + 4 + body : 0;
}

} // namespace

ConstantServer::ConstantServer(std::string body, ServerBehaviour behaviour)
    : m_reply("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + std::to_string(body.size()) + "\r\n\r\n" + body)
    , m_behaviour(behaviour)
    , m_listener(listenAnywhere(&m_port))
    , m_acceptor([this] { accept(); })
{
}

ConstantServer::~ConstantServer()
{
    m_over = true;
    ::shutdown(m_listener, SHUT_RDWR);
    m_acceptor.join();
    for (std::thread &servant : m_servants)
        servant.join();
    ::close(m_listener);
}

void ConstantServer::accept()
{
    while (!m_over) {
        const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0)
            return;
        ++m_connections;
        m_servants.emplace_back([this, fd] { serve(fd); });
    }
}

void ConstantServer::serve(int fd)
{
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    std::string data;
    char block[65536];
    while (!m_over) {
        pollfd readable{fd, POLLIN, 0};
        if (::poll(&readable, 1, 100) <= 0)
            continue;
        const ssize_t got = ::recv(fd, block, sizeof(block), 0);
        if (got <= 0)
            break;
        data.append(block, static_cast<std::size_t>(got));
        while (const std::size_t length = requestLength(data)) {
            data.erase(0, length);
            if (m_behaviour.silent)
                continue;
            std::this_thread::sleep_for(m_behaviour.delay);
            if (::send(fd, m_reply.data(), m_reply.size(), MSG_NOSIGNAL) < 0)
                break;
            ++m_answered;
        }
    }
    ::close(fd);
}

std::unique_ptr<mlflow::Server> serverAt(int port)
{
    RestConfig config;
    config.baseUrl = QUrl(u"http://127.0.0.1:%1"_s.arg(port));
    return std::make_unique<mlflow::Server>(config);
}

int unusedPort()
{
    int port = 0;
    ::close(listenAnywhere(&port));
    return port;
}

void spinUntil(const std::function<bool()> &done)
{
    while (!done())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents); // with a limit, Qt spins
}

double millisecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    const auto index =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values.at(std::clamp<std::size_t>(index, 1, values.size()) - 1);
}

double residentMb(const char *field)
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return 0.0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith(field))
            return line.simplified().split(' ').value(1).toDouble() / 1024.0;
    }
    return 0.0;
}

} // namespace signalbox::bench
