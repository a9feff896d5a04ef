// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/server_target.h"

#include <QtCore/QCryptographicHash>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString titleOf(const QUrl &url)
{
    return url.port() < 0 ? url.host() : u"%1:%2"_s.arg(url.host(), QString::number(url.port()));
}

Result<ServerTarget> fromAddress(ServerOrigin origin, const QString &text, const QString &userHome)
{
    // First of all, so that no message about this address can show its password.
    const Credentials inside = credentialsIn(QUrl(text.trimmed(), QUrl::StrictMode));
    const Result<QUrl> url = serverAddress(text);
    if (!url)
        return url.failure();
    ServerTarget target;
    target.origin = origin;
    target.url = *url;
    target.title = titleOf(*url);
    target.identity = {journalKeyOf(*url), url->toString()};
    target.credentials = environmentCredentials(userHome);
    if (inside.isEmpty())
        return target;
    if (!inside.password.isEmpty())
        target.credentials.password = inside.password;
    target.credentials.userName = inside.userName;
    target.notice = u"The user name and password in the address are used to log in and are not "
                    "stored. Other users of this machine may see them in the process list: prefer "
                    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."_s;
    return target;
}

ServerTarget fromProfile(const Profile &profile)
{
    ServerTarget target;
    target.title = profile.name;
    target.stayOffline = profile.stayOffline;
    if (profile.isLocalWorkspace())
        return target;
    target.origin = ServerOrigin::Profile;
    target.url = serverAddress(profile.url.toString()).valueOr(profile.url);
    target.identity = {u"profile-"_s + profile.id, profile.name};
    return target;
}

} // namespace

QString journalKeyOf(const QUrl &url)
{
    const int usual = url.scheme() == u"https" ? 443 : 80;
    const QString identity = u"%1://%2:%3%4"_s.arg(url.scheme().toLower(), url.host().toLower(),
        QString::number(url.port(usual)), url.path(QUrl::FullyEncoded));
    const QByteArray digest =
        QCryptographicHash::hash(identity.toUtf8(), QCryptographicHash::Sha256).toHex().left(32);
    return u"uri-"_s + QString::fromLatin1(digest);
}

Result<ServerTarget> resolveTarget(
    const SessionOptions &options, const ProfileStore &profiles, const QString &userHome)
{
    if (!options.trackingUri.isEmpty())
        return fromAddress(ServerOrigin::Option, options.trackingUri, userHome);
    if (!options.profile.isEmpty()) {
        const Result<Profile> named = profiles.find(options.profile);
        if (!named)
            return named.failure();
        return fromProfile(*named);
    }
    const QString uri = qEnvironmentVariable("MLFLOW_TRACKING_URI");
    if (!uri.isEmpty())
        return fromAddress(ServerOrigin::Environment, uri, userHome);
    return fromProfile(profiles.active());
}

} // namespace signalbox
