// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
    //! The value of the Authorization header; a user name wins over a token. Empty without both.
    [[nodiscard]] QByteArray authorization() const;
};

/*! `MLFLOW_TRACKING_USERNAME/_PASSWORD/_TOKEN`, and for what they leave open the file
 *  `.mlflow/credentials` of `userHome`. */
[[nodiscard]] Credentials environmentCredentials(const QString &userHome);

//! The user-info of an address, remembered as a secret.
[[nodiscard]] Credentials credentialsIn(const QUrl &url);

} // namespace signalbox
