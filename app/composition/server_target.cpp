// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/server_target.h"

#include "app/composition/credentials.h"

#include <QtCore/QCryptographicHash>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString titleOf(const QUrl &url)
{
    return url.port() < 0 ? url.host() : u"%1:%2"_s.arg(url.host(), QString::number(url.port()));
}

QString digestOf(const QString &text)
{
    const QByteArray hash = QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(hash.toHex().left(32));
}

Credentials credentialsFor(const Credentials &inside, const QString &userHome)
{
    Credentials found = environmentCredentials(userHome);
    if (inside.isEmpty())
        return found;
    if (!inside.password.isEmpty())
        found.password = inside.password;
    found.userName = inside.userName;
    found.token.clear();
    return found;
}

Result<ServerTarget> fromAddress(ServerOrigin origin, const QString &text, const QString &userHome)
{
    // First of all, so that no message about this address can show its password.
    const Credentials inside = credentialsIn(QUrl(text.trimmed(), QUrl::StrictMode));
    const Result<QUrl> url = serverAddress(text);
    if (!url)
        return url.failure();
    const Result<LinkSettings> link = environmentLink();
    if (!link)
        return link.failure();
    const QString workspace = qEnvironmentVariable("MLFLOW_WORKSPACE").trimmed();
    if (const Result<void> usable = checkWorkspace(workspace); !usable)
        return usable.failure();
    ServerTarget target;
    target.origin = origin;
    target.url = *url;
    target.title = titleOf(*url);
    target.workspace = workspace;
    target.identity = {journalKeyOf(*url, target.workspace), url->toString()};
    target.link = *link;
    const QByteArray login = credentialsFor(inside, userHome).authorization();
    if (!login.isEmpty())
        target.link.login = {{"Authorization", login}};
    if (!inside.isEmpty())
        target.notice =
            u"The user name and password in the address are used to log in and are not stored. "
            "Other users of this machine may see them in the process list: prefer "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."_s;
    return target;
}

} // namespace

ServerTarget targetOf(const Profile &profile)
{
    ServerTarget target;
    target.title = profile.name;
    target.profile = profile;
    target.stayOffline = profile.stayOffline;
    if (profile.isLocalWorkspace())
        return target;
    target.origin = ServerOrigin::Profile;
    target.url = serverAddress(profile.url.toString()).valueOr(profile.url);
    target.link = linkOf(profile, {});
    target.workspace = profile.workspace;
    // Another workspace is another place to write to.
    const QString suffix = profile.workspace.isEmpty()
        ? QString()
        : QString(u"-ws-"_s % digestOf(profile.workspace).left(16));
    target.identity = {u"profile-"_s % profile.id % suffix, profile.name};
    return target;
}

QString journalKeyOf(const QUrl &url, const QString &workspace)
{
    const int usual = url.scheme() == u"https" ? 443 : 80;
    QString identity = u"%1://%2:%3%4"_s.arg(url.scheme().toLower(), url.host().toLower(),
        QString::number(url.port(usual)), url.path(QUrl::FullyEncoded));
    if (!workspace.isEmpty())
        identity += u'\n' % workspace;
    return u"uri-"_s % digestOf(identity);
}

QString insecurityWarning(const ServerTarget &target)
{
    if (!target.link.insecure || target.url.scheme() != u"https")
        return {};
    return u"The certificate of %1 is not checked: anybody on the way can read and change what is "
           "sent, the login included."_s.arg(target.title);
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
        return targetOf(*named);
    }
    const QString uri = qEnvironmentVariable("MLFLOW_TRACKING_URI");
    if (!uri.isEmpty())
        return fromAddress(ServerOrigin::Environment, uri, userHome);
    return targetOf(profiles.active());
}

} // namespace signalbox
