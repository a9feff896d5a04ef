// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QMetaType>
#include <QtCore/QString>

#include <chrono>
#include <utility>

namespace signalbox {

enum class Verb : quint8 { Get, Head, Post, Put, Patch, Delete };
[[nodiscard]] QString nameOf(Verb verb);

//! Decides the timeout and the place in the queue.
enum class RequestClass : quint8 {
    Probe, //!< 5 s in all; health and version.
    Interactive, //!< 60 s in all; what a person waits for.
    Write, //!< 60 s in all; logging.
    Page, //!< 120 s in all; a page of a listing, never retried after a timeout.
    Transfer, //!< By inactivity only; files.
};
//! "probe", "interactive", "write", "page", "transfer".
[[nodiscard]] QString nameOf(RequestClass requestClass);

//! Requests of one kind, for people.
struct QueueLane {
    int waiting = 0;
    int running = 0;
    std::chrono::milliseconds oldest{0}; //!< How long the first of them has been there.
    [[nodiscard]] bool isEmpty() const { return waiting + running == 0; }
};

//! What waits and runs against one server at this moment.
struct QueueStatus {
    QueueLane interactive; //!< Probes and what a person waits for.
    QueueLane logging; //!< Writes of runs.
    QueueLane sync; //!< Pages of listings and files.
    int retrying = 0; //!< Between two attempts, in none of the lanes.
};

using HeaderList = QList<std::pair<QByteArray, QByteArray>>;
//! Decoded name and value; the client encodes them once, with '+' as %2B.
using QueryList = QList<std::pair<QString, QString>>;

/*! One request, relative to the server's base URL. */
struct HttpRequest {
    Verb verb = Verb::Get;
    QString path; //!< "/api/2.0/mlflow/runs/get", each segment already percent-encoded.
    QueryList query;
    HeaderList headers;
    QByteArray body;
    QString bodyFile; //!< Streams this file instead of `body`.
    qint64 bodyOffset = 0; //!< Where in `bodyFile` the body begins ...
    qint64 bodyLength = -1; //!< ... and how long it is; -1 means to the end.
    QString sinkFile; //!< Streams a 2xx answer into this file instead of memory.
    bool sinkResumes = false; //!< What arrived of it stays after a failure; the next try goes on.
    RequestClass requestClass = RequestClass::Interactive;
    //! The same request may be sent again without harm. GET and HEAD always may.
    bool idempotent = false;
    /*! A create: sent exactly once even when the connection breaks, and the failure is reported as
     *  ambiguous instead. */
    bool oneShot = false;
    qint64 maxResponseBytes = 256LL * 1024 * 1024;
    std::chrono::milliseconds timeout{0}; //!< 0 takes the class's default.

    //! False for what must reach the server at most once: never re-sent, never retried.
    [[nodiscard]] bool isRepeatable() const;
};

struct HttpResponse {
    int status = 0;
    HeaderList headers; //!< Names in lower case.
    QByteArray body;
    std::chrono::milliseconds elapsed{0};
    QString requestId;
    [[nodiscard]] QByteArray header(const QByteArray &lowerCaseName) const;
};

//! One finished attempt, for the request log.
struct AttemptRecord {
    qint64 timeMs = 0; //!< UTC epoch milliseconds when it started.
    Verb verb = Verb::Get;
    RequestClass requestClass = RequestClass::Interactive;
    QString path; //!< Redacted, with query.
    int status = 0;
    std::chrono::milliseconds elapsed{0};
    int attempt = 1;
    QString requestId;
    QString error; //!< Empty after success.
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::AttemptRecord)
