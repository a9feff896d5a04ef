// SPDX-License-Identifier: Apache-2.0
#include "core/engine/process_table.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr quint32 kFirstPort = 20'000;
constexpr quint32 kLastPort = 32'000; // outgoing connections begin at 32768
constexpr int kPortTries = 200;

//! Files below /proc have no size, so they are read to their end.
QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? file.readAll() : QByteArray();
}

QString procPath(qint64 pid, QLatin1StringView name)
{
    return u"/proc/%1/%2"_s.arg(QString::number(pid), name);
}

template <typename Wanted> QList<ProcessInfo> processesThat(Wanted wanted)
{
    QList<ProcessInfo> found;
    const QStringList entries = QDir(u"/proc"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &entry : entries) {
        bool isPid = false;
        const qint64 pid = entry.toLongLong(&isPid);
        const std::optional<ProcessInfo> info = isPid ? processInfo(pid) : std::nullopt;
        if (info && wanted(*info))
            found << *info;
    }
    return found;
}

//! The socket numbers that listen on `port`, or nothing when the table cannot be read.
std::optional<QSet<QByteArray>> listeningSockets(quint16 port)
{
    const QByteArray table = readAll(u"/proc/net/tcp"_s);
    if (table.isEmpty())
        return std::nullopt;
    QSet<QByteArray> sockets;
    const QByteArray suffix = ':' + QByteArray::number(port, 16).toUpper().rightJustified(4, '0');
    for (const QByteArray &line : table.split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() > 9 && fields[3] == "0A" && fields[1].endsWith(suffix))
            sockets << "socket:[" + fields[9] + ']';
    }
    return sockets;
}

bool holdsOneOf(const QSet<QByteArray> &sockets, qint64 pid)
{
    const QString folder = procPath(pid, "fd"_L1);
    const QStringList names = QDir(folder).entryList(QDir::AllEntries | QDir::System);
    return std::any_of(names.begin(), names.end(), [&](const QString &name) {
        char target[64];
        const QByteArray path = QFile::encodeName(QString(folder % u'/' % name));
        const ssize_t size = ::readlink(path.constData(), target, sizeof target);
        return size > 0 && sockets.contains(QByteArray(target, size));
    });
}

} // namespace

std::optional<ProcessInfo> processInfo(qint64 pid)
{
    if (pid < 1)
        return std::nullopt;
    const QByteArray stat = readAll(procPath(pid, "stat"_L1));
    // The name in parentheses may itself hold blanks and parentheses.
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.size() < 20 || fields[0] == "Z" || fields[0] == "X")
        return std::nullopt;
    return ProcessInfo{pid, fields[2].toLongLong(), fields[19].toULongLong()};
}

QList<ProcessInfo> processesOfGroup(qint64 group)
{
    return processesThat([group](const ProcessInfo &info) { return info.group == group; });
}

bool hasEnvironment(qint64 pid, const QByteArray &entry)
{
    const QByteArray block = '\0' + readAll(procPath(pid, "environ"_L1)) + '\0';
    const QByteArray wanted = '\0' + entry + '\0';
    return block.contains(wanted);
}

QList<ProcessInfo> processesWithEnvironment(const QByteArray &entry)
{
    return processesThat(
        [&entry](const ProcessInfo &info) { return hasEnvironment(info.pid, entry); });
}

std::optional<bool> listensOn(const QList<ProcessInfo> &processes, quint16 port)
{
    const std::optional<QSet<QByteArray>> sockets = listeningSockets(port);
    if (!sockets)
        return std::nullopt;
    return std::any_of(processes.begin(), processes.end(),
        [&sockets](const ProcessInfo &info) { return holdsOneOf(*sockets, info.pid); });
}

bool isPortFree(quint16 port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    // As servers do; otherwise a connection that was just closed would make the port look taken.
    const int yes = 1;
    (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool isFree =
        ::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0
        && ::listen(fd, 1) == 0;
    ::close(fd);
    return isFree;
}

quint16 chooseFreePort()
{
    for (int i = 0; i < kPortTries; ++i) {
        const quint32 port = QRandomGenerator::system()->bounded(kFirstPort, kLastPort);
        if (isPortFree(static_cast<quint16>(port)))
            return static_cast<quint16>(port);
    }
    return 0;
}

} // namespace signalbox
