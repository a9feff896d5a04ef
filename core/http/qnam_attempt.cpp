// SPDX-License-Identifier: Apache-2.0
#include "core/http/qnam_attempt.h"

#include "core/http/file_slice.h"
#include "core/http/one_shot_device.h"
#include "core/http/qnam_errors.h"
#include "core/http/qnam_transport.h"
#include "core/http/request_url.h"

#include <QtNetwork/QSslError>

#include <cerrno>
#include <memory>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxRedirects = 5;
constexpr qint64 kReserveAtMost = 64LL * 1024 * 1024;
//! What is kept of a refusal's body when the answer itself was meant for a file.
constexpr qint64 kErrorBytes = 1024 * 1024;

} // namespace

QnamAttempt::QnamAttempt(QnamTransport &transport, const QUrl &url, const HttpRequest &request,
    std::chrono::milliseconds inactivity, Promise<HttpResponse> promise)
    : QObject(&transport)
    , m_transport(transport)
    , m_url(url)
    , m_request(request)
    , m_inactivity(inactivity)
    , m_promise(std::move(promise))
    , m_sink(request.sinkFile, request.sinkResumes)
{
    m_promise.onCancel([self = QPointer<QnamAttempt>(this)] {
        if (self)
            self->abort();
    });
}

QnamAttempt::~QnamAttempt()
{
    m_done = true;
    dropReply();
    m_sink.leave();
}

void QnamAttempt::begin()
{
    m_timer.start();
    startReply();
}

void QnamAttempt::abort()
{
    m_done = true;
    dropReply();
    m_sink.leave();
    deleteLater();
}

Result<QIODevice *> QnamAttempt::openBody() const
{
    if (!m_request.bodyFile.isEmpty()) {
        auto file = std::make_unique<FileSlice>(
            m_request.bodyFile, m_request.bodyOffset, m_request.bodyLength);
        if (!file->openForReading())
            return Failure(ErrorKind::Local,
                u"the file %1 cannot be read: %2."_s.arg(m_request.bodyFile, file->errorString()));
        return file.release();
    }
    if (!m_request.isRepeatable())
        return new OneShotDevice(m_request.body);
    return nullptr;
}

void QnamAttempt::startReply()
{
    const Result<QIODevice *> body = openBody();
    if (!body) {
        fail(body.error());
        return;
    }
    HttpRequest request = m_request;
    request.headers += m_sink.begin();
    m_reply = m_transport.start(m_url, request, m_inactivity, body.value());
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &QnamAttempt::headersArrived);
    connect(m_reply, &QNetworkReply::readyRead, this, &QnamAttempt::drain);
    connect(m_reply, &QNetworkReply::finished, this, &QnamAttempt::finished);
    connect(m_reply, &QNetworkReply::sslErrors, this,
        [this](const QList<QSslError> &errors) { m_tlsErrors = errors; });
    connect(m_reply, &QNetworkReply::uploadProgress, this, [this](qint64 sent, qint64 total) {
        if (!m_request.bodyFile.isEmpty() && total > 0)
            Q_EMIT m_promise.pending()->progress(sent, total);
    });
    connect(m_reply, &QObject::destroyed, this, [this] {
        m_reply = nullptr;
        fail(makeError(ErrorKind::Cancelled, u"the connection was shut down."_s));
    });
}

int QnamAttempt::status() const
{
    return m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

bool QnamAttempt::goesToSink() const
{
    return !m_request.sinkFile.isEmpty() && status() >= 200 && status() < 300;
}

void QnamAttempt::headersArrived()
{
    const qint64 length = m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    if (length > m_request.maxResponseBytes)
        fail(makeError(
            ErrorKind::Decode, u"the answer of %1 bytes is larger than allowed."_s.arg(length)));
    else if (!goesToSink() && length > 0)
        m_body.reserve(static_cast<qsizetype>(std::min(length, kReserveAtMost)));
}

void QnamAttempt::drain()
{
    while (!m_done && m_reply && m_reply->bytesAvailable() > 0)
        store(m_reply->read(m_reply->bytesAvailable()));
    if (m_done || !m_reply || m_received == 0 || !m_request.bodyFile.isEmpty())
        return;
    const QVariant length = m_reply->header(QNetworkRequest::ContentLengthHeader);
    const qint64 before = m_sink.offset(status());
    Q_EMIT m_promise.pending()->progress(
        before + m_received, length.isValid() ? before + length.toLongLong() : -1);
}

void QnamAttempt::store(const QByteArray &chunk)
{
    m_received += chunk.size();
    const bool toSink = goesToSink();
    const qint64 limit =
        !toSink && !m_request.sinkFile.isEmpty() ? kErrorBytes : m_request.maxResponseBytes;
    if (m_received > limit) {
        fail(makeError(
            ErrorKind::Decode, u"the answer is larger than the allowed %1 bytes."_s.arg(limit)));
        return;
    }
    if (!toSink) {
        m_body += chunk;
        return;
    }
    errno = 0;
    if (m_sink.write(chunk, status(), replyHeader("Content-Range"), replyHeader("ETag")))
        return;
    fail(makeError(ErrorKind::Local,
        u"the answer cannot be written to %1: %2."_s.arg(m_request.sinkFile, m_sink.errorString()),
        u"Check the free space and the permissions of the folder."_s));
}

QByteArray QnamAttempt::replyHeader(const char *name) const
{
    return m_reply->rawHeader(name);
}

bool QnamAttempt::isAnswered() const
{
    const auto error = m_reply->error();
    if (status() == 0)
        return false;
    // An answer above 400 is an answer even when the connection broke after it.
    return error == QNetworkReply::NoError || status() >= 400;
}

//! Qt now and then reports success for an answer that ended before its announced length.
bool QnamAttempt::isCutShort() const
{
    if (m_reply->error() != QNetworkReply::NoError || m_request.verb == Verb::Head
        || m_reply->hasRawHeader("Content-Encoding") || status() == 204 || status() == 304)
        return false;
    bool given = false;
    const qint64 length = m_reply->rawHeader("Content-Length").toLongLong(&given);
    return given && m_received < length;
}

void QnamAttempt::finished()
{
    drain();
    if (m_done || !m_reply)
        return;
    if (!isAnswered() || isCutShort()) {
        fail(errorOfReply(
            {.error = isCutShort() ? QNetworkReply::RemoteHostClosedError : m_reply->error(),
                .errorText = m_reply->errorString(),
                .tlsErrors = m_tlsErrors,
                .isHttps = m_url.scheme() == u"https",
                .status = status(),
                .received = m_received,
                .inactivity = m_inactivity,
                .repeatable = m_request.isRepeatable()}));
        return;
    }
    if (status() == 416 && m_request.sinkResumes && !std::exchange(m_restarted, true)) {
        m_sink.restart(); // the file on the server is shorter now
        again();
        return;
    }
    const QUrl target = m_reply->attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl();
    if (status() >= 300 && status() < 400 && !target.isEmpty())
        follow(m_url.resolved(target));
    else
        deliver();
}

void QnamAttempt::again()
{
    dropReply();
    m_body.clear();
    m_received = 0;
    startReply();
}

void QnamAttempt::follow(const QUrl &target)
{
    const bool keepsVerb = status() == 307 || status() == 308 || m_request.verb == Verb::Get
        || m_request.verb == Verb::Head;
    if (isSameOrigin(m_url, target) && keepsVerb && m_request.isRepeatable()
        && m_redirects < kMaxRedirects) {
        ++m_redirects;
        m_url = target;
        again();
        return;
    }
    Error error = makeError(ErrorKind::Redirect,
        u"the server sent us on to "_s % shownServer(target.adjusted(QUrl::RemovePath))
            % u", which is not followed."_s,
        u"If that is the right server, use its address. It may also be a login page."_s);
    error.httpStatus = status();
    fail(std::move(error));
}

void QnamAttempt::deliver()
{
    HttpResponse response;
    response.status = status();
    for (const auto &[name, value] : m_reply->rawHeaderPairs())
        response.headers.append({name.toLower(), value});
    errno = 0;
    if (goesToSink()
        && !m_sink.commit(status(), replyHeader("Content-Range"), replyHeader("ETag"))) {
        fail(makeError(ErrorKind::Local,
            u"the answer cannot be stored as %1: %2."_s.arg(
                m_request.sinkFile, m_sink.errorString()),
            u"Check the free space and the permissions of the folder."_s));
        return;
    }
    response.body = std::move(m_body);
    response.elapsed = std::chrono::milliseconds(m_timer.elapsed());
    resolve(std::move(response));
}

void QnamAttempt::fail(Error error)
{
    if (!m_done)
        resolve(Failure(std::move(error)));
}

void QnamAttempt::resolve(Result<HttpResponse> result)
{
    m_done = true;
    dropReply();
    m_sink.leave();
    deleteLater();
    const Promise<HttpResponse> promise = m_promise;
    promise.resolve(std::move(result)); // last: whoever listens may delete the transport
}

void QnamAttempt::dropReply()
{
    if (!m_reply)
        return;
    // Disconnected first: abort() emits finished() at once.
    QNetworkReply *reply = std::exchange(m_reply, nullptr);
    reply->disconnect(this);
    reply->abort();
    reply->deleteLater();
}

} // namespace signalbox
