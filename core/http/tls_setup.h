// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/http/link_settings.h"

#include <QtCore/QList>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslError>

namespace signalbox {

/*! Qt's TLS settings for a link. Fails when a named file cannot be read, holds no certificate or
 *  key, or the passphrase does not open it; the error's apiCode tells which (TLS_CA_FILE,
 *  TLS_CLIENT_CERTIFICATE, TLS_CLIENT_KEY). */
[[nodiscard]] Result<QSslConfiguration> tlsConfiguration(const LinkSettings &link);

//! What is wrong with the server's certificate, told apart, with the remedy. `errors` is not empty.
[[nodiscard]] Error certificateError(const QList<QSslError> &errors);

/*! A handshake that broke off: a wanted client certificate and plain HTTP on the port are told
 *  apart where the TLS library's words allow it. */
[[nodiscard]] Error handshakeError(const QString &words);

//! The TLS library says that the server wants a certificate of ours, or does not like the one sent.
[[nodiscard]] bool isAboutClientCertificate(const QString &words);

} // namespace signalbox
