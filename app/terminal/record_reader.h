// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/record_line.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace signalbox {

/*! Reads lines from a descriptor in a thread of its own and parses them there, so that neither a
 *  silent producer nor a fast one holds up the event loop. At most a few chunks wait to be taken;
 *  then reading stops, which is what slows the producer down. Standard C++ inside. */
class RecordReader final {
public:
    //! Lines longer than this are refused, whatever they hold.
    static constexpr std::size_t kLongestLine = 1024 * 1024;

    //! `wake` is called from the thread when there is something to take. Does not own `fd`.
    RecordReader(int fd, std::function<void()> wake);
    ~RecordReader();
    Q_DISABLE_COPY_MOVE(RecordReader)

    //! The next chunk in order; the last one has `ended` set.
    [[nodiscard]] std::optional<RecordChunk> take();
    //! Ends the input soon: what is there already is still read, within bounds. Idempotent.
    void stop();

private:
    void run();
    //! Waits for input; false when it is time to stop and nothing is there.
    [[nodiscard]] bool waitForInput();
    //! Bytes read, 0 at the end, -1 after an error.
    [[nodiscard]] std::ptrdiff_t fill();
    void splitLines(bool atEnd);
    void takeLine(std::string_view line);
    //! Makes room behind the unread rest; gives up a line that does not fit.
    void compact();
    void push();

    int m_fd;
    std::function<void()> m_wake;
    int m_stopPipe[2] = {-1, -1};
    // Of the thread alone.
    RecordParser m_parser;
    std::vector<char> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_scanned = 0; // no line break before this
    std::size_t m_end = 0;
    std::size_t m_afterStop = 0;
    qint64 m_line = 0;
    qint64 m_now = 0;
    bool m_discarding = false;
    RecordChunk m_chunk;
    // Shared.
    std::mutex m_mutex;
    std::condition_variable m_roomMade;
    std::deque<RecordChunk> m_ready;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace signalbox
