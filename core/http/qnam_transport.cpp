// SPDX-License-Identifier: Apache-2.0
#include "core/http/qnam_transport.h"

#include "core/http/qnam_attempt.h"
#include "core/http/request_url.h"

#include <QtNetwork/QNetworkProxy>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QNetworkRequest>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kReadBuffer = 1024 * 1024;

class ProxyFactory final : public QNetworkProxyFactory {
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        if (isLoopback(query.peerHostName()))
            return {QNetworkProxy(QNetworkProxy::NoProxy)};
        return QNetworkProxyFactory::systemProxyForQuery(query);
    }
};

QNetworkRequest makeRequest(
    const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity)
{
    QNetworkRequest r(url);
    r.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    r.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    r.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    r.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    r.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    r.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    r.setAttribute(QNetworkRequest::HttpPipeliningAllowedAttribute, false);
    r.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    // Our own size limit stops a decompression bomb; Qt's check refuses honest large answers.
    r.setDecompressedSafetyCheckThreshold(-1);
    r.setTransferTimeout(
        static_cast<int>(std::min<qint64>(inactivity.count(), std::numeric_limits<int>::max())));
    for (const auto &[name, value] : request.headers)
        r.setRawHeader(name, value);
    return r;
}

} // namespace

QnamTransport::QnamTransport(QObject *parent)
    : Transport(parent)
{
    for (QNetworkAccessManager *manager : {&m_shared, &m_fresh}) {
        manager->setProxyFactory(new ProxyFactory); // the manager owns it
        manager->setAutoDeleteReplies(false);
    }
}

QnamTransport::~QnamTransport()
{
    // Before the managers: they would delete the replies without a word.
    while (QnamAttempt *attempt = findChild<QnamAttempt *>(QString(), Qt::FindDirectChildrenOnly))
        delete attempt;
}

Call<HttpResponse> QnamTransport::send(
    const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity)
{
    const Promise<HttpResponse> promise;
    const Call<HttpResponse> call = promise.call();
    auto *attempt = new QnamAttempt(*this, url, request, inactivity, promise);
    attempt->begin();
    return call;
}

void QnamTransport::openFreshConnection()
{
    const auto replies = m_fresh.findChildren<QNetworkReply *>();
    const bool busy = std::any_of(replies.begin(), replies.end(),
        [](const QNetworkReply *reply) { return reply->isRunning(); });
    // While another create runs, a connection it leaves behind is too young to be closed.
    if (!busy)
        m_fresh.clearConnectionCache();
}

QNetworkReply *QnamTransport::start(const QUrl &url, const HttpRequest &request,
    std::chrono::milliseconds inactivity, QIODevice *body)
{
    const bool once = !request.isRepeatable();
    QNetworkAccessManager &manager = once ? m_fresh : m_shared;
    QNetworkRequest r = makeRequest(url, request, inactivity);
    if (once) {
        openFreshConnection();
        r.setRawHeader("Connection", "close");
    }
    QNetworkReply *reply = nullptr;
    if (body) {
        r.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
        r.setHeader(QNetworkRequest::ContentLengthHeader,
            body->isSequential() ? body->bytesAvailable() : body->size());
        reply = manager.sendCustomRequest(r, nameOf(request.verb).toLatin1(), body);
        body->setParent(reply);
    } else if (request.verb == Verb::Get) {
        reply = manager.get(r);
    } else if (request.verb == Verb::Head) {
        reply = manager.head(r);
    } else {
        reply = manager.sendCustomRequest(r, nameOf(request.verb).toLatin1(), request.body);
    }
    reply->setReadBufferSize(kReadBuffer);
    return reply;
}

} // namespace signalbox
