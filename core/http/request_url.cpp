// SPDX-License-Identifier: Apache-2.0
#include "core/http/request_url.h"

#include "core/base/redaction.h"

#include <QtNetwork/QHostAddress>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

int portOf(const QUrl &url)
{
    return url.port(url.scheme() == u"https" ? 443 : 80);
}

QByteArray encodedQuery(const QueryList &query)
{
    QByteArray text;
    for (const auto &[name, value] : query) {
        text += text.isEmpty() ? '?' : '&';
        text += QUrl::toPercentEncoding(name) + '=' + QUrl::toPercentEncoding(value);
    }
    return text;
}

} // namespace

Result<void> checkBaseUrl(const QUrl &base)
{
    const auto wrong = [](const QString &why) {
        return Failure(ErrorKind::InvalidInput, u"The server address cannot be used: "_s % why,
            u"Give it as http://host:port or https://host:port."_s);
    };
    if (!base.isValid() || base.host().isEmpty())
        return wrong(u"it is not a complete URL."_s);
    if (base.scheme() != u"http" && base.scheme() != u"https")
        return wrong(u"only http and https are supported, not \"%1\"."_s.arg(base.scheme()));
    if (!base.userInfo().isEmpty())
        return wrong(u"user name and password do not belong into the address."_s);
    return {};
}

QUrl requestUrl(const QUrl &base, const HttpRequest &request)
{
    QByteArray text = base.toEncoded(
        QUrl::RemoveQuery | QUrl::RemoveFragment | QUrl::StripTrailingSlash | QUrl::RemoveUserInfo);
    // StripTrailingSlash keeps a lone "/".
    if (text.endsWith('/') && request.path.startsWith(u'/'))
        text.chop(1);
    return QUrl::fromEncoded(text + request.path.toUtf8() + encodedQuery(request.query));
}

QString shownPath(const HttpRequest &request)
{
    QString text = request.path;
    for (qsizetype i = 0; i < request.query.size(); ++i) {
        const auto &[name, value] = request.query.at(i);
        text += (i == 0 ? u'?' : u'&') % name % u'=' % value;
    }
    return redact(text);
}

QString shownServer(const QUrl &url)
{
    return redact(url.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment
        | QUrl::StripTrailingSlash));
}

bool isSameOrigin(const QUrl &a, const QUrl &b)
{
    return a.scheme() == b.scheme() && a.host() == b.host() && portOf(a) == portOf(b);
}

bool isLoopback(const QString &host)
{
    return host == u"localhost" || host.endsWith(u".localhost") || QHostAddress(host).isLoopback();
}

} // namespace signalbox
