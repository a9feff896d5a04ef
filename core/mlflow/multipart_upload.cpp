// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/multipart_upload.h"

#include "core/base/logging.h"
#include "core/base/redaction.h"
#include "core/http/rest_client.h"
#include "core/mlflow/request.h"

#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QPointer>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr qint64 kPartBytes = 32LL * 1024 * 1024;
constexpr qint64 kMostParts = 1000;
constexpr int kAtOnce = 3;
constexpr int kAttempts = 4;
constexpr std::chrono::milliseconds kInactivity = 120s;
//! Until the storage has taken a part, it may well be out of this machine's reach.
constexpr int kFirstAttempts = 2;
constexpr std::chrono::milliseconds kFirstInactivity = 30s;
//! Joining the parts of a very large file takes a storage minutes.
constexpr std::chrono::milliseconds kJoining = 10min;
constexpr std::chrono::milliseconds kAborting = 10s;

const QString kMpu = u"/api/2.0/mlflow-artifacts/mpu/"_s;
const QString kPlain = u"/api/2.0/mlflow-artifacts/artifacts/"_s;

qint64 partSizeFor(qint64 size)
{
    return std::max(kPartBytes, (size + kMostParts - 1) / kMostParts);
}

//! A server that offers parts may keep its files where there are none.
bool saysNotImplemented(const Error &error)
{
    return error.httpStatus == 501 || error.apiCode == "NOT_IMPLEMENTED"_L1 || lacksRoute(error);
}

bool mayRepeat(const Result<HttpResponse> &reply)
{
    if (!reply)
        return reply.error().kind != ErrorKind::Local && reply.error().kind != ErrorKind::Cancelled;
    return reply->status >= 500 || reply->status == 408 || reply->status == 429;
}

} // namespace

MultipartUpload::MultipartUpload(RestClient &client, const QString &route, QString localFile)
    : QObject(&client)
    , m_client(client)
    , m_localFile(std::move(localFile))
    , m_size(QFileInfo(m_localFile).size())
{
    const QString below = route.mid(kPlain.size());
    m_folder = below.section(u'/', 0, -2);
    m_name = QUrl::fromPercentEncoding(below.section(u'/', -1).toLatin1());
}

HttpRequest MultipartUpload::mpuRequest(const QString &step, QJsonObject body) const
{
    body.insert(u"path"_s, m_name);
    return jsonRequest(Verb::Post, kMpu % step % u'/' % m_folder, body, RequestClass::Write);
}

Call<bool> MultipartUpload::start()
{
    const qint64 size = partSizeFor(m_size);
    for (qint64 at = 0; at < m_size; at += size) {
        Part part;
        part.offset = at;
        part.length = std::min(size, m_size - at);
        m_parts.append(part);
    }
    m_promise.onCancel([self = QPointer<MultipartUpload>(this)] {
        if (self)
            self->giveUp(Failure(ErrorKind::Cancelled, u"The upload was cancelled."_s));
    });
    const auto asked = m_client.send(mpuRequest(u"create"_s, {{u"num_parts"_s, m_parts.size()}}));
    asked.then(this, [this](const Result<HttpResponse> &reply) { created(reply); });
    return m_promise.call();
}

void MultipartUpload::created(const Result<HttpResponse> &reply)
{
    m_creating = false;
    const Result<void> read = reply ? readParts(reply.value()) : reply.failure();
    if (m_ended)
        abortUpload(); // cancelled meanwhile, and only now it is known what
    else if (!reply && saysNotImplemented(reply.error()))
        giveUp(false);
    else if (!read)
        giveUp(read.failure());
    else
        sendNext();
}

Result<void> MultipartUpload::readParts(const HttpResponse &reply)
{
    const Result<void> parsed = readJson(reply.body, [this](const JsonView &root) {
        m_uploadId = root.string("upload_id");
        root["credentials"].forEach([this](const JsonView &json) {
            const qint64 number = json.integer("part_number");
            if (number < 1 || number > m_parts.size())
                return;
            Part &part = m_parts[number - 1];
            part.url = QUrl(json.string("url"), QUrl::StrictMode);
            json["headers"].forEachMember([&part](const QString &name, const JsonView &value) {
                part.headers.append({name.toLatin1(), value.asString().toLatin1()});
            });
        });
    });
    if (!parsed)
        return parsed;
    const auto usable = [](const Part &part) {
        return part.url.isValid()
            && (part.url.scheme() == u"https" || part.url.scheme() == u"http");
    };
    if (m_uploadId.isEmpty() || !std::all_of(m_parts.cbegin(), m_parts.cend(), usable))
        return missingIdentity(u"address for each part of the file"_s);
    return {};
}

void MultipartUpload::sendNext()
{
    while (m_running < kAtOnce && m_next < m_parts.size())
        send(m_next++);
    if (m_running == 0 && m_next == m_parts.size())
        complete();
}

void MultipartUpload::send(qsizetype index)
{
    Part &part = m_parts[index];
    ++part.attempts;
    ++m_running;
    HttpRequest request;
    request.verb = Verb::Put;
    request.headers = part.headers;
    request.bodyFile = m_localFile;
    request.bodyOffset = part.offset;
    request.bodyLength = part.length;
    request.requestClass = RequestClass::Transfer;
    request.idempotent = true;
    const auto patience = m_done > 0 ? kInactivity : kFirstInactivity;
    const auto call = m_client.transport().send(part.url, request, patience);
    m_calls.append(call);
    call.then(this, [this, index](const Result<HttpResponse> &reply) { sent(index, reply); });
}

void MultipartUpload::sent(qsizetype index, const Result<HttpResponse> &reply)
{
    if (m_ended)
        return;
    --m_running;
    Part &part = m_parts[index];
    if (reply && reply->status >= 200 && reply->status < 300) {
        part.etag = reply->header("etag");
        m_done += part.length;
        Q_EMIT m_promise.pending()->progress(m_done, m_size);
        sendNext();
        return;
    }
    if (mayRepeat(reply) && part.attempts < (m_done > 0 ? kAttempts : kFirstAttempts)) {
        send(index);
        return;
    }
    if (!reply && reply.error().kind == ErrorKind::Local) {
        giveUp(reply.failure());
        return;
    }
    const QString why =
        reply ? u"it answered with status %1"_s.arg(reply->status) : redact(reply.error().message);
    // The address is signed: it must not appear in a message.
    qCWarning(lcHttp).noquote() << u"Part %1 of \"%2\" could not be stored at %3: %4"_s.arg(
        QString::number(index + 1), m_name, part.url.host(), why)
                                << "The file goes through the MLflow server instead.";
    giveUp(false);
}

void MultipartUpload::complete()
{
    QJsonArray parts;
    for (qsizetype i = 0; i < m_parts.size(); ++i) {
        parts.append(QJsonObject{{u"part_number"_s, i + 1},
            {u"etag"_s, QString::fromLatin1(m_parts.at(i).etag)},
            {u"url"_s, m_parts.at(i).url.toString(QUrl::FullyEncoded)}});
    }
    HttpRequest request =
        mpuRequest(u"complete"_s, {{u"upload_id"_s, m_uploadId}, {u"parts"_s, parts}});
    request.timeout = kJoining;
    const auto joined = m_client.send(std::move(request));
    m_calls.append(joined);
    joined.then(this, [this](const Result<HttpResponse> &reply) {
        if (m_ended)
            return;
        if (reply)
            end();
        else
            giveUp(reply.failure());
    });
}

void MultipartUpload::giveUp(Result<bool> result)
{
    if (std::exchange(m_ended, true))
        return;
    m_result = std::move(result);
    const auto calls = std::exchange(m_calls, {});
    for (const auto &call : calls)
        call.cancel();
    if (!m_creating)
        abortUpload();
}

//! Whoever waits is told afterwards, because a program may end once it knows.
void MultipartUpload::abortUpload()
{
    if (m_uploadId.isEmpty()) {
        end();
        return;
    }
    HttpRequest request = mpuRequest(u"abort"_s, {{u"upload_id"_s, m_uploadId}});
    request.idempotent = true;
    request.timeout = kAborting;
    const auto aborted = m_client.send(std::move(request));
    // Best effort; its outcome changes nothing.
    aborted.then(this, [this](const Result<HttpResponse> &) { end(); });
}

void MultipartUpload::end()
{
    m_ended = true;
    m_promise.resolve(m_result);
    deleteLater();
}

} // namespace signalbox::mlflow
