// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"

#include <QtCore/QObject>
#include <QtCore/QStringList>

namespace signalbox {

//! The files of a run, or of a logged model when the id begins with "m-".
struct ArtifactOwner {
    QString id;
    QString root; //!< Artifact root on the server.
    [[nodiscard]] bool isModel() const { return id.startsWith(u"m-"); }
};

[[nodiscard]] Call<ArtifactOwner> findOwner(mlflow::Server &server, const QString &id);
[[nodiscard]] Call<QList<mlflow::FileInfo>> listArtifacts(
    mlflow::Server &server, const ArtifactOwner &owner, const QString &path);

/*! What `file`, listed below `folder`, is called there; InvalidInput when the server's name is not
 *  one plain name below that folder. */
[[nodiscard]] Result<QString> plainName(const QString &folder, const QString &file);

/*! Brings a file, or a folder with all below it, into a local folder. Nothing is written outside of
 *  that folder, whatever the server calls its files and whatever links lie there: that ends the
 *  whole fetch before the file is asked for. Files that are half there are continued. One use per
 *  object; main thread. */
class ArtifactFetch final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ArtifactFetch)

public:
    ArtifactFetch(
        mlflow::Server &server, ArtifactOwner owner, const QString &destination, QObject *parent);
    //! The files that were written, with their paths below the destination.
    [[nodiscard]] Call<QList<mlflow::FileInfo>> start(const QString &path);

Q_SIGNALS:
    void progress(const QString &text);

private:
    struct Wanted {
        QString path; //!< On the server.
        QString local; //!< Below the destination, with '/'.
        qint64 size = -1;
    };
    void look(const QString &path);
    void listed(const QString &path, const QString &local, const QList<mlflow::FileInfo> &files);
    void listNext();
    void fetchNext();
    [[nodiscard]] Result<QString> prepared(const QString &local) const;
    void end(Result<QList<mlflow::FileInfo>> result);

    mlflow::Server &m_server;
    ArtifactOwner m_owner;
    QString m_destination;
    QList<Wanted> m_folders;
    QList<Wanted> m_files;
    qsizetype m_next = 0;
    QList<mlflow::FileInfo> m_done;
    Promise<QList<mlflow::FileInfo>> m_promise;
};

} // namespace signalbox
