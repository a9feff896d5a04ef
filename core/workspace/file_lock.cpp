// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/file_lock.h"

#include <QtCore/QFile>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace signalbox {

FileLock::FileLock(QString path)
    : m_path(std::move(path))
{
}

FileLock::FileLock(FileLock &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_problem(std::move(other.m_problem))
    , m_fd(std::exchange(other.m_fd, -1))
{
}

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    if (this != &other) {
        unlock();
        m_path = std::move(other.m_path);
        m_problem = std::move(other.m_problem);
        m_fd = std::exchange(other.m_fd, -1);
    }
    return *this;
}

FileLock::~FileLock()
{
    unlock();
}

bool FileLock::tryLock()
{
    return acquire(LOCK_EX | LOCK_NB);
}

bool FileLock::lock()
{
    return acquire(LOCK_EX);
}

bool FileLock::acquire(int operation)
{
    if (m_fd >= 0)
        return true;
    m_problem.clear();
    const int fd =
        ::open(QFile::encodeName(m_path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        m_problem = QString::fromLocal8Bit(std::strerror(errno));
        return false;
    }
    int outcome = 0;
    do {
        outcome = ::flock(fd, operation);
    } while (outcome != 0 && errno == EINTR);
    if (outcome != 0) {
        if (errno != EWOULDBLOCK)
            m_problem = QString::fromLocal8Bit(std::strerror(errno));
        ::close(fd);
        return false;
    }
    m_fd = fd;
    return true;
}

void FileLock::unlock()
{
    if (m_fd >= 0)
        ::close(std::exchange(m_fd, -1));
}

} // namespace signalbox
