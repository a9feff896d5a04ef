// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/artifact_fetch.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kDeepest = 64;

Failure hostile(const QString &name)
{
    return Failure(ErrorKind::InvalidInput,
        u"The server names a file \"%1\", which is no name for a file here."_s.arg(name.left(200)),
        u"Nothing was written for it. Fetch the other files one by one."_s);
}

QString below(const QString &folder, const QString &name)
{
    return folder.isEmpty() ? name : QString(folder % u'/' % name);
}

} // namespace

Call<ArtifactOwner> findOwner(mlflow::Server &server, const QString &id)
{
    // Who the server is decides by which address its files are read.
    const auto connected = server.info() ? Call<mlflow::ServerInfo>::finished(*server.info())
                                         : server.connectToServer();
    return connected.andThen(&server, [&server, id](const mlflow::ServerInfo &) {
        const ArtifactOwner owner{id, {}};
        if (owner.isModel())
            return server.loggedModels.get(LoggedModelId(id))
                .andThen(&server, [id](const mlflow::LoggedModel &model) {
                    return Call<ArtifactOwner>::finished(ArtifactOwner{id, model.artifactUri});
                });
        return server.runs.get(RunId(id)).andThen(&server, [id](const mlflow::Run &run) {
            return Call<ArtifactOwner>::finished(ArtifactOwner{id, run.info.artifactUri});
        });
    });
}

Call<QList<mlflow::FileInfo>> listArtifacts(
    mlflow::Server &server, const ArtifactOwner &owner, const QString &path)
{
    return owner.isModel() ? server.artifacts.listModel(LoggedModelId(owner.id), path)
                           : server.artifacts.list(RunId(owner.id), path);
}

Result<QString> plainName(const QString &folder, const QString &file)
{
    const QString prefix = folder.isEmpty() ? QString() : QString(folder % u'/');
    const QString name = file.mid(prefix.size());
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    const bool plain = file.startsWith(prefix) && !name.isEmpty() && name != "."_L1
        && name != ".."_L1 && !name.contains(u'/') && name.isValidUtf16()
        && std::none_of(name.cbegin(), name.cend(), isControl) && name.toUtf8().size() <= 255;
    if (!plain)
        return hostile(file);
    return name;
}

ArtifactFetch::ArtifactFetch(
    mlflow::Server &server, ArtifactOwner owner, const QString &destination, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_owner(std::move(owner))
    , m_destination(destination)
{
}

Call<QList<mlflow::FileInfo>> ArtifactFetch::start(const QString &path)
{
    if (!QDir().mkpath(m_destination))
        end(Failure(ErrorKind::Local, u"The folder %1 cannot be made."_s.arg(m_destination),
            u"Check the permissions."_s));
    else
        look(path);
    return m_promise.call();
}

//! The folder above tells whether `path` is a file or a folder, and its size.
void ArtifactFetch::look(const QString &path)
{
    if (path.isEmpty()) {
        m_folders.append({{}, {}, -1});
        listNext();
        return;
    }
    const QString above = path.contains(u'/') ? path.section(u'/', 0, -2) : QString();
    const auto listing = listArtifacts(m_server, m_owner, above);
    m_promise.onCancel([listing] { listing.cancel(); });
    listing.then(this, [this, path, above](const Result<QList<mlflow::FileInfo>> &files) {
        if (!files) {
            end(files.failure());
            return;
        }
        QList<mlflow::FileInfo> wanted = files.value();
        wanted.removeIf([&path](const mlflow::FileInfo &file) { return file.path != path; });
        if (wanted.isEmpty())
            end(Failure(ErrorKind::NotFound, u"There is no artifact \"%1\"."_s.arg(path),
                u"`signalboxctl artifacts list` shows what there is."_s));
        else
            listed(above, {}, wanted);
    });
}

void ArtifactFetch::listed(
    const QString &path, const QString &local, const QList<mlflow::FileInfo> &files)
{
    for (const mlflow::FileInfo &file : files) {
        const Result<QString> name = plainName(path, file.path);
        if (!name) {
            end(name.failure());
            return;
        }
        const Wanted wanted{file.path, below(local, name.value()), file.size};
        (file.isDirectory ? m_folders : m_files).append(wanted);
    }
    listNext();
}

void ArtifactFetch::listNext()
{
    if (m_folders.isEmpty()) {
        fetchNext();
        return;
    }
    const Wanted folder = m_folders.takeFirst();
    if (folder.local.count(u'/') >= kDeepest) {
        end(hostile(folder.path));
        return;
    }
    const auto listing = listArtifacts(m_server, m_owner, folder.path);
    m_promise.onCancel([listing] { listing.cancel(); });
    listing.then(this, [this, folder](const Result<QList<mlflow::FileInfo>> &files) {
        if (files)
            listed(folder.path, folder.local, files.value());
        else
            end(files.failure());
    });
}

//! The place of the file, its folders made; refused when a link leads out of the destination.
Result<QString> ArtifactFetch::prepared(const QString &local) const
{
    const QString target = QString(m_destination % u'/' % local);
    const QString folder = QFileInfo(target).path();
    // Checked from above, so that no folder is made behind a link that leads elsewhere.
    QString at = m_destination;
    QStringList parts = local.split(u'/');
    parts.removeLast(); // the file's own name
    for (const QString &part : std::as_const(parts)) {
        at = QString(at % u'/' % part);
        if (QFileInfo(at).isSymLink())
            return Failure(ErrorKind::InvalidInput,
                u"%1 is a link; what is fetched stays inside %2."_s.arg(at, m_destination),
                u"Remove the link or choose another folder."_s);
    }
    if (!QDir().mkpath(folder) || QFileInfo(target).isDir())
        return Failure(ErrorKind::Local, u"%1 cannot be written."_s.arg(target),
            u"Something else is in the way; choose another folder."_s);
    return target;
}

void ArtifactFetch::fetchNext()
{
    if (m_next == m_files.size()) {
        end(m_done);
        return;
    }
    const Wanted wanted = m_files.at(m_next++);
    const Result<QString> target = prepared(wanted.local);
    if (!target) {
        end(target.failure());
        return;
    }
    const auto download =
        m_server.artifacts.download(m_owner.root, wanted.path, target.value(), {wanted.size, {}});
    m_promise.onCancel([download] { download.cancel(); });
    connect(download.pending(), &PendingCall::progress, this,
        [this, name = wanted.local](qint64 done, qint64) {
            Q_EMIT progress(u"%1: %2 MB"_s.arg(name, QString::number(done / 1'000'000)));
        });
    download.then(this, [this, wanted, target](const Result<void> &result) {
        if (!result) {
            end(result.failure());
            return;
        }
        m_done.append({wanted.local, false, QFileInfo(target.value()).size()});
        fetchNext();
    });
}

void ArtifactFetch::end(Result<QList<mlflow::FileInfo>> result)
{
    m_promise.resolve(std::move(result));
}

} // namespace signalbox
