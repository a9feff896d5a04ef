// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/server_files.h"

#include "core/base/redaction.h"
#include "core/workspace/environment_files.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSaveFile>
#include <QtCore/QStorageInfo>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr auto kMark = "SIGNALBOX_LOCAL_SERVER"_L1;
constexpr qint64 kLongestLog = 5 * 1024 * 1024;
constexpr qint64 kTailBytes = 256 * 1024;
constexpr std::array kNetworkFileSystems{"nfs"_L1, "nfs4"_L1, "cifs"_L1, "smb3"_L1, "smbfs"_L1,
    "afs"_L1, "ceph"_L1, "fuse.sshfs"_L1, "fuse.s3fs"_L1, "fuse.rclone"_L1, "fuse.glusterfs"_L1,
    "davfs"_L1, "fuse.davfs2"_L1, "lustre"_L1, "gpfs"_L1, "beegfs"_L1};

QJsonObject readJsonFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.read(64 * 1024)).object()
                                          : QJsonObject();
}

Result<void> writeJsonFile(const QString &path, const QJsonObject &object)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
        file.write(QJsonDocument(object).toJson());
        if (file.commit())
            return {};
    }
    return Failure(ErrorKind::Local, u"%1 cannot be written: %2."_s.arg(path, file.errorString()),
        u"Check free space and permissions."_s);
}

} // namespace

QString networkFileSystemOf(const QString &path)
{
    QString existing = path;
    while (!QFileInfo::exists(existing) && existing.size() > 1)
        existing = QFileInfo(existing).path();
    const QString type = QString::fromLatin1(QStorageInfo(existing).fileSystemType());
    const bool isNetwork = std::find(kNetworkFileSystems.begin(), kNetworkFileSystems.end(), type)
        != kNetworkFileSystems.end();
    return isNetwork ? type : QString();
}

QString ServerFiles::folder() const
{
    return m_home.path(u"workspace"_s);
}

QString ServerFiles::store() const
{
    return folder() + u"/mlflow.db"_s;
}

QString ServerFiles::artifacts() const
{
    return folder() + u"/artifacts"_s;
}

QString ServerFiles::logFile() const
{
    return folder() + u"/server.log"_s;
}

QString ServerFiles::lockFile() const
{
    return folder() + u"/server.lock"_s;
}

QUrl ServerFiles::url(quint16 port)
{
    return port == 0 ? QUrl() : QUrl(u"http://127.0.0.1:%1"_s.arg(port));
}

QByteArray ServerFiles::mark() const
{
    // With the path, so that a copied home does not take the original's server for its own.
    const QString root = QFileInfo(m_home.root()).canonicalFilePath();
    return QString(kMark % u'=' % m_home.workspaceId().valueOr({}) % u':' % root).toLocal8Bit();
}

Result<void> ServerFiles::claimStore() const
{
    const Result<QString> id = m_home.workspaceId();
    if (!id)
        return id.failure();
    const QString claim = folder() + u"/workspace.json"_s;
    const QFileInfo database(store());
    const bool isOurs = readJsonFile(claim)[u"id"].toString() == *id;
    if ((database.exists() || database.isSymLink()) && (!isOurs || database.isSymLink()))
        return Failure(ErrorKind::Local,
            u"The database %1 was not made by this workspace; starting a server on it would change "
            "it for good."_s.arg(store()),
            u"Move it away. To use its content, start a server on a copy of it and connect to "
            "that server's address."_s);
    if (isOurs)
        return {};
    return writeJsonFile(claim, {{u"id"_s, *id}, {u"store"_s, u"mlflow.db"_s}});
}

Result<void> ServerFiles::prepare() const
{
    if (const QString type = networkFileSystemOf(m_home.root()); !type.isEmpty())
        return Failure(ErrorKind::Local,
            u"The home %1 lies on a network file system (%2), where databases break."_s.arg(
                m_home.root(), type),
            u"Set SIGNALBOX_HOME to a folder on a local disk."_s);
    for (const QString &name : {u"workspace"_s, u"workspace/artifacts"_s}) {
        if (const Result<QString> made = m_home.folder(name); !made)
            return made.failure();
    }
    if (QFileInfo(logFile()).size() > kLongestLog) {
        QFile::remove(logFile() + u".1"_s);
        QFile::rename(logFile(), logFile() + u".1"_s);
    }
    return claimStore();
}

ServerRecord ServerFiles::record() const
{
    const QJsonObject object = readJsonFile(folder() + u"/server.json"_s);
    ServerRecord record;
    record.pid = object[u"pid"].toInteger();
    record.startTime = object[u"start_time"].toString().toULongLong();
    const qint64 port = object[u"port"].toInteger();
    record.port = port > 1023 && port < 65'536 ? static_cast<quint16>(port) : quint16(0);
    record.ready = object[u"ready"].toBool();
    record.version = object[u"version"].toString().left(40);
    return record;
}

Result<void> ServerFiles::write(const ServerRecord &record) const
{
    if (const Result<QString> made = m_home.folder(u"workspace"_s); !made)
        return made.failure();
    return writeJsonFile(folder() + u"/server.json"_s,
        {{u"pid"_s, record.pid}, {u"start_time"_s, QString::number(record.startTime)},
            {u"port"_s, record.port}, {u"ready"_s, record.ready}, {u"version"_s, record.version}});
}

Result<ServerRecord> ServerFiles::reservePort(bool mustBeNew) const
{
    ServerRecord next = record();
    if (mustBeNew || next.port == 0 || !isPortFree(next.port))
        next.port = chooseFreePort();
    if (next.port == 0)
        return Failure(ErrorKind::Local, u"No free port was found on 127.0.0.1."_s,
            u"Stop some servers on this machine, then try again."_s);
    next.pid = 0;
    next.startTime = 0;
    next.ready = false;
    if (const Result<void> written = write(next); !written)
        return written.failure();
    return next;
}

bool ServerFiles::isAlive(const ServerRecord &record) const
{
    if (record.pid <= 1)
        return false;
    const std::optional<ProcessInfo> info = processInfo(record.pid);
    return info && info->startTime == record.startTime && hasEnvironment(record.pid, mark());
}

QList<ProcessInfo> ServerFiles::processes() const
{
    // Asking for the mark makes an identity; a home that was never used has no processes either.
    if (!QFileInfo::exists(m_home.path(u"workspace-id"_s)))
        return {};
    return processesWithEnvironment(mark());
}

LocalServerStatus ServerFiles::status() const
{
    const ServerRecord known = record();
    LocalServerStatus status;
    status.url = url(known.port);
    status.version = known.version;
    status.store = store();
    status.artifacts = artifacts();
    status.logFile = logFile();
    if (isAlive(known)) {
        status.pid = known.pid;
        status.state = known.ready ? LocalServerState::Running : LocalServerState::Starting;
    } else if (const QList<ProcessInfo> left = processes(); !left.isEmpty()) {
        status.pid = left.first().pid;
        status.state = LocalServerState::Orphaned;
    }
    return status;
}

DaemonSpec ServerFiles::daemon(const QString &python, quint16 port) const
{
    DaemonSpec spec;
    spec.program = python;
    spec.workingDir = folder();
    spec.logFile = logFile();
    const QString address = u"127.0.0.1:%1"_s.arg(port);
    // The store is named relative to the working folder: no character of a path can break the URI.
    spec.arguments = {u"-m"_s, u"mlflow"_s, u"server"_s, u"--host"_s, u"127.0.0.1"_s, u"--port"_s,
        QString::number(port), u"--workers"_s, u"1"_s, u"--backend-store-uri"_s,
        u"sqlite:///mlflow.db"_s, u"--artifacts-destination"_s,
        QUrl::fromLocalFile(artifacts()).toString(QUrl::FullyEncoded), u"--allowed-hosts"_s,
        address};
    spec.environment = pythonProcessEnvironment();
    const QStringList names = spec.environment.keys();
    for (const QString &name : names) {
        if (name.startsWith(u"MLFLOW_"_s) || name.startsWith(u"_MLFLOW_"_s))
            spec.environment.remove(name);
    }
    spec.environment.insert(u"MLFLOW_SERVER_ENABLE_JOB_EXECUTION"_s, u"false"_s);
    spec.environment.insert(u"MLFLOW_DISABLE_TELEMETRY"_s, u"true"_s);
    spec.environment.insert(u"DO_NOT_TRACK"_s, u"true"_s);
    spec.environment.insert(
        u"PATH"_s, QString(QFileInfo(python).path() % u':' % spec.environment.value(u"PATH"_s)));
    const QString entry = QString::fromLocal8Bit(mark());
    spec.environment.insert(kMark, entry.mid(kMark.size() + 1));
    return spec;
}

QString ServerFiles::logTail(int lines) const
{
    QFile file(logFile());
    if (!file.open(QIODevice::ReadOnly))
        return {};
    file.seek(std::max<qint64>(0, file.size() - kTailBytes));
    QStringList text = QString::fromUtf8(file.readAll()).split(u'\n');
    while (!text.isEmpty() && text.constLast().isEmpty())
        text.removeLast();
    return redact(text.mid(std::max<qsizetype>(0, text.size() - lines)).join(u'\n'));
}

} // namespace signalbox
