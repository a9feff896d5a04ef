// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_folder.h"

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kYoungMs = 3600LL * 1000;

QString systemReason()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

Result<void> makePrivate(const QString &path)
{
    const QByteArray native = QFile::encodeName(path);
    if (!QDir().mkpath(path) || ::chmod(native.constData(), S_IRWXU) != 0
        || ::access(native.constData(), R_OK | W_OK | X_OK) != 0)
        return Failure(ErrorKind::Local,
            u"The journal's folder \"%1\" cannot be written (%2)."_s.arg(path, systemReason()),
            u"Give yourself write permission, free some space, or choose another "
            u"SIGNALBOX_HOME."_s);
    return {};
}

std::optional<unsigned long> fileSystemType(const QString &path)
{
    struct statfs info { };
    if (::statfs(QFile::encodeName(path).constData(), &info) != 0)
        return std::nullopt;
    return static_cast<unsigned long>(info.f_type) & 0xffffffffUL;
}

//! The name of a network file system, where neither flock nor shared memory can be trusted.
QString networkFileSystem(unsigned long type)
{
    switch (type) {
    case 0x6969:
        return u"NFS"_s;
    case 0xff534d42:
    case 0xfe534d42:
    case 0x517b:
        return u"SMB"_s;
    case 0x00c36400:
        return u"Ceph"_s;
    case 0x5346414f:
        return u"AFS"_s;
    case 0x01021997:
        return u"9P"_s;
    case 0x6b414653:
        return u"kAFS"_s;
    case 0x73757245:
        return u"Coda"_s;
    case 0x0bd00bd0:
        return u"Lustre"_s;
    default:
        return {};
    }
}

} // namespace

ProcessLock::ProcessLock(ProcessLock &&other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
{
}

ProcessLock &ProcessLock::operator=(ProcessLock &&other) noexcept
{
    std::swap(m_fd, other.m_fd);
    return *this;
}

ProcessLock::~ProcessLock()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

Result<std::optional<ProcessLock>> ProcessLock::take(
    const QString &path, Mode mode, std::chrono::milliseconds limit)
{
    static constexpr int kPauseMs = 5;
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto lock = tryTake(path, true, mode);
        if (!lock || lock->has_value() || std::chrono::steady_clock::now() >= end)
            return lock;
        ::poll(nullptr, 0, kPauseMs);
    }
}

void ProcessLock::share()
{
    if (m_fd >= 0)
        ::flock(m_fd, LOCK_SH);
}

Result<std::optional<ProcessLock>> ProcessLock::tryTake(const QString &path, bool create, Mode mode)
{
    ProcessLock lock;
    lock.m_fd = ::open(QFile::encodeName(path).constData(),
        O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), S_IRUSR | S_IWUSR);
    if (lock.m_fd < 0)
        return Failure(ErrorKind::Local,
            u"The lock file \"%1\" cannot be opened (%2)."_s.arg(path, systemReason()),
            u"Look at the permissions of its folder."_s);
    int outcome = 0;
    do {
        outcome = ::flock(lock.m_fd, (mode == Mode::Exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
    } while (outcome != 0 && errno == EINTR);
    if (outcome == 0)
        return std::optional<ProcessLock>(std::move(lock));
    if (errno == EWOULDBLOCK)
        return std::optional<ProcessLock>();
    return Failure(ErrorKind::Local,
        u"The file \"%1\" cannot be locked (%2)."_s.arg(path, systemReason()),
        u"Use a folder on a local disk."_s);
}

Result<void> JournalFolder::prepare(const FileSystemOf &fileSystemOf) const
{
    if (auto made = makePrivate(m_path); !made)
        return made;
    const auto type = fileSystemOf ? fileSystemOf(m_path) : fileSystemType(m_path);
    if (const QString network = networkFileSystem(type.value_or(0)); !network.isEmpty())
        return Failure(ErrorKind::Local,
            u"The journal's folder \"%1\" lies on a network file system (%2), where no write can "
            u"be promised to last."_s.arg(m_path, network),
            u"Set SIGNALBOX_HOME to a folder on a local disk."_s);
    if (auto made = makePrivate(spool()); !made)
        return made;
    if (auto made = makePrivate(report()); !made)
        return made;
    return makePrivate(ownerLock());
}

QString JournalFolder::database() const
{
    return QString(m_path % u"/journal.db");
}

QString JournalFolder::spool(const QString &name) const
{
    return name.isEmpty() ? QString(m_path % u"/spool") : QString(m_path % u"/spool/" % name);
}

QString JournalFolder::replayerLock() const
{
    return QString(m_path % u"/replayer.lock");
}

QString JournalFolder::ownerLock(const QString &owner) const
{
    return owner.isEmpty() ? QString(m_path % u"/owners") : QString(m_path % u"/owners/" % owner);
}

QString JournalFolder::useLock() const
{
    return QString(m_path % u"/use.lock");
}

QString JournalFolder::report(const QString &owner) const
{
    return owner.isEmpty() ? QString(m_path % u"/replayers")
                           : QString(m_path % u"/replayers/" % owner);
}

bool JournalFolder::isOwnerDead(const QString &owner) const
{
    const QString path = ownerLock(owner);
    if (!QFile::exists(path))
        return true;
    const auto lock = ProcessLock::tryTake(path, false);
    return lock && lock.value().has_value();
}

void JournalFolder::forgetOwner(const QString &owner) const
{
    QFile::remove(ownerLock(owner));
}

void JournalFolder::forgetDeadOwners() const
{
    const QDir owners(ownerLock());
    const QDateTime limit = QDateTime::currentDateTimeUtc().addMSecs(-kYoungMs);
    const QFileInfoList files = owners.entryInfoList(QDir::Files);
    for (const QFileInfo &file : files) {
        // Somebody who has just made theirs may not have locked it yet.
        if (file.lastModified() < limit && isOwnerDead(file.fileName()))
            forgetOwner(file.fileName());
    }
}

} // namespace signalbox
