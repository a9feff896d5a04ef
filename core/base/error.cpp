// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"

#include "core/base/redaction.h"

#include <QtCore/QJsonObject>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Cancelled:
        return u"Cancelled"_s;
    case ErrorKind::Deadline:
        return u"Deadline"_s;
    case ErrorKind::Inactivity:
        return u"Inactivity"_s;
    case ErrorKind::Network:
        return u"Network"_s;
    case ErrorKind::Dns:
        return u"Dns"_s;
    case ErrorKind::Tls:
        return u"Tls"_s;
    case ErrorKind::Redirect:
        return u"Redirect"_s;
    case ErrorKind::CircuitOpen:
        return u"CircuitOpen"_s;
    case ErrorKind::Isolated:
        return u"Isolated"_s;
    case ErrorKind::RateLimited:
        return u"RateLimited"_s;
    case ErrorKind::Unauthorized:
        return u"Unauthorized"_s;
    case ErrorKind::Forbidden:
        return u"Forbidden"_s;
    case ErrorKind::NotFound:
        return u"NotFound"_s;
    case ErrorKind::Conflict:
        return u"Conflict"_s;
    case ErrorKind::InvalidRequest:
        return u"InvalidRequest"_s;
    case ErrorKind::ServerError:
        return u"ServerError"_s;
    case ErrorKind::Decode:
        return u"Decode"_s;
    case ErrorKind::Local:
        return u"Local"_s;
    case ErrorKind::InvalidInput:
        return u"InvalidInput"_s;
    case ErrorKind::Engine:
        return u"Engine"_s;
    case ErrorKind::Refused:
        return u"Refused"_s;
    case ErrorKind::Usage:
        return u"Usage"_s;
    }
    return u"Local"_s;
}

bool Error::isOutage() const
{
    static constexpr std::array kOutages{ErrorKind::Deadline, ErrorKind::Inactivity,
        ErrorKind::Network, ErrorKind::Dns, ErrorKind::CircuitOpen, ErrorKind::Isolated,
        ErrorKind::RateLimited, ErrorKind::ServerError};
    return std::find(kOutages.begin(), kOutages.end(), kind) != kOutages.end();
}

QJsonObject Error::toJson() const
{
    return {{u"kind"_s, nameOf(kind)}, {u"message"_s, message}, {u"hint"_s, hint},
        {u"http_status"_s, httpStatus}, {u"api_code"_s, apiCode}};
}

QString Error::text() const
{
    return hint.isEmpty() ? message : QString(message % u' ' % hint);
}

Error makeError(ErrorKind kind, QString message, QString hint)
{
    Error error;
    error.kind = kind;
    error.message = redact(std::move(message));
    error.hint = redact(std::move(hint));
    return error;
}

int exitCodeFor(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Usage:
        return 2;
    case ErrorKind::Deadline:
    case ErrorKind::Inactivity:
    case ErrorKind::Network:
    case ErrorKind::Dns:
    case ErrorKind::CircuitOpen:
    case ErrorKind::Isolated:
        return 3;
    case ErrorKind::Refused:
        return 4;
    case ErrorKind::NotFound:
        // Without MLflow's code it was somebody else who did not know the address.
        return error.httpStatus != 0 && error.apiCode.isEmpty() ? 1 : 5;
    case ErrorKind::InvalidInput:
        return 6;
    case ErrorKind::Engine:
        return 7;
    case ErrorKind::Cancelled:
        return 130;
    case ErrorKind::Tls:
    case ErrorKind::Redirect:
    case ErrorKind::RateLimited:
    case ErrorKind::Unauthorized:
    case ErrorKind::Forbidden:
    case ErrorKind::Conflict:
    case ErrorKind::InvalidRequest:
    case ErrorKind::ServerError:
    case ErrorKind::Decode:
    case ErrorKind::Local:
        return 1;
    }
    return 1;
}

} // namespace signalbox
