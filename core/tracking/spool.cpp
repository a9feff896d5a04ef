// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/spool.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QUuid>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox::spool {

namespace {

constexpr std::size_t kChunk = 1024 * 1024;
constexpr qint64 kReserve = 32LL * 1024 * 1024;

class Descriptor final {
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Q_DISABLE_COPY_MOVE(Descriptor)
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

Failure cannotKeep(const QString &what)
{
    const int reason = errno;
    const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
    return Failure(ErrorKind::Local,
        u"\"%1\" could not be copied into the journal (%2)."_s.arg(
            what, QString::fromLocal8Bit(std::strerror(reason))),
        full ? u"Free some space and log the file again; nothing that was acknowledged is lost."_s
             : u"Look at the permissions of the journal's folder."_s);
}

Failure cannotRead(const QString &path, const QString &reason)
{
    return Failure(ErrorKind::InvalidInput, u"\"%1\" cannot be logged: %2."_s.arg(path, reason),
        u"Name a regular file that you may read."_s);
}

bool writeAll(int fd, const char *data, std::size_t size)
{
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

QString newName()
{
    return QUuid::createUuid().toString(QUuid::Id128);
}

int openTarget(const QString &path)
{
    return ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
        S_IRUSR | S_IWUSR);
}

Result<void> checkSpace(const JournalFolder &folder, const QString &what, qint64 size)
{
    struct statvfs info { };
    if (::statvfs(QFile::encodeName(folder.spool()).constData(), &info) != 0)
        return {};
    const auto free = static_cast<qint64>(info.f_bavail * info.f_frsize);
    if (size + kReserve <= free || size == 0)
        return {};
    errno = ENOSPC;
    return cannotKeep(what);
}

//! Reads the source to its end, hashes it and writes it unless the blocks are shared already.
bool pump(int in, int out, bool cloned, QCryptographicHash &hash, qint64 *size)
{
    std::vector<char> buffer(kChunk);
    for (;;) {
        const ssize_t got = ::read(in, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            return true;
        hash.addData(QByteArrayView(buffer.data(), got));
        *size += got;
        if (!cloned && !writeAll(out, buffer.data(), static_cast<std::size_t>(got)))
            return false;
    }
}

Result<SpooledFile> copyOpened(const JournalFolder &folder, int in, const struct stat &before,
    const QString &from, SpooledFile file)
{
    const Descriptor out(openTarget(folder.spool(file.spool)));
    if (out.get() < 0)
        return cannotKeep(from);
    const bool cloned = ::ioctl(out.get(), FICLONE, in) == 0;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    // A clone is read from the copy: the original may change while we hash.
    if (!pump(cloned ? out.get() : in, out.get(), cloned, hash, &file.size)
        || ::fdatasync(out.get()) != 0)
        return cannotKeep(from);
    struct stat after { };
    const bool same = ::fstat(in, &after) == 0 && after.st_size == before.st_size
        && after.st_mtim.tv_sec == before.st_mtim.tv_sec
        && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec && file.size == before.st_size;
    if (!same)
        return cannotRead(from, u"it changed while it was being copied"_s);
    file.sha256 = QString::fromLatin1(hash.result().toHex());
    return file;
}

} // namespace

Result<SpooledFile> copyFile(const JournalFolder &folder, const QString &from, const QString &to)
{
    // O_NONBLOCK: a pipe must not hold up the journal; it has no effect on regular files.
    const Descriptor in(
        ::open(QFile::encodeName(from).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info { };
    if (in.get() < 0 || ::fstat(in.get(), &info) != 0)
        return cannotRead(from, QString::fromLocal8Bit(std::strerror(errno)));
    if (!S_ISREG(info.st_mode))
        return cannotRead(from, u"it is not a regular file"_s);
    if (auto space = checkSpace(folder, from, info.st_size); !space)
        return space.failure();
    const SpooledFile target{newName(), to, 0, {}};
    const auto copied = copyOpened(folder, in.get(), info, from, target);
    if (!copied)
        remove(folder, {target});
    return copied;
}

Result<SpooledFile> writeBytes(
    const JournalFolder &folder, const QByteArray &bytes, const QString &to)
{
    SpooledFile file{newName(), to, bytes.size(), {}};
    if (auto space = checkSpace(folder, to, bytes.size()); !space)
        return space.failure();
    const QString path = folder.spool(file.spool);
    const Descriptor out(openTarget(path));
    const bool written = out.get() >= 0
        && writeAll(out.get(), bytes.constData(), static_cast<std::size_t>(bytes.size()))
        && ::fdatasync(out.get()) == 0;
    if (!written) {
        const Failure failure = cannotKeep(to);
        QFile::remove(path);
        return failure;
    }
    const QByteArray digest = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
    file.sha256 = QString::fromLatin1(digest.toHex());
    return file;
}

Result<QList<SpooledFile>> copyTree(const JournalFolder &folder, const QString &from)
{
    const QDir root(from);
    QStringList paths;
    QDirIterator it(from, QDir::Files | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
        QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString path = it.next();
        if (it.fileInfo().isSymLink())
            return cannotRead(path, u"it is a link"_s);
        paths << root.relativeFilePath(path);
    }
    std::sort(paths.begin(), paths.end());
    QList<SpooledFile> files;
    for (const QString &path : std::as_const(paths)) {
        const auto copied = copyFile(folder, root.filePath(path), path);
        if (!copied) {
            remove(folder, files);
            return copied.failure();
        }
        files << copied.value();
    }
    return files;
}

void remove(const JournalFolder &folder, const QList<SpooledFile> &files)
{
    for (const SpooledFile &file : files)
        QFile::remove(folder.spool(file.spool));
}

} // namespace signalbox::spool
