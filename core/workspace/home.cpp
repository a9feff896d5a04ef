// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/home.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QStandardPaths>
#include <QtCore/QUuid>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kAbandonedDays = 7;

constexpr mode_t kPrivateFolder = 0700;
constexpr auto kLockedRequirements = "/engine/requirements.lock"_L1;

QString reasonOf(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

Failure folderFailure(const QString &folder, const QString &reason)
{
    return Failure(ErrorKind::Local, u"The folder %1 cannot be used: %2."_s.arg(folder, reason),
        u"Make it writable, or set SIGNALBOX_HOME to a folder of your own."_s);
}

//! Makes every missing level, the ones at or below `privateFrom` for this user alone.
Result<void> makeFolder(const QString &folder, const QString &privateFrom)
{
    if (QFileInfo(folder).isDir())
        return {};
    const QString parent = QFileInfo(folder).path();
    if (parent != folder) {
        if (const Result<void> made = makeFolder(parent, privateFrom); !made)
            return made;
    }
    const bool ours = folder.startsWith(privateFrom);
    if (::mkdir(QFile::encodeName(folder).constData(), ours ? kPrivateFolder : 0755) == 0)
        return {};
    if (errno == EEXIST && QFileInfo(folder).isDir())
        return {};
    return folderFailure(folder, reasonOf(errno));
}

QString readId(const QString &file)
{
    QFile f(file);
    if (!f.open(QIODevice::ReadOnly))
        return {};
    const QString id = QString::fromLatin1(f.read(64)).trimmed();
    return id.size() == 32 ? id : QString();
}

//! Publishes `id` under `file` unless another process was first; link() decides who won.
bool publishOnce(const QString &file, const QString &id)
{
    const QString draft = file % u'.' % id;
    QFile f(draft);
    if (!f.open(QIODevice::WriteOnly | QIODevice::NewOnly))
        return false;
    const QByteArray text = id.toLatin1() + '\n';
    const bool written = f.write(text) == text.size() && f.flush();
    f.close();
    if (written)
        (void)::link(QFile::encodeName(draft).constData(), QFile::encodeName(file).constData());
    f.remove();
    return written;
}

bool holdsResources(const QString &folder)
{
    return QFileInfo::exists(folder + kLockedRequirements);
}

// A flow removes the folder of its job; one that crashed could not.
void removeAbandonedJobs(const QString &jobs)
{
    const QDateTime oldest = QDateTime::currentDateTimeUtc().addDays(-kAbandonedDays);
    const QFileInfoList folders = QDir(jobs).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QFileInfo &folder : folders) {
        if (!folder.isSymLink() && folder.lastModified() < oldest)
            QDir(folder.filePath()).removeRecursively();
    }
}

} // namespace

Home::Home(QString root)
    : m_root(QDir::cleanPath(QFileInfo(root).absoluteFilePath()))
{
}

Home Home::fromEnvironment()
{
    const QString chosen = qEnvironmentVariable("SIGNALBOX_HOME");
    if (!chosen.isEmpty())
        return Home(chosen);
    return Home(
        QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) % u"/signalbox"_s);
}

QString Home::path(const QString &relative) const
{
    return relative.isEmpty() ? m_root : QDir::cleanPath(m_root % u'/' % relative);
}

Result<QString> Home::folder(const QString &relative) const
{
    const QString wanted = path(relative);
    if (const Result<void> made = makeFolder(wanted, m_root); !made)
        return made.failure();
    if (::access(QFile::encodeName(wanted).constData(), W_OK | X_OK) != 0)
        return folderFailure(wanted, reasonOf(errno));
    return wanted;
}

Result<QString> Home::newJobFolder() const
{
    const Result<QString> jobs = folder(u"jobs"_s);
    if (!jobs)
        return jobs;
    removeAbandonedJobs(*jobs);
    const QString stamp = QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss"_s);
    QByteArray pattern = QFile::encodeName(QString(*jobs % u'/' % stamp % u"-XXXXXX"_s));
    if (::mkdtemp(pattern.data()) == nullptr)
        return folderFailure(*jobs, reasonOf(errno));
    return QFile::decodeName(pattern);
}

QString Home::environmentDir() const
{
    const QString chosen = qEnvironmentVariable("SIGNALBOX_ENV_DIR");
    return chosen.isEmpty() ? path(u"env"_s)
                            : QDir::cleanPath(QFileInfo(chosen).absoluteFilePath());
}

Result<QString> Home::workspaceId() const
{
    const Result<QString> root = folder({});
    if (!root)
        return root;
    const QString file = path(u"workspace-id"_s);
    if (const QString known = readId(file); !known.isEmpty())
        return known;
    const bool written = publishOnce(file, QUuid::createUuid().toString(QUuid::Id128));
    if (const QString known = readId(file); !known.isEmpty())
        return known;
    return Failure(ErrorKind::Local,
        u"The workspace's identity in %1 cannot be %2."_s.arg(
            file, written ? u"read"_s : u"written"_s),
        u"Check free space and permissions; delete the file if it is damaged."_s);
}

QString Home::resourcesDir()
{
    if (const QString chosen = qEnvironmentVariable("SIGNALBOX_RESOURCES_DIR"); !chosen.isEmpty())
        return QDir::cleanPath(chosen);
    const QDir program(QFileInfo(u"/proc/self/exe"_s).symLinkTarget().section(u'/', 0, -2));
    const QString installed = QDir::cleanPath(program.filePath(u"../share/signalbox"_s));
    if (holdsResources(installed))
        return installed;
    QDir up = program;
    for (int level = 0; level < 4 && up.cdUp(); ++level) {
        if (holdsResources(up.filePath(u"resources"_s)))
            return up.filePath(u"resources"_s);
    }
    return QStringLiteral(SIGNALBOX_SOURCE_RESOURCES);
}

} // namespace signalbox
