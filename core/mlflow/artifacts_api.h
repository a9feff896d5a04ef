// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <functional>
#include <memory>
#include <optional>

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

struct ArtifactRoute;

//! What is known of sending files in parts; shared with the calls on their way.
struct PartsOffer {
    std::optional<bool> taken; //!< By the server; or, since one failed, by its storage.
    qint64 from = 100LL * 1024 * 1024; //!< Smaller files go in one piece.
    std::function<Call<bool>()> ask;
};

//! What a downloaded file must be; an empty field is not checked.
struct FileCheck {
    qint64 size = -1;
    QByteArray sha256; //!< In lower-case hexadecimal.
};

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
    /*! Streams `localFile` to `<artifactUri>/<path>`; flat in memory, idempotent. Large files go in
     *  parts straight to the storage when the server offers that and the storage is in reach; else
     *  through the server. */
    [[nodiscard]] Call<void> upload(
        const QString &artifactUri, const QString &path, const QString &localFile) const;
    //! A file of at most `maxBytes`, in memory.
    [[nodiscard]] Call<QByteArray> read(
        const QString &artifactUri, const QString &path, qint64 maxBytes = 8 * 1024 * 1024) const;
    /*! Streams one file to `localFile`, which appears whole and checked or not at all. What arrived
     *  before a failure stays beside it, and the next call goes on there where the server can;
     *  else it starts again. */
    [[nodiscard]] Call<void> download(const QString &artifactUri, const QString &path,
        const QString &localFile, const FileCheck &check = {}) const;
    //! Removes a file or a folder from the server's storage, through its artifact proxy.
    [[nodiscard]] Call<void> remove(const QString &artifactUri, const QString &path) const;
    //! A small file of a registered version, whatever its artifact root.
    [[nodiscard]] Call<QByteArray> readVersionFile(const QString &name, const QString &version,
        const QString &path, qint64 maxBytes = 8 * 1024 * 1024) const;

    //! Picks the better download address of that generation; 0 while the server is unknown.
    void setServerMajor(int major) { m_serverMajor = major; }
    /*! The server says whether it takes files in parts: those of at least `from` bytes are sent so.
     *  Without a value it is asked. */
    void setMultipart(std::optional<bool> offered, qint64 from = 100LL * 1024 * 1024)
    {
        m_parts->taken = offered;
        m_parts->from = from;
    }
    //! How to find that out, before the first large file that comes while nobody knows.
    void setMultipartQuestion(std::function<Call<bool>()> ask) { m_parts->ask = std::move(ask); }

    //! Why `path` cannot be stored faithfully by the server ('#', literal %20, '..' ...), or empty.
    [[nodiscard]] static QString refusalFor(const QString &path);

private:
    //! MLflow 2 answers for a file that is not there as if it had failed itself; so it is listed.
    [[nodiscard]] Call<void> checkThere(const ArtifactRoute &route) const;
    RestClient &m_client;
    int m_serverMajor = 0;
    std::shared_ptr<PartsOffer> m_parts = std::make_shared<PartsOffer>();
};

} // namespace signalbox::mlflow
