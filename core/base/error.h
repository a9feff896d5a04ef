// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMetaType>
#include <QtCore/QString>

#include <chrono>
#include <optional>

class QJsonObject;

namespace signalbox {

//! What kind of thing went wrong. Decides the exit code, the icon and whether waiting can help.
enum class ErrorKind : quint8 {
    Cancelled, //!< The caller gave up.
    Deadline, //!< The total time for the operation ran out.
    Inactivity, //!< The peer stopped sending.
    Network, //!< Refused, reset or broken off.
    Dns, //!< The host name has no address.
    Tls, //!< The certificate or the handshake was refused.
    Redirect, //!< The server sent us to another origin, which is never followed.
    CircuitOpen, //!< The breaker rejected the call without touching the network.
    Isolated, //!< "Stay offline" is set.
    RateLimited, //!< 429.
    Unauthorized, //!< 401.
    Forbidden, //!< 403.
    NotFound, //!< 404, or the named thing does not exist.
    Conflict, //!< It exists already, or somebody else moved it meanwhile.
    InvalidRequest, //!< The server refused the request as wrong.
    ServerError, //!< 5xx.
    Decode, //!< The answer could not be understood.
    Local, //!< Disk, process or programming problem on this machine.
    InvalidInput, //!< The user's data or file is not usable.
    Engine, //!< The compute process failed.
    Refused, //!< A promotion gate said no.
    Usage, //!< The command or option makes no sense.
};

//! The stable word for a kind, as printed in JSON ("CircuitOpen").
[[nodiscard]] QString nameOf(ErrorKind kind);

/*! One failure, as a value. `message` says what failed and why, `hint` what to do about it; both
 *  are plain text without secrets. */
struct Error {
    ErrorKind kind = ErrorKind::Local;
    int httpStatus = 0; //!< 0 when no HTTP answer arrived.
    QString apiCode; //!< MLflow's error_code, or the engine's error kind.
    QString message;
    QString hint;
    std::optional<std::chrono::milliseconds> retryAfter;
    QString requestId;
    int attempts = 0;
    //! A request that must not be repeated was sent and its outcome is unknown: look before acting.
    bool ambiguous = false;

    //! True when the server could not be reached or could not answer: waiting may help.
    [[nodiscard]] bool isOutage() const;
    //! `{"kind","message","hint","http_status","api_code"}`.
    [[nodiscard]] QJsonObject toJson() const;
    //! Message and hint as one text for people.
    [[nodiscard]] QString text() const;
};

[[nodiscard]] Error makeError(ErrorKind kind, QString message, QString hint = {});

//! Exit code of the terminal contract for a failure of this kind.
[[nodiscard]] int exitCodeFor(const Error &error);

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::Error)
