// SPDX-License-Identifier: Apache-2.0
#include "core/http/link_settings.h"

#include "core/base/redaction.h"
#include "core/http/request_url.h"

#include <QtNetwork/QHostAddress>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kUsualProxyPort = 1080;

QString variable(const char *lowerCaseName)
{
    const QString value = qEnvironmentVariable(lowerCaseName).trimmed();
    if (!value.isEmpty())
        return value;
    return qEnvironmentVariable(QByteArray(lowerCaseName).toUpper().constData()).trimmed();
}

//! One entry of NO_PROXY: "*", a host, a domain with or without leading dot, an address, a network.
bool matches(QString entry, const QUrl &url)
{
    const QString host = url.host().toLower();
    if (entry == u"*")
        return true;
    if (const QHostAddress address(host); !address.isNull() && entry.contains(u'/')) {
        const auto net = QHostAddress::parseSubnet(entry);
        return net.second >= 0 && address.isInSubnet(net);
    }
    const qsizetype colon = entry.lastIndexOf(u':');
    if (colon > 0 && entry.count(u':') == 1) {
        const int usual = url.scheme() == u"https" ? 443 : 80;
        if (entry.mid(colon + 1).toInt() != url.port(usual))
            return false;
        entry.truncate(colon);
    }
    if (entry.startsWith(u"*."_s))
        entry.remove(0, 1);
    const QString domain = entry.startsWith(u'.') ? entry : QString(u'.' % entry);
    return host == entry || host == domain.mid(1) || host.endsWith(domain);
}

bool isExempt(const QUrl &url)
{
    const QStringList entries = variable("no_proxy").toLower().split(u',', Qt::SkipEmptyParts);
    return std::any_of(entries.begin(), entries.end(),
        [&url](const QString &entry) { return matches(entry.trimmed(), url); });
}

} // namespace

QString nameOf(ProxyKind kind)
{
    switch (kind) {
    case ProxyKind::System:
        return u"system"_s;
    case ProxyKind::None:
        return u"none"_s;
    case ProxyKind::Explicit:
        return u"explicit"_s;
    }
    return u"system"_s;
}

QByteArray basicLogin(const QString &userName, const QString &password)
{
    const QString pair = userName % u':' % password;
    return "Basic " + pair.toUtf8().toBase64();
}

ProxySettings proxyFromText(const QString &text)
{
    const QString trimmed = text.trimmed();
    const QUrl url(
        trimmed.contains(u"://"_s) ? trimmed : QString(u"http://"_s % trimmed), QUrl::StrictMode);
    ProxySettings proxy;
    proxy.kind = ProxyKind::None;
    if (!url.isValid() || url.host().isEmpty())
        return proxy;
    proxy.kind = ProxyKind::Explicit;
    proxy.host = url.host();
    proxy.port = static_cast<quint16>(url.port(kUsualProxyPort));
    proxy.userName = url.userName(QUrl::FullyDecoded);
    proxy.password = url.password(QUrl::FullyDecoded);
    rememberSecret(proxy.password);
    return proxy;
}

ProxySettings proxyFromEnvironment(const QUrl &url)
{
    ProxySettings direct;
    direct.kind = ProxyKind::None;
    if (isLoopback(url.host()) || isExempt(url))
        return direct;
    QString named = variable(url.scheme() == u"https" ? "https_proxy" : "http_proxy");
    if (named.isEmpty())
        named = variable("all_proxy");
    if (named.isEmpty())
        return {};
    return proxyFromText(named);
}

} // namespace signalbox
