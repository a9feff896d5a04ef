// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_transport.h"

#include "core/json/json_writer.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QUrlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::test {

FakeReply FakeReply::json(const QByteArray &body, int status)
{
    FakeReply reply;
    reply.status = status;
    reply.body = body;
    return reply;
}

FakeReply FakeReply::json(const QJsonObject &body, int status)
{
    return json(compactJson(body), status);
}

FakeReply FakeReply::mlflowError(int status, const QString &code, const QString &message)
{
    return json(QJsonObject{{u"error_code"_s, code}, {u"message"_s, message}}, status);
}

FakeReply FakeReply::text(int status, const QByteArray &body, const QByteArray &type)
{
    FakeReply reply = json(body, status);
    reply.headers = {{"content-type", type}};
    return reply;
}

FakeReply FakeReply::hanging()
{
    FakeReply reply;
    reply.hang = true;
    return reply;
}

FakeReply FakeReply::refused()
{
    return failure(ErrorKind::Network, u"the connection was refused."_s);
}

FakeReply FakeReply::brokenOff()
{
    FakeReply reply =
        failure(ErrorKind::Network, u"the server closed the connection without an answer."_s);
    reply.error->ambiguous = true;
    return reply;
}

FakeReply FakeReply::failure(ErrorKind kind, const QString &reason)
{
    FakeReply reply;
    reply.error = makeError(kind, reason.isEmpty() ? u"scripted failure."_s : reason);
    return reply;
}

FakeReply FakeReply::after(std::chrono::milliseconds time) const
{
    FakeReply reply = *this;
    reply.delay = time;
    return reply;
}

QJsonObject FakeRequest::json() const
{
    return QJsonDocument::fromJson(request.body).object();
}

QByteArray FakeRequest::header(const QByteArray &name) const
{
    for (const auto &[key, value] : request.headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

QString FakeRequest::query(const QString &name) const
{
    return QUrlQuery(url).queryItemValue(name, QUrl::FullyDecoded);
}

FakeTransport::FakeTransport(Clock &clock, QObject *parent)
    : Transport(parent)
    , m_clock(clock)
{
}

FakeTransport::~FakeTransport() = default;

void FakeTransport::on(Verb verb, const QString &path, FakeReply reply)
{
    m_always.insert_or_assign({verb, path}, std::move(reply));
}

void FakeTransport::once(Verb verb, const QString &path, FakeReply reply)
{
    m_once[{verb, path}].append(std::move(reply));
}

int FakeTransport::count(Verb verb, const QString &path) const
{
    return static_cast<int>(std::count_if(m_requests.begin(), m_requests.end(),
        [&](const FakeRequest &request) { return request.verb == verb && request.path == path; }));
}

const FakeRequest &FakeTransport::last(Verb verb, const QString &path) const
{
    const auto found = std::find_if(m_requests.rbegin(), m_requests.rend(),
        [&](const FakeRequest &request) { return request.verb == verb && request.path == path; });
    Q_ASSERT(found != m_requests.rend());
    return *found;
}

FakeReply FakeTransport::replyTo(const FakeRequest &request)
{
    if (m_handler) {
        if (const auto reply = m_handler(request))
            return *reply;
    }
    const Key key{request.verb, request.path};
    if (const auto queue = m_once.find(key); queue != m_once.end() && !queue->second.isEmpty())
        return queue->second.takeFirst();
    if (const auto always = m_always.find(key); always != m_always.end())
        return always->second;
    return FakeReply::text(404,
        "<!doctype html><title>404 Not Found</title><h1>Not Found</h1><p>The requested URL was not "
        "found on the server.</p>",
        "text/html; charset=utf-8");
}

Call<HttpResponse> FakeTransport::send(
    const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity)
{
    FakeRequest seen{request.verb, request.path, url, request};
    if (!request.bodyFile.isEmpty()) {
        QFile file(request.bodyFile);
        if (file.open(QIODevice::ReadOnly))
            seen.request.body = file.readAll();
    }
    m_requests.append(seen);
    m_mostRunning = std::max(m_mostRunning, ++m_running);
    const Promise<HttpResponse> promise;
    const Call<HttpResponse> call = promise.call();
    promise.onCancel([self = QPointer<FakeTransport>(this)] {
        if (!self)
            return;
        --self->m_running;
        ++self->m_cancelled;
    });
    schedule(replyTo(seen), promise, request, inactivity);
    return call;
}

void FakeTransport::schedule(const FakeReply &reply, const Promise<HttpResponse> &promise,
    const HttpRequest &request, std::chrono::milliseconds inactivity)
{
    if (reply.hang || reply.delay >= inactivity) {
        Error error = makeError(ErrorKind::Inactivity, u"the server was silent."_s);
        error.ambiguous = !request.isRepeatable();
        m_clock.callAfter(
            inactivity, this, [this, promise, error] { settle(promise, Failure(error)); });
        return;
    }
    const auto answer = [this, promise, request, reply] {
        if (reply.error) {
            Error error = *reply.error;
            error.ambiguous = error.ambiguous && !request.isRepeatable();
            settle(promise, Failure(error));
            return;
        }
        HttpResponse response{reply.status, reply.headers, reply.body, reply.delay, {}};
        if (response.header("content-type").isEmpty())
            response.headers.emplace_back("content-type", "application/json");
        if (!request.sinkFile.isEmpty() && reply.status < 300) {
            QFile sink(request.sinkFile);
            if (sink.open(QIODevice::WriteOnly))
                sink.write(std::exchange(response.body, {}));
        }
        settle(promise, response);
    };
    if (reply.delay.count() == 0)
        QMetaObject::invokeMethod(this, answer, Qt::QueuedConnection);
    else
        m_clock.callAfter(reply.delay, this, answer);
}

void FakeTransport::settle(const Promise<HttpResponse> &promise, const Result<HttpResponse> &result)
{
    if (promise.isFinished())
        return; // cancelled meanwhile
    --m_running;
    promise.resolve(result);
}

} // namespace signalbox::test
