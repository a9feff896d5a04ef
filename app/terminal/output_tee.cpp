// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/output_tee.h"

#include <QtCore/QFile>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <vector>

namespace signalbox {

namespace {

constexpr std::size_t kBlock = 64 * 1024;

//! False when nobody reads there any more.
bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN) {
            pollfd end{fd, POLLOUT, 0};
            ::poll(&end, 1, -1);
            continue;
        }
        if (written <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

BoundedLog::BoundedLog(const QString &path)
    : m_path(path)
    , m_fd(::open(
          QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600))
{
}

BoundedLog::~BoundedLog()
{
    close();
}

void BoundedLog::write(std::string_view bytes)
{
    // A full disk must not end the command; the log is then short.
    if (m_fd >= 0 && !writeAll(m_fd, bytes)) {
        ::close(m_fd);
        m_fd = -1;
    }
}

void BoundedLog::append(std::string_view bytes)
{
    const std::lock_guard lock(m_mutex);
    m_total += bytes.size();
    const std::size_t room = std::min(bytes.size(), kHead - m_written);
    write(bytes.substr(0, room));
    m_written += room;
    bytes.remove_prefix(room);
    if (bytes.empty())
        return;
    m_tail.emplace_back(bytes);
    m_tailBytes += bytes.size();
    while (m_tailBytes - m_tail.front().size() >= kTail) {
        m_leftOut += m_tail.front().size();
        m_tailBytes -= m_tail.front().size();
        m_tail.pop_front();
    }
}

void BoundedLog::close()
{
    const std::lock_guard lock(m_mutex);
    if (m_leftOut > 0)
        write("\n[" + std::to_string(m_leftOut) + " bytes are left out here]\n");
    for (const std::string &block : m_tail)
        write(block);
    m_tail.clear();
    m_leftOut = m_tailBytes = 0;
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

OutputTee::OutputTee(int from, int to, BoundedLog &log)
    : m_from(from)
    , m_to(to)
    , m_log(log)
{
    if (::pipe2(m_stopPipe, O_CLOEXEC) != 0)
        m_stopPipe[0] = m_stopPipe[1] = -1;
    m_thread = std::thread([this] { run(); });
}

OutputTee::~OutputTee()
{
    finish();
    ::close(m_from);
    ::close(m_stopPipe[0]);
}

void OutputTee::finish()
{
    if (m_stopPipe[1] >= 0)
        ::close(m_stopPipe[1]);
    m_stopPipe[1] = -1;
    if (m_thread.joinable())
        m_thread.join();
}

void OutputTee::run()
{
    std::vector<char> block(kBlock);
    bool heard = true; // somebody reads our own output
    for (;;) {
        std::array<pollfd, 2> ends{pollfd{m_from, POLLIN, 0}, pollfd{m_stopPipe[0], POLLIN, 0}};
        if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR)
            return;
        const bool readable = (ends[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
        if (!readable && ends[1].revents != 0)
            return; // the command has ended and the pipe is empty
        if (!readable)
            continue;
        const ssize_t got = ::read(m_from, block.data(), block.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return;
        const std::string_view bytes(block.data(), static_cast<std::size_t>(got));
        m_log.append(bytes);
        heard = heard && writeAll(m_to, bytes);
    }
}

} // namespace signalbox
