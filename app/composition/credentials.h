// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/http/link_settings.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>
#include <QtCore/QUrl>

namespace signalbox {

//! How to log in to a server. Held in memory only; passwords and tokens are unprintable from the
//! moment they are read.
struct Credentials {
    QString userName;
    QString password;
    QString token;
    [[nodiscard]] bool isEmpty() const { return userName.isEmpty() && token.isEmpty(); }
    /*! The value of the Authorization header; user name and password win over a token, a user name
     *  alone does not. Empty without any. */
    [[nodiscard]] QByteArray authorization() const;
};

/*! `MLFLOW_TRACKING_USERNAME/_PASSWORD/_TOKEN`, and for what they leave open the file
 *  `.mlflow/credentials` of `userHome`. */
[[nodiscard]] Credentials environmentCredentials(const QString &userHome);

/*! What the environment says about TLS: `MLFLOW_TRACKING_SERVER_CERT_PATH`, `_CLIENT_CERT_PATH` and
 *  `_INSECURE_TLS`. InvalidInput when the first and the last contradict each other. */
[[nodiscard]] Result<LinkSettings> environmentLink();

//! The user-info of an address, remembered as a secret.
[[nodiscard]] Credentials credentialsIn(const QUrl &url);

} // namespace signalbox
