// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/qnam_transport.h"
#include "tests/support/loopback_server.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

//! What tests of the transport against a server on loopback have in common.
namespace signalbox::test {

inline HttpRequest make(Verb verb, const QByteArray &body = {})
{
    HttpRequest request;
    request.verb = verb;
    request.body = body;
    request.idempotent = true;
    if (!body.isEmpty())
        request.headers = {{"Content-Type", "application/json"}};
    return request;
}

//! Waits for the outcome.
inline Result<HttpResponse> finish(const Call<HttpResponse> &call)
{
    QSignalSpy finished(call.pending(), &PendingCall::finished);
    if (!call.isFinished() && !finished.wait(10'000))
        return Failure(ErrorKind::Local, QStringLiteral("the test gave up waiting"));
    return *call.result();
}

} // namespace signalbox::test
