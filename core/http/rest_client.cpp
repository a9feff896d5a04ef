// SPDX-License-Identifier: Apache-2.0
#include "core/http/rest_client.h"

#include "core/http/error_shapes.h"
#include "core/http/request_url.h"
#include "core/http/rest_client_p.h"

#include <QtCore/QThread>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

RestClient::RestClient(
    RestConfig config, std::unique_ptr<Transport> transport, Clock &clock, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(std::move(config), std::move(transport), clock))
{
    qRegisterMetaType<AttemptRecord>();
}

RestClient::~RestClient()
{
    d->closing = true;
    // Deleting an operation ends its call; who listens may cancel others meanwhile.
    while (!d->operations.empty())
        delete d->operations.back();
}

Call<HttpResponse> RestClient::send(HttpRequest request)
{
    Q_ASSERT(thread() == QThread::currentThread());
    if (const Result<void> usable = checkBaseUrl(d->config.baseUrl); !usable)
        return Call<HttpResponse>::finished(usable.failure());
    if (d->closing)
        return Call<HttpResponse>::finished(
            Failure(ErrorKind::Cancelled, u"The connection to the server is being closed."_s));
    const Promise<HttpResponse> promise;
    const Call<HttpResponse> call = promise.call();
    new RestOperation(*this, std::move(request), promise); // registers itself with this client
    return call;
}

CircuitBreaker &RestClient::breaker()
{
    return d->breaker;
}

const CircuitBreaker &RestClient::breaker() const
{
    return d->breaker;
}

const QUrl &RestClient::baseUrl() const
{
    return d->config.baseUrl;
}

Transport &RestClient::transport()
{
    return *d->transport;
}

void RestClient::setBaseUrl(const QUrl &url)
{
    d->config.baseUrl = url;
}

void RestClient::setLink(const LinkSettings &link)
{
    d->use(link);
    d->gate.renew();
}

void RestClient::renewLink()
{
    d->gate.renew();
}

int RestClient::queued() const
{
    return static_cast<int>(d->operations.size());
}

QueueStatus RestClient::queueStatus() const
{
    QueueStatus status = d->queue.status();
    status.retrying = std::max(0, queued() - d->queue.waiting() - d->queue.running());
    return status;
}

std::chrono::milliseconds RestClient::lastLatency() const
{
    return d->lastLatency;
}

void RestClient::runOffThread(std::function<void()> work, std::function<void()> done)
{
    d->offThread.run(std::move(work), std::move(done));
}

Error RestClient::decodeFailure(
    const Error &error, const QString &request, const HttpResponse &response, bool once)
{
    const Error told = explainDecodeError(error, response);
    Error out = makeError(told.kind, request % u" failed: " % told.message, told.hint);
    out.httpStatus = told.httpStatus;
    out.apiCode = told.apiCode;
    out.requestId = told.requestId;
    // The server did something, but nobody knows what.
    out.ambiguous = once && told.kind == ErrorKind::Decode;
    return out;
}

QString RestClient::describe(const HttpRequest &request) const
{
    return nameOf(request.verb) % u' ' % shownPath(request) % u" on "
        % shownServer(d->config.baseUrl);
}

void RestClient::forwardSignals(PendingCall *from, PendingCall *to)
{
    connect(from, &PendingCall::started, to, &PendingCall::started);
    connect(from, &PendingCall::retryScheduled, to, &PendingCall::retryScheduled);
    connect(from, &PendingCall::progress, to, &PendingCall::progress);
}

void RestClient::noteQueue()
{
    if (std::exchange(d->queueSignalQueued, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            d->queueSignalQueued = false;
            Q_EMIT queueChanged(queued());
        },
        Qt::QueuedConnection);
}

} // namespace signalbox
