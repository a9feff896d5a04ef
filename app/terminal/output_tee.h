// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>
#include <QtCore/QtGlobal>

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace signalbox {

/*! A command's output as a file of bounded size: the beginning and, when it grows too long, the
 *  end, where a failure explains itself. Several threads may append. */
class BoundedLog final {
public:
    static constexpr std::size_t kHead = 16 * 1024 * 1024;
    static constexpr std::size_t kTail = 4 * 1024 * 1024;

    explicit BoundedLog(const QString &path);
    ~BoundedLog();
    Q_DISABLE_COPY_MOVE(BoundedLog)

    void append(std::string_view bytes);
    //! Writes what is held back; the file is complete afterwards.
    void close();
    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] bool isEmpty() const { return m_total == 0; }

private:
    void write(std::string_view bytes);
    QString m_path;
    std::mutex m_mutex;
    int m_fd = -1;
    std::size_t m_written = 0;
    std::atomic<std::size_t> m_total{0};
    std::deque<std::string> m_tail;
    std::size_t m_tailBytes = 0;
    std::size_t m_leftOut = 0;
};

/*! Copies one stream of a command to ours and into the log, in a thread of its own, so that a
 *  reader who is slow slows the command down and nothing else. Standard C++ inside. */
class OutputTee final {
public:
    //! Takes over `from`; `to` stays the caller's.
    OutputTee(int from, int to, BoundedLog &log);
    ~OutputTee();
    Q_DISABLE_COPY_MOVE(OutputTee)

    //! The command has ended: copies what is there and stops, also when a child of it lives on.
    void finish();

private:
    void run();
    int m_from;
    int m_to;
    BoundedLog &m_log;
    int m_stopPipe[2] = {-1, -1};
    std::thread m_thread;
};

} // namespace signalbox
