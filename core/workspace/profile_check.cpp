// SPDX-License-Identifier: Apache-2.0
#include "core/base/redaction.h"
#include "core/workspace/profile.h"

#include <QtCore/QRegularExpression>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::array kKinds{AuthKind::None, AuthKind::Basic, AuthKind::Bearer, AuthKind::Header};

Failure invalid(const QString &message, const QString &hint)
{
    return Failure(ErrorKind::InvalidInput, message, hint);
}

Result<void> checkLogin(const Profile &profile)
{
    static const QRegularExpression token(u"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"_s);
    static const QStringList ours{u"host"_s, u"content-length"_s, u"content-type"_s,
        u"transfer-encoding"_s, u"connection"_s, u"origin"_s, u"accept-encoding"_s, u"range"_s};
    if (profile.auth == AuthKind::Basic
        && (profile.userName.isEmpty() || profile.userName.contains(u':')))
        return invalid(
            u"The login of profile '%1' needs a user name without a colon."_s.arg(profile.name),
            u"Give the user name, or choose another way to log in."_s);
    if (profile.auth != AuthKind::Header)
        return {};
    if (!token.match(profile.headerName).hasMatch() || ours.contains(profile.headerName.toLower()))
        return invalid(
            u"'%1' cannot be the header that logs in."_s.arg(profile.headerName.left(80)),
            u"Name the header that the server asks for, for example X-Api-Key."_s);
    return {};
}

Result<void> checkFiles(const Profile &profile)
{
    if (!profile.clientKeyFile.isEmpty() && profile.clientCertificateFile.isEmpty())
        return invalid(
            u"Profile '%1' names a client key without its certificate."_s.arg(profile.name),
            u"Name the client certificate too."_s);
    if (profile.insecure && !profile.caFile.isEmpty())
        return invalid(
            u"Profile '%1' names certificate authorities and accepts any certificate."_s.arg(
                profile.name),
            u"Choose one of the two; the file of authorities is the safe one."_s);
    return {};
}

Result<void> checkProxy(const ProxySettings &proxy)
{
    if (proxy.kind == ProxyKind::Explicit && (proxy.host.isEmpty() || proxy.port == 0))
        return invalid(u"The proxy needs a host and a port."_s,
            u"Give it as host:port, for example proxy.example.com:3128."_s);
    return {};
}

} // namespace

QString nameOf(AuthKind kind)
{
    switch (kind) {
    case AuthKind::None:
        return u"none"_s;
    case AuthKind::Basic:
        return u"basic"_s;
    case AuthKind::Bearer:
        return u"bearer"_s;
    case AuthKind::Header:
        return u"header"_s;
    }
    return u"none"_s;
}

std::optional<AuthKind> authKindFrom(const QString &word)
{
    for (const AuthKind kind : kKinds) {
        if (nameOf(kind) == word)
            return kind;
    }
    return std::nullopt;
}

Result<void> checkWorkspace(const QString &workspace)
{
    static const QRegularExpression name(u"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"_s);
    if (workspace.isEmpty() || name.match(workspace).hasMatch())
        return {};
    return invalid(u"'%1' cannot be an MLflow workspace."_s.arg(workspace.left(80)),
        u"Its name has 2 to 63 small letters, digits and hyphens."_s);
}

Result<void> checkProfile(const Profile &profile)
{
    if (profile.name.trimmed().isEmpty())
        return invalid(
            u"A profile needs a name."_s, u"Give it a name, for example the host of the server."_s);
    if (profile.url.isEmpty())
        return {};
    if (!profile.url.userInfo().isEmpty())
        return invalid(
            u"The address of profile '%1' contains a user name or password."_s.arg(profile.name),
            u"Leave them out; profiles are stored as plain text."_s);
    if (const Result<QUrl> address = serverAddress(profile.url.toString()); !address)
        return address.failure();
    for (const Result<void> &checked : {checkLogin(profile), checkFiles(profile),
             checkProxy(profile.proxy), checkWorkspace(profile.workspace)}) {
        if (!checked)
            return checked;
    }
    return {};
}

Result<QUrl> serverAddress(const QString &text)
{
    // Before any message about this text can show what stands in it.
    if (const QUrl raw(text.trimmed()); !raw.password().isEmpty()) {
        rememberSecret(raw.password(QUrl::FullyDecoded));
        rememberSecret(raw.password(QUrl::FullyEncoded));
    }
    const auto bad = [&text](const QString &why) {
        return invalid(u"'%1' is not the address of an MLflow server: %2."_s.arg(text, why),
            u"Use an address such as http://127.0.0.1:5000 or https://mlflow.example.com."_s);
    };
    QUrl url(text.trimmed(), QUrl::StrictMode);
    if (!url.isValid())
        return bad(u"it is not a valid URL"_s);
    const QString scheme = url.scheme().toLower();
    if (scheme != u"http" && scheme != u"https")
        return bad(scheme.isEmpty() ? u"it has no scheme"_s
                                    : u"the scheme '%1' is not http or https"_s.arg(scheme));
    if (url.host().isEmpty())
        return bad(u"it names no host"_s);
    url.setUserInfo({});
    url.setQuery(QString());
    url.setFragment({});
    while (url.path().endsWith(u'/'))
        url.setPath(url.path().chopped(1));
    return url;
}

} // namespace signalbox
