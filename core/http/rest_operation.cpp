// SPDX-License-Identifier: Apache-2.0
#include "core/http/rest_operation.h"

#include "core/base/logging.h"
#include "core/base/redaction.h"
#include "core/base/version.h"
#include "core/http/error_shapes.h"
#include "core/http/request_url.h"
#include "core/http/rest_client_p.h"

#include <QtCore/QUuid>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTransferInactivity{120'000};
constexpr milliseconds kForEver = std::chrono::hours(24);
//! A server may ask everybody to pause, but not for longer than this.
constexpr milliseconds kLongestPause{60'000};

//! Zero means without a total deadline.
milliseconds defaultTotal(RequestClass requestClass, const RestConfig &config)
{
    switch (requestClass) {
    case RequestClass::Probe:
        return config.probeTimeout;
    case RequestClass::Interactive:
    case RequestClass::Write:
        return config.requestTimeout;
    case RequestClass::Page:
        return 2 * config.requestTimeout;
    case RequestClass::Transfer:
        return milliseconds(0);
    }
    return config.requestTimeout;
}

milliseconds capped(milliseconds time, milliseconds cap)
{
    return cap.count() > 0 ? std::min(time, cap) : time;
}

bool isTimeout(const Error &error)
{
    return error.kind == ErrorKind::Deadline || error.kind == ErrorKind::Inactivity
        || error.httpStatus == 504;
}

bool hasHeader(const HeaderList &headers, const QByteArray &name)
{
    return std::any_of(headers.begin(), headers.end(), [&name](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    });
}

void addHeader(HeaderList &headers, const QByteArray &name, const QByteArray &value)
{
    if (!hasHeader(headers, name))
        headers.append({name, value});
}

} // namespace

RestOperation::RestOperation(RestClient &client, HttpRequest request, Promise<HttpResponse> promise)
    : m_client(client)
    , m_request(std::move(request))
    , m_promise(std::move(promise))
    , m_id(QUuid::createUuid().toString(QUuid::Id128).left(16))
{
    const RestConfig &config = client.d->config;
    const bool own = m_request.timeout.count() > 0;
    const bool transfer = m_request.requestClass == RequestClass::Transfer;
    const milliseconds total =
        own ? m_request.timeout : defaultTotal(m_request.requestClass, config);
    m_total = transfer ? milliseconds(0) : capped(total, config.timeoutCap);
    m_inactivity = transfer
        ? capped(own ? m_request.timeout : kTransferInactivity, config.timeoutCap)
        : m_total;
    m_promise->onCancel([self = QPointer<RestOperation>(this)] {
        if (self)
            self->cancel();
    });
    client.d->operations.push_back(this);
    client.noteQueue();
    enterQueue(false);
}

RestOperation::~RestOperation()
{
    m_call.cancel();
    leaveClient();
}

void RestOperation::cancel()
{
    if (m_attemptRuns)
        record(0, u"cancelled"_s);
    m_promise.reset();
    m_call.cancel();
    m_permit.reset(); // unreported: neutral
    m_ticket.release();
    leaveClient();
    deleteLater();
}

void RestOperation::enterQueue(bool again)
{
    m_ticket = m_client.d->queue.enter(
        m_request.requestClass, [this] { start(); }, again);
}

void RestOperation::start()
{
    if (!m_deadline && m_total.count() > 0) {
        m_deadline = m_client.d->clock.now() + m_total;
        m_client.d->clock.callAfter(m_total, this, [this] { outOfTime(); });
    }
    attempt();
}

void RestOperation::waitForLink()
{
    m_client.d->gate.open().then(this, [this](const Result<void> &opened) {
        if (!m_promise)
            return; // the deadline was quicker
        if (opened) {
            attempt();
            return;
        }
        ++m_attempt;
        m_attemptStart = m_client.d->clock.now();
        m_attemptTimeMs = m_client.d->clock.epochMs();
        heldBack(opened.error());
    });
}

void RestOperation::attempt()
{
    RestClient::Private &d = *m_client.d;
    if (!d.gate.isOpen()) {
        waitForLink();
        return;
    }
    ++m_attempt;
    m_attemptStart = d.clock.now();
    m_attemptTimeMs = d.clock.epochMs();
    Result<std::shared_ptr<Permit>> permit = d.breaker.tryAcquire();
    if (!permit) {
        heldBack(permit.error());
        return;
    }
    m_permit = permit.value();
    m_attemptRuns = true;
    m_call =
        d.transport->send(requestUrl(d.config.baseUrl, m_request), preparedRequest(), m_inactivity);
    connect(m_call.pending(), &PendingCall::progress, m_promise->pending(), &PendingCall::progress);
    m_call.then(this, [this](const Result<HttpResponse> &result) { answered(result); });
    Q_EMIT m_promise->pending()->started(m_attempt); // last: a slot may cancel
}

void RestOperation::heldBack(const Error &error)
{
    record(0, error.message);
    Failure told = decorated(error);
    told.error.attempts = m_attempt - 1; // this one has not left the house
    finish(told);
}

HttpRequest RestOperation::preparedRequest() const
{
    HttpRequest request = m_request;
    const RestConfig &config = m_client.d->config;
    for (const auto &[name, value] : config.headers)
        addHeader(request.headers, name, value);
    for (const auto &[name, value] : config.link.login)
        addHeader(request.headers, name, value);
    // Servers without workspaces refuse the header, and probes must get through to tell that.
    if (!config.workspace.isEmpty() && request.requestClass != RequestClass::Probe)
        addHeader(request.headers, "X-MLFLOW-WORKSPACE", config.workspace);
    if (!request.bodyFile.isEmpty())
        addHeader(request.headers, "Content-Type", "application/octet-stream");
    else if (!request.body.isEmpty() || request.verb == Verb::Post)
        addHeader(request.headers, "Content-Type", "application/json");
    addHeader(request.headers, "Accept", "application/json, */*;q=0.5");
    addHeader(request.headers, "User-Agent", QByteArray("Signalbox/") + kVersion);
    addHeader(request.headers, "X-Request-Id", requestId().toLatin1());
    return request;
}

void RestOperation::answered(const Result<HttpResponse> &result)
{
    if (!m_attemptRuns)
        return; // the deadline was quicker
    RestClient::Private &d = *m_client.d;
    if (result) {
        d.lastAnswer = d.clock.now();
        d.lastLatency = std::chrono::duration_cast<milliseconds>(d.clock.now() - m_attemptStart);
    }
    const int status = result ? result->status : result.error().httpStatus;
    Result<HttpResponse> judged = judge(result);
    if (!judged) {
        record(status, judged.error().message);
        failed(judged.error());
        return;
    }
    record(status, {});
    report(nullptr);
    noteLogin(nullptr);
    finish(std::move(judged));
}

Result<HttpResponse> RestOperation::judge(const Result<HttpResponse> &result) const
{
    if (!result)
        return result;
    HttpResponse response = result.value();
    response.requestId = requestId();
    if (response.status < 200 || response.status >= 300) {
        Error error = errorOfAnswer(response);
        // A gateway's word says nothing about what happened behind it.
        error.ambiguous = !m_request.isRepeatable() && error.kind == ErrorKind::ServerError
            && error.apiCode.isEmpty();
        return Failure(error);
    }
    if (const auto hidden = errorInsideSuccess(m_request, response))
        return Failure(*hidden);
    return response;
}

void RestOperation::failed(Error error)
{
    report(&error);
    if (error.kind == ErrorKind::Unauthorized) {
        if (!m_client.d->config.loginHint.isEmpty())
            error.hint = m_client.d->config.loginHint;
        noteLogin(&error);
    }
    if (error.kind == ErrorKind::RateLimited && error.retryAfter)
        m_client.d->queue.pauseFor(std::min(*error.retryAfter, kLongestPause));
    if (mayRetry(error)) {
        const auto delay = m_client.d->config.retry.nextDelay(m_attempt, error, remaining());
        if (delay) {
            retryIn(*delay, error);
            return;
        }
    }
    finish(decorated(std::move(error)));
}

bool RestOperation::mayRetry(const Error &error) const
{
    if (!m_request.isRepeatable())
        return false;
    return !(m_request.requestClass == RequestClass::Page && isTimeout(error));
}

void RestOperation::retryIn(milliseconds delay, const Error &error)
{
    m_ticket.release(); // others may use the place while this one waits
    m_client.d->clock.callAfter(delay, this, [this] {
        if (m_promise)
            enterQueue(true);
    });
    Q_EMIT m_promise->pending()->retryScheduled(m_attempt, delay, decorated(error).error);
}

void RestOperation::outOfTime()
{
    if (!m_promise)
        return;
    Error error = makeError(ErrorKind::Deadline,
        u"no complete answer within "_s
            % QString::number(static_cast<double>(m_total.count()) / 1000.0) % u" s.",
        u"The server is busy or unreachable. Try again, or allow more time with --timeout."_s);
    error.ambiguous = m_attemptRuns && !m_request.isRepeatable();
    if (m_attemptRuns) {
        record(0, error.message);
        report(&error);
    }
    m_call.cancel();
    finish(decorated(std::move(error)));
}

Outcome RestOperation::outcomeFor(const Error &error) const
{
    const bool bulk = m_request.requestClass == RequestClass::Page
        || m_request.requestClass == RequestClass::Transfer;
    const auto &answer = m_client.d->lastAnswer;
    // A heavy page may take for ever on a server that answers everybody else meanwhile.
    if (bulk && isTimeout(error) && answer && *answer > m_attemptStart)
        return Outcome::Neutral;
    return outcomeOf(&error);
}

void RestOperation::report(const Error *error)
{
    m_attemptRuns = false;
    if (const auto permit = std::exchange(m_permit, nullptr))
        permit->report(error ? outcomeFor(*error) : Outcome::Success,
            error ? redact(error->message) : QString());
}

void RestOperation::noteLogin(const Error *error)
{
    RestClient::Private &d = *m_client.d;
    if (error) {
        d.refused = true;
        if (d.config.fetchLink || !d.config.link.login.isEmpty())
            d.gate.refused(*error);
        QMetaObject::invokeMethod(&m_client, &RestClient::unauthorized, Qt::QueuedConnection);
        return;
    }
    // Probes are answered without a login too.
    if (m_request.requestClass == RequestClass::Probe)
        return;
    d.gate.succeeded();
    if (std::exchange(d.refused, false))
        QMetaObject::invokeMethod(&m_client, &RestClient::authorized, Qt::QueuedConnection);
}

void RestOperation::record(int status, const QString &error)
{
    RestClient::Private &d = *m_client.d;
    AttemptRecord record;
    record.timeMs = m_attemptTimeMs;
    record.verb = m_request.verb;
    record.requestClass = m_request.requestClass;
    record.path = shownPath(m_request);
    record.status = status;
    record.elapsed = std::chrono::duration_cast<milliseconds>(d.clock.now() - m_attemptStart);
    record.attempt = m_attempt;
    record.requestId = requestId();
    record.error = redact(error);
    qCDebug(lcHttp).noquote() << nameOf(record.verb) << record.path << record.status
                              << record.elapsed.count() << "ms" << record.requestId << record.error;
    RestClient *client = &m_client;
    QMetaObject::invokeMethod(
        client, [client, record] { Q_EMIT client->attemptFinished(record); }, Qt::QueuedConnection);
}

Failure RestOperation::decorated(Error error) const
{
    error.message = redact(m_client.describe(m_request) % u" failed: " % error.message);
    error.hint = redact(error.hint);
    error.requestId = requestId();
    error.attempts = m_attempt;
    return Failure(std::move(error));
}

milliseconds RestOperation::remaining() const
{
    if (!m_deadline)
        return kForEver;
    return std::chrono::duration_cast<milliseconds>(*m_deadline - m_client.d->clock.now());
}

QString RestOperation::requestId() const
{
    return m_id % u'-' % QString::number(m_attempt);
}

void RestOperation::finish(Result<HttpResponse> result)
{
    const Promise<HttpResponse> promise = *std::exchange(m_promise, std::nullopt);
    m_permit.reset();
    m_ticket.release();
    leaveClient();
    deleteLater();
    promise.resolve(std::move(result)); // last: whoever listens may delete the client
}

void RestOperation::leaveClient()
{
    m_attemptRuns = false;
    if (std::exchange(m_left, true))
        return; // the client may be gone by now
    std::erase(m_client.d->operations, this);
    m_client.noteQueue();
}

} // namespace signalbox
