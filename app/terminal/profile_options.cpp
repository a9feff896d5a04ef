// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/profile_options.h"

#include "core/base/redaction.h"

#include <QtCore/QFileInfo>

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString textOf(const std::string &text)
{
    return QString::fromStdString(text);
}

//! Absolute, because the next command may run in another folder.
QString pathOf(const std::string &file)
{
    return file.empty() ? QString()
                        : QFileInfo(QString::fromLocal8Bit(file.c_str())).absoluteFilePath();
}

Failure wrong(const QString &message, const QString &hint)
{
    return Failure(ErrorKind::InvalidInput, message, hint);
}

} // namespace

QString shownProxy(const ProxySettings &proxy)
{
    if (proxy.kind != ProxyKind::Explicit)
        return nameOf(proxy.kind);
    const QString at = u"%1:%2"_s.arg(proxy.host, QString::number(proxy.port));
    return proxy.userName.isEmpty() ? at : QString(proxy.userName % u'@' % at);
}

void ProfileOptions::addTo(CLI::App &command)
{
    command.add_option("name", m_name, "Its name")->required();
    command.add_option("--url", m_url, "Address of the server, with its path")->type_name("URL");
    command.add_option("--auth", m_auth, "How it logs in")
        ->check(CLI::IsMember({"none", "basic", "bearer", "header"}));
    command.add_option("--user", m_user, "User name for basic")->type_name("NAME");
    command.add_option("--header", m_header, "Name of the header that logs in")->type_name("NAME");
    command.add_option("--ca-file", m_caFile, "PEM file of the trusted certificate authorities")
        ->type_name("FILE");
    command.add_option("--client-cert", m_clientCert, "PEM file of our certificate")
        ->type_name("FILE");
    command.add_option("--client-key", m_clientKey, "PEM file of its key")->type_name("FILE");
    command.add_option("--proxy", m_proxy, "system, none or host:port")->type_name("PROXY");
    command.add_option("--proxy-user", m_proxyUser, "User name at the proxy")->type_name("NAME");
    command.add_option("--workspace", m_workspace, "MLflow workspace")->type_name("NAME");
    command.add_option("--request-timeout", m_requestTimeout, "Limit of one request (60)")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
    command.add_option("--probe-timeout", m_probeTimeout, "Limit of a sign of life (5)")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
    command.add_flag("--insecure,!--secure", m_insecure, "Accept any certificate");
    command.add_flag("--replace", replace, "Change the profile of this name");
    command.add_flag("--use", use, "Make it the active one");
    command.add_flag("--secret-stdin", secretFromStdin, "Read password or token from stdin");
}

Result<void> ProfileOptions::applyLogin(Profile &profile, const QString &userInUrl) const
{
    if (m_auth)
        profile.auth = authKindFrom(textOf(*m_auth)).value_or(AuthKind::None);
    if (m_user)
        profile.userName = textOf(*m_user);
    if (m_header)
        profile.headerName = textOf(*m_header);
    if (m_auth)
        return {};
    // What is given says how it logs in.
    if (!userInUrl.isEmpty() || m_user) {
        profile.auth = AuthKind::Basic;
        if (!m_user)
            profile.userName = userInUrl;
    } else if (m_header) {
        profile.auth = AuthKind::Header;
    }
    return {};
}

Result<void> ProfileOptions::applyProxy(ProfileChange &change) const
{
    ProxySettings &proxy = change.profile.proxy;
    if (m_proxy && (*m_proxy == "system" || *m_proxy == "none")) {
        proxy = {};
        proxy.kind = *m_proxy == "none" ? ProxyKind::None : ProxyKind::System;
    } else if (m_proxy) {
        proxy = proxyFromText(textOf(*m_proxy));
        if (proxy.kind != ProxyKind::Explicit)
            return wrong(u"'%1' is not a proxy."_s.arg(redact(textOf(*m_proxy))),
                u"Give it as system, none or host:port."_s);
        if (!std::exchange(proxy.password, {}).isEmpty())
            return wrong(u"The password of a proxy is not taken from the command line."_s,
                u"Leave it out, then: signalboxctl profile login NAME --proxy-password"_s);
    }
    if (m_proxyUser)
        proxy.userName = textOf(*m_proxyUser);
    return {};
}

void ProfileOptions::applyFiles(Profile &profile) const
{
    if (m_caFile)
        profile.caFile = pathOf(*m_caFile);
    if (m_clientCert)
        profile.clientCertificateFile = pathOf(*m_clientCert);
    if (m_clientKey)
        profile.clientKeyFile = pathOf(*m_clientKey);
    if (m_insecure)
        profile.insecure = *m_insecure;
    if (m_workspace)
        profile.workspace = textOf(*m_workspace);
    if (m_requestTimeout)
        profile.requestTimeout = std::chrono::seconds(*m_requestTimeout);
    if (m_probeTimeout)
        profile.probeTimeout = std::chrono::seconds(*m_probeTimeout);
}

Result<ProfileChange> ProfileOptions::applyTo(Profile profile) const
{
    ProfileChange change;
    change.profile = std::move(profile);
    change.profile.name = name();
    QString userInUrl;
    if (m_url) {
        const Result<QUrl> address = serverAddress(textOf(*m_url));
        if (!address)
            return address.failure();
        change.profile.url = *address;
        const QUrl raw(textOf(*m_url).trimmed(), QUrl::StrictMode);
        userInUrl = raw.userName(QUrl::FullyDecoded);
        change.password = raw.password(QUrl::FullyDecoded);
        rememberSecret(change.password);
    }
    if (change.profile.url.isEmpty())
        return wrong(u"The profile needs the address of its server."_s, u"Give it with --url."_s);
    if (!change.password.isEmpty())
        change.notice = u"The password in the address goes into the keychain, not into the "
                        "profile. Other users may have seen it in the process list."_s;
    if (const Result<void> proxy = applyProxy(change); !proxy)
        return proxy.failure();
    if (const Result<void> login = applyLogin(change.profile, userInUrl); !login)
        return login.failure();
    applyFiles(change.profile);
    if (const Result<void> checked = checkProfile(change.profile); !checked)
        return checked.failure();
    return change;
}

} // namespace signalbox
