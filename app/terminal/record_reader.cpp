// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/record_reader.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::size_t kBuffer = RecordReader::kLongestLine + 256 * 1024;
constexpr std::size_t kMostAfterStop = 1024 * 1024;
constexpr std::size_t kWaiting = 4;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

qint64 epochMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

RecordReader::RecordReader(int fd, std::function<void()> wake)
    : m_fd(fd)
    , m_wake(std::move(wake))
    , m_buffer(kBuffer + RecordParser::kPadding)
{
    if (::pipe2(m_stopPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        m_stopPipe[0] = m_stopPipe[1] = -1;
    m_thread = std::thread([this] { run(); });
}

RecordReader::~RecordReader()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ready.clear();
    }
    stop();
    m_thread.join();
    for (const int end : m_stopPipe) {
        if (end >= 0)
            ::close(end);
    }
}

void RecordReader::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_roomMade.notify_all();
    [[maybe_unused]] const ssize_t written = ::write(m_stopPipe[1], "", 1);
}

std::optional<RecordChunk> RecordReader::take()
{
    std::optional<RecordChunk> chunk;
    {
        const std::lock_guard lock(m_mutex);
        if (m_ready.empty())
            return chunk;
        chunk = std::move(m_ready.front());
        m_ready.pop_front();
    }
    m_roomMade.notify_all();
    return chunk;
}

void RecordReader::push()
{
    bool first = false;
    {
        std::unique_lock lock(m_mutex);
        m_roomMade.wait(lock, [this] { return m_stopping || m_ready.size() < kWaiting; });
        first = m_ready.empty();
        m_ready.push_back(std::exchange(m_chunk, {}));
    }
    if (first)
        m_wake();
}

bool RecordReader::waitForInput()
{
    bool stopping = false;
    {
        const std::lock_guard lock(m_mutex);
        stopping = m_stopping;
    }
    if (stopping && m_afterStop >= kMostAfterStop)
        return false;
    std::array<pollfd, 2> ends{pollfd{m_fd, POLLIN, 0}, pollfd{m_stopPipe[0], POLLIN, 0}};
    const int ready = ::poll(ends.data(), stopping ? 1 : 2, stopping ? 0 : -1);
    if (ready < 0)
        return errno == EINTR && waitForInput();
    if (ends[0].revents != 0)
        return true;
    return !stopping && waitForInput();
}

std::ptrdiff_t RecordReader::fill()
{
    for (;;) {
        if (!waitForInput())
            return 0;
        const ssize_t got = ::read(m_fd, m_buffer.data() + m_end, kBuffer - m_end);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got > 0) {
            m_end += static_cast<std::size_t>(got);
            const std::lock_guard lock(m_mutex);
            if (m_stopping)
                m_afterStop += static_cast<std::size_t>(got);
        }
        return got;
    }
}

void RecordReader::takeLine(std::string_view line)
{
    ++m_line;
    if (m_line == 1 && line.starts_with(kByteOrderMark))
        line.remove_prefix(kByteOrderMark.size());
    if (std::exchange(m_discarding, false) || line.size() > kLongestLine)
        m_parser.refuse(m_line, u"it is longer than 1 MiB"_s, m_chunk);
    else
        m_parser.parse(line, m_line, m_now, m_chunk);
    if (m_chunk.isFull())
        push();
}

void RecordReader::splitLines(bool atEnd)
{
    while (m_scanned < m_end) {
        const char *from = m_buffer.data() + m_scanned;
        const void *found = std::memchr(from, '\n', m_end - m_scanned);
        if (!found)
            break;
        const char *end = static_cast<const char *>(found);
        const char *begin = m_buffer.data() + m_begin;
        takeLine({begin, static_cast<std::size_t>(end - begin)});
        m_begin = m_scanned = static_cast<std::size_t>(end - m_buffer.data()) + 1;
    }
    m_scanned = m_end;
    if (atEnd && (m_begin < m_end || m_discarding))
        takeLine({m_buffer.data() + m_begin, m_end - m_begin});
}

void RecordReader::compact()
{
    if (m_end - m_begin > kLongestLine || m_discarding) {
        m_discarding = true; // until its line break
        m_begin = m_scanned = m_end = 0;
        return;
    }
    if (m_begin == 0)
        return;
    std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
    m_end -= m_begin;
    m_scanned -= m_begin;
    m_begin = 0;
}

void RecordReader::run()
{
    for (;;) {
        const std::ptrdiff_t got = fill();
        const int error = errno;
        m_now = epochMs();
        splitLines(got <= 0);
        if (got <= 0) {
            m_chunk.ended = true;
            if (got < 0)
                m_chunk.trouble = QString::fromLocal8Bit(std::strerror(error));
            push();
            return;
        }
        if (!m_chunk.isEmpty())
            push();
        compact();
    }
}

} // namespace signalbox
