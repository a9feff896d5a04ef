// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/profile_json.h"

#include <QtCore/QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

ProxySettings proxyFrom(const QJsonObject &object)
{
    ProxySettings proxy;
    const QString kind = object[u"kind"].toString();
    if (kind == nameOf(ProxyKind::None))
        proxy.kind = ProxyKind::None;
    else if (kind == nameOf(ProxyKind::Explicit))
        proxy.kind = ProxyKind::Explicit;
    proxy.host = object[u"host"].toString();
    proxy.port = static_cast<quint16>(std::clamp(object[u"port"].toInt(), 0, 65'535));
    proxy.userName = object[u"user"].toString();
    return proxy;
}

QJsonObject toJson(const ProxySettings &proxy)
{
    return {{u"kind"_s, nameOf(proxy.kind)}, {u"host"_s, proxy.host}, {u"port"_s, proxy.port},
        {u"user"_s, proxy.userName}};
}

std::chrono::seconds secondsFrom(const QJsonValue &value, std::chrono::seconds fallback)
{
    return std::chrono::seconds(
        std::clamp(value.toInt(static_cast<int>(fallback.count())), 1, 3600));
}

} // namespace

Profile profileFrom(const QJsonObject &object)
{
    Profile profile;
    profile.name = object[u"name"].toString();
    profile.url = QUrl(object[u"url"].toString(), QUrl::StrictMode);
    profile.stayOffline = object[u"stay_offline"].toBool();
    profile.id = object[u"id"].toString();
    profile.auth = authKindFrom(object[u"auth"].toString()).value_or(AuthKind::None);
    profile.userName = object[u"user"].toString();
    profile.headerName = object[u"header"].toString();
    profile.hasSecrets = object[u"has_secrets"].toBool();
    profile.caFile = object[u"ca_file"].toString();
    profile.clientCertificateFile = object[u"client_cert"].toString();
    profile.clientKeyFile = object[u"client_key"].toString();
    profile.insecure = object[u"insecure"].toBool();
    profile.proxy = proxyFrom(object[u"proxy"].toObject());
    profile.workspace = object[u"workspace"].toString();
    profile.requestTimeout = secondsFrom(object[u"request_timeout"], profile.requestTimeout);
    profile.probeTimeout = secondsFrom(object[u"probe_timeout"], profile.probeTimeout);
    return profile;
}

QJsonObject toJson(const Profile &profile)
{
    return {{u"name"_s, profile.name}, {u"url"_s, profile.url.toString()},
        {u"stay_offline"_s, profile.stayOffline}, {u"id"_s, profile.id},
        {u"auth"_s, nameOf(profile.auth)}, {u"user"_s, profile.userName},
        {u"header"_s, profile.headerName}, {u"has_secrets"_s, profile.hasSecrets},
        {u"ca_file"_s, profile.caFile}, {u"client_cert"_s, profile.clientCertificateFile},
        {u"client_key"_s, profile.clientKeyFile}, {u"insecure"_s, profile.insecure},
        {u"proxy"_s, toJson(profile.proxy)}, {u"workspace"_s, profile.workspace},
        {u"request_timeout"_s, static_cast<qint64>(profile.requestTimeout.count())},
        {u"probe_timeout"_s, static_cast<qint64>(profile.probeTimeout.count())}};
}

} // namespace signalbox
