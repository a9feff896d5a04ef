// SPDX-License-Identifier: Apache-2.0
#include "core/http/qnam_transport.h"

#include "core/http/no_delay.h"
#include "core/http/qnam_attempt.h"
#include "core/http/request_url.h"
#include "core/http/tls_setup.h"

#include <QtNetwork/QNetworkProxy>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QNetworkRequest>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! Half of a transfer is handed from thread to thread: a smaller one makes both wait for each
//! other.
constexpr qint64 kReadBuffer = 3LL * 1024 * 1024;

QNetworkProxy qtProxy(const ProxySettings &proxy)
{
    if (proxy.kind != ProxyKind::Explicit)
        return QNetworkProxy(QNetworkProxy::NoProxy);
    QNetworkProxy qt(
        QNetworkProxy::HttpProxy, proxy.host, proxy.port, proxy.userName, proxy.password);
    // At once, instead of after a refusal: a request that must not be sent twice has no second try.
    if (!proxy.userName.isEmpty())
        qt.setRawHeader("Proxy-Authorization", basicLogin(proxy.userName, proxy.password));
    return qt;
}

class ProxyFactory final : public QNetworkProxyFactory {
public:
    explicit ProxyFactory(ProxySettings settings)
        : m_settings(std::move(settings))
    {
    }
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        if (m_settings.kind != ProxyKind::System)
            return {qtProxy(m_settings)};
        const ProxySettings named = proxyFromEnvironment(query.url());
        if (named.kind != ProxyKind::System)
            return {qtProxy(named)};
        return QNetworkProxyFactory::systemProxyForQuery(query);
    }

private:
    ProxySettings m_settings;
};

//! For plain http the proxy sees our request itself, not a tunnel, so the login stands in there.
QByteArray proxyLogin(const ProxySettings &settings, const QUrl &url)
{
    if (url.scheme() != u"http")
        return {};
    const ProxySettings proxy =
        settings.kind == ProxyKind::System ? proxyFromEnvironment(url) : settings;
    if (proxy.kind != ProxyKind::Explicit || proxy.userName.isEmpty())
        return {};
    return basicLogin(proxy.userName, proxy.password);
}

bool isBulk(const HttpRequest &request)
{
    return request.requestClass == RequestClass::Page
        || request.requestClass == RequestClass::Transfer;
}

} // namespace

QnamTransport::QnamTransport(QObject *parent)
    : Transport(parent)
{
    for (QNetworkAccessManager *manager : {&m_shared, &m_bulk, &m_fresh}) {
        manager->setProxyFactory(new ProxyFactory({})); // the manager owns it
        manager->setAutoDeleteReplies(false);
    }
}

void QnamTransport::configure(const LinkSettings &link)
{
    m_link = link;
    m_tls.reset();
    for (QNetworkAccessManager *manager : {&m_shared, &m_bulk, &m_fresh}) {
        manager->setProxyFactory(new ProxyFactory(link.proxy));
        manager->clearConnectionCache(); // nothing goes on over what was trusted before
    }
}

QNetworkRequest QnamTransport::makeRequest(
    const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) const
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
    if (url.scheme() == u"https")
        r.setSslConfiguration(m_tls->value());
    // Our own size limit stops a decompression bomb; Qt's check refuses honest large answers.
    r.setDecompressedSafetyCheckThreshold(-1);
    r.setTransferTimeout(
        static_cast<int>(std::min<qint64>(inactivity.count(), std::numeric_limits<int>::max())));
    for (const auto &[name, value] : request.headers)
        r.setRawHeader(name, value);
    if (const QByteArray login = proxyLogin(m_link.proxy, url); !login.isEmpty())
        r.setRawHeader("Proxy-Authorization", login);
    return r;
}

QNetworkAccessManager &QnamTransport::managerFor(const HttpRequest &request)
{
    if (!request.isRepeatable())
        return m_fresh;
    return isBulk(request) ? m_bulk : m_shared;
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
    if (url.scheme() == u"https" && !m_tls)
        m_tls = tlsConfiguration(m_link);
    if (url.scheme() == u"https" && !*m_tls)
        return Call<HttpResponse>::finished(m_tls->failure());
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
    QNetworkAccessManager &manager = managerFor(request);
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
    } else if (request.verb == Verb::Get && request.body.isEmpty()) {
        reply = manager.get(r);
    } else if (request.verb == Verb::Head) {
        reply = manager.head(r);
    } else {
        reply = manager.sendCustomRequest(r, nameOf(request.verb).toLatin1(), request.body);
    }
    reply->setReadBufferSize(kReadBuffer);
    const auto port = static_cast<quint16>(url.port(url.scheme() == u"https" ? 443 : 80));
    connect(reply, &QNetworkReply::socketStartedConnecting, reply, [reply, port] {
        connect(
            reply, &QNetworkReply::requestSent, reply, [port] { sendWithoutDelay(port); },
            Qt::SingleShotConnection);
    });
    return reply;
}

} // namespace signalbox
