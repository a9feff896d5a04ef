// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/http/http_message.h"

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QUrl>

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

/*! One large file in parts, straight to the storage behind the server: the server hands out a
 *  signed address for each part, the parts go there (without our credentials), and the server joins
 *  them. What fails or is cancelled is aborted before the object goes, so that no half file stays
 *  in the storage. One use per object, which deletes itself after the end; child of the client;
 *  main thread. */
class MultipartUpload final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MultipartUpload)

public:
    //! `route` is the proxy's address of the file, as for a plain upload.
    MultipartUpload(RestClient &client, const QString &route, QString localFile);

    /*! False: the storage takes no parts, or none from this machine: many are reached by the MLflow
     *  server alone. The file has to go in the plain way. */
    [[nodiscard]] Call<bool> start();

private:
    struct Part {
        QUrl url;
        HeaderList headers;
        qint64 offset = 0;
        qint64 length = 0;
        QByteArray etag;
        int attempts = 0;
    };
    void created(const Result<HttpResponse> &reply);
    [[nodiscard]] Result<void> readParts(const HttpResponse &reply);
    void sendNext();
    void send(qsizetype index);
    void sent(qsizetype index, const Result<HttpResponse> &reply);
    void complete();
    void giveUp(Result<bool> result);
    void abortUpload();
    void end();
    [[nodiscard]] HttpRequest mpuRequest(const QString &step, QJsonObject body) const;

    RestClient &m_client;
    QString m_folder; //!< Encoded, below the proxy.
    QString m_name;
    QString m_localFile;
    QString m_uploadId;
    QList<Part> m_parts;
    qsizetype m_next = 0;
    int m_running = 0;
    qint64 m_size = 0;
    qint64 m_done = 0;
    bool m_creating = true; //!< The upload's id, which aborting needs, is on its way.
    bool m_ended = false; //!< Nothing more is sent but the abort.
    Result<bool> m_result = true;
    Promise<bool> m_promise;
    QList<Call<HttpResponse>> m_calls; //!< To the storage, and the one that joins the parts.
};

} // namespace signalbox::mlflow
