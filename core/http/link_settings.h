// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QString>
#include <QtCore/QUrl>

namespace signalbox {

enum class ProxyKind : quint8 {
    System, //!< HTTP(S)_PROXY and NO_PROXY, else the desktop's settings; never for loopback.
    None,
    Explicit, //!< The named one, for every request.
};
[[nodiscard]] QString nameOf(ProxyKind kind);

struct ProxySettings {
    ProxyKind kind = ProxyKind::System;
    QString host;
    quint16 port = 0;
    QString userName; //!< Empty: the proxy wants no login.
    QString password;
    bool operator==(const ProxySettings &) const = default;
};

/*! How to reach a server and as whom, without its address. Holds secrets: in memory only, never
 *  printed. */
struct LinkSettings {
    HeaderList login; //!< The headers that log in, such as Authorization.
    QString caFile; //!< PEM; when set, only its authorities are trusted.
    QString clientCertificateFile; //!< PEM, may hold the key too.
    QString clientKeyFile; //!< PEM; empty takes the certificate's file.
    QString keyPassphrase;
    bool insecure = false; //!< Accepts any certificate.
    ProxySettings proxy;
    bool operator==(const LinkSettings &) const = default;
};

//! The value of an Authorization header for HTTP Basic, as UTF-8.
[[nodiscard]] QByteArray basicLogin(const QString &userName, const QString &password);

/*! The proxy that the environment names for `url`, reading HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and
 *  NO_PROXY in either case as curl and Python do. Kind None: connect directly, because NO_PROXY or
 *  loopback says so. Kind System: the environment says nothing. */
[[nodiscard]] ProxySettings proxyFromEnvironment(const QUrl &url);

//! "host:port" or a URL with them; Kind None when it names no host.
[[nodiscard]] ProxySettings proxyFromText(const QString &text);

} // namespace signalbox
