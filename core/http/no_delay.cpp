// SPDX-License-Identifier: Apache-2.0
#include "core/http/no_delay.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace signalbox {

namespace {

constexpr int kFirst = 3; // behind the standard streams
constexpr int kLast = 1024; // to look at all of them takes some 100 us

quint16 peerPortOf(int fd)
{
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (::getpeername(fd, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in *>(&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6 *>(&address)->sin6_port);
    return 0;
}

} // namespace

void sendWithoutDelay(quint16 port)
{
    const int on = 1;
    for (int fd = kFirst; fd < kLast; ++fd) {
        if (port != 0 && peerPortOf(fd) == port)
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
}

} // namespace signalbox
