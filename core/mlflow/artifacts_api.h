// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

/*! Files of runs, versions and logged models. `artifactUri` is what the server calls an artifact
 *  root ("mlflow-artifacts:/1/<run>/artifacts"). Uploads to roots that only the server can reach
 *  are refused with a reason; reads go through the server where it offers that. Borrowed from
 *  Server; same thread. */
class ArtifactsApi final {
public:
    explicit ArtifactsApi(RestClient &client)
        : m_client(client)
    {
    }
    //! One level below `path` of a run.
    [[nodiscard]] Call<QList<FileInfo>> list(const RunId &id, const QString &path = {}) const;
    //! One level below `path` of a logged model (MLflow 3).
    [[nodiscard]] Call<QList<FileInfo>> listModel(
        const LoggedModelId &id, const QString &path = {}) const;
    //! Streams `localFile` to `<artifactUri>/<path>`; flat in memory, idempotent.
    [[nodiscard]] Call<void> upload(
        const QString &artifactUri, const QString &path, const QString &localFile) const;
    //! A file of at most `maxBytes`, in memory.
    [[nodiscard]] Call<QByteArray> read(
        const QString &artifactUri, const QString &path, qint64 maxBytes = 8 * 1024 * 1024) const;
    //! Streams one file to `localFile`.
    [[nodiscard]] Call<void> download(
        const QString &artifactUri, const QString &path, const QString &localFile) const;
    //! A small file of a registered version, whatever its artifact root.
    [[nodiscard]] Call<QByteArray> readVersionFile(const QString &name, const QString &version,
        const QString &path, qint64 maxBytes = 8 * 1024 * 1024) const;

    //! Picks the better download address of that generation; 0 while the server is unknown.
    void setServerMajor(int major) { m_serverMajor = major; }

    //! Why `path` cannot be stored faithfully by the server ('#', literal %20, '..' ...), or empty.
    [[nodiscard]] static QString refusalFor(const QString &path);

private:
    RestClient &m_client;
    int m_serverMajor = 0;
};

} // namespace signalbox::mlflow
