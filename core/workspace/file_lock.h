// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include <utility>

namespace signalbox {

/*! An advisory lock (flock) on a file that is made when missing and never deleted. Released when
 *  this object dies or the process does. A child that inherits `descriptor()` keeps the lock until
 *  it ends. Move-only; any thread, one at a time. */
class FileLock final {
public:
    FileLock() = default;
    explicit FileLock(QString path);
    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&other) noexcept;
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;
    ~FileLock();

    //! True once it is ours. False: somebody else holds it, or `problem()` says why it cannot be.
    [[nodiscard]] bool tryLock();
    //! Waits for it; only for sections of microseconds. False when the file cannot be opened.
    [[nodiscard]] bool lock();
    void unlock();
    [[nodiscard]] bool isHeld() const { return m_fd >= 0; }
    [[nodiscard]] int descriptor() const { return m_fd; }
    [[nodiscard]] const QString &problem() const { return m_problem; }

private:
    [[nodiscard]] bool acquire(int operation);
    QString m_path;
    QString m_problem;
    int m_fd = -1;
};

} // namespace signalbox
