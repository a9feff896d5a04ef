// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QSslError>

namespace signalbox {

//! What is known about a reply that ended without a usable answer.
struct BrokenReply {
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString errorText;
    QList<QSslError> tlsErrors; //!< What is wrong with the certificate, when that is the reason.
    bool isHttps = false;
    int status = 0; //!< When the head of an answer had arrived.
    qint64 received = 0;
    std::chrono::milliseconds inactivity{0};
    bool repeatable = true;
};

//! The reason in words, its kind, a remedy, and whether the request may have reached the server.
[[nodiscard]] Error errorOfReply(const BrokenReply &reply);

} // namespace signalbox
