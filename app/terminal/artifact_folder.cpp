// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/artifact_folder.h"

#include <QtCore/QFile>
#include <QtCore/QStringList>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

Failure refused(const QString &path, const QString &reason)
{
    return Failure(ErrorKind::InvalidInput,
        u"\"%1\" cannot be logged: %2"_s.arg(path.left(200), reason),
        u"Name a regular file inside the folder of --artifacts-from."_s);
}

QString reasonOf(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

int openBelow(int folder, const QByteArray &path)
{
    struct open_how how { };
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; // a pipe must not hold us up
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, folder, path.constData(), &how, sizeof(how)));
}

//! For kernels before 5.6: step by step, following no link at all.
int openStepByStep(int folder, const QByteArray &path)
{
    int at = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
    const QList<QByteArray> parts = path.split('/');
    for (qsizetype i = 0; i < parts.size() && at >= 0; ++i) {
        const bool last = i + 1 == parts.size();
        const int next = ::openat(at, parts.at(i).constData(),
            O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
        const int error = errno;
        ::close(at);
        errno = error;
        at = next;
    }
    return at;
}

} // namespace

OpenedFile::~OpenedFile()
{
    ::close(m_fd);
}

QString OpenedFile::path() const
{
    return u"/proc/self/fd/%1"_s.arg(m_fd);
}

Result<std::shared_ptr<ArtifactFolder>> ArtifactFolder::open(const QString &path)
{
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return Failure(ErrorKind::InvalidInput,
            u"The artifact folder \"%1\" cannot be read: %2."_s.arg(path, reasonOf(errno)),
            u"Give --artifacts-from a folder that exists."_s);
    }
    return std::shared_ptr<ArtifactFolder>(new ArtifactFolder(fd));
}

ArtifactFolder::~ArtifactFolder()
{
    ::close(m_fd);
}

Result<std::shared_ptr<OpenedFile>> ArtifactFolder::file(const QString &relative) const
{
    const QStringList parts = relative.split(u'/');
    if (relative.isEmpty() || relative.startsWith(u'/') || parts.contains(u".."_s)
        || relative.contains(QChar(0)))
        return refused(relative, u"it is not a path below the artifact folder"_s);
    const QByteArray path = QFile::encodeName(relative);
    int fd = openBelow(m_fd, path);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = openStepByStep(m_fd, path);
    if (fd < 0) {
        return refused(relative,
            errno == EXDEV || errno == ELOOP ? u"it leads out of the artifact folder"_s
                                             : reasonOf(errno));
    }
    auto file = std::make_shared<OpenedFile>(fd);
    struct stat info { };
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return refused(relative, u"it is not a regular file"_s);
    return file;
}

} // namespace signalbox
