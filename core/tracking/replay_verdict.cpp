// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/replay_verdict.h"

#include <QtCore/QRegularExpression>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! MLflow's guard against foreign hosts speaks about our address, not about the item.
bool isRefusalOfTheAddress(const Error &error)
{
    return error.message.contains(u"Invalid Host header"_s)
        || error.message.contains(u"Cross-origin request blocked"_s);
}

//! The workspace is a setting of the connection; the item itself may be all right.
bool isRefusalOfTheWorkspace(const Error &error)
{
    static const QRegularExpression missing(u"Workspace '[^']*' not found"_s);
    return (error.apiCode == u"FEATURE_DISABLED"
               && error.message.contains(u"workspaces are not enabled"_s))
        || (error.apiCode == u"RESOURCE_DOES_NOT_EXIST" && error.message.contains(missing));
}

} // namespace

Verdict verdictOf(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Forbidden:
        return isRefusalOfTheAddress(error) ? Verdict::Wait : Verdict::Park;
    case ErrorKind::NotFound:
        // An answer without MLflow's code comes from something that is not MLflow.
        return (error.apiCode.isEmpty() && error.httpStatus != 0) || isRefusalOfTheWorkspace(error)
            ? Verdict::Wait
            : Verdict::Park;
    case ErrorKind::InvalidRequest:
        return isRefusalOfTheWorkspace(error) ? Verdict::Wait : Verdict::Park;
    case ErrorKind::Local:
        // A keychain that is locked says nothing about the item.
        return error.apiCode.startsWith(u"KEYCHAIN_"_s) ? Verdict::Wait : Verdict::Park;
    case ErrorKind::Conflict:
    case ErrorKind::InvalidInput:
    case ErrorKind::Refused:
    case ErrorKind::Usage:
        return Verdict::Park;
    case ErrorKind::Cancelled:
    case ErrorKind::Deadline:
    case ErrorKind::Inactivity:
    case ErrorKind::Network:
    case ErrorKind::Dns:
    case ErrorKind::Tls:
    case ErrorKind::Redirect:
    case ErrorKind::CircuitOpen:
    case ErrorKind::Isolated:
    case ErrorKind::RateLimited:
    case ErrorKind::Unauthorized:
    case ErrorKind::ServerError:
    case ErrorKind::Decode:
    case ErrorKind::Engine:
        return Verdict::Wait;
    }
    return Verdict::Wait;
}

bool isHeldBack(const Error &error)
{
    return error.kind == ErrorKind::CircuitOpen || error.kind == ErrorKind::Isolated
        || (error.kind == ErrorKind::Unauthorized && error.attempts == 0);
}

bool isAmbiguous(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Cancelled:
    case ErrorKind::Deadline:
    case ErrorKind::Inactivity:
    case ErrorKind::Network:
    case ErrorKind::ServerError:
    case ErrorKind::Decode:
        return true;
    case ErrorKind::Dns:
    case ErrorKind::Tls:
    case ErrorKind::Redirect:
    case ErrorKind::CircuitOpen:
    case ErrorKind::Isolated:
    case ErrorKind::RateLimited:
    case ErrorKind::Unauthorized:
    case ErrorKind::Forbidden:
    case ErrorKind::NotFound:
    case ErrorKind::Conflict:
    case ErrorKind::InvalidRequest:
    case ErrorKind::Local:
    case ErrorKind::InvalidInput:
    case ErrorKind::Engine:
    case ErrorKind::Refused:
    case ErrorKind::Usage:
        return false;
    }
    return true;
}

} // namespace signalbox
