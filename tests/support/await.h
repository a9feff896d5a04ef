// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QtTest/QTest>
#include <QtTest/QTestEventLoop>

namespace signalbox::test {

/*! The outcome of `call`, with the event loop running until it is there. A test's tool only. Not
 *  with QTRY_*: that pauses 10 ms between the turns of the loop, which makes large files crawl. */
template <typename T> [[nodiscard]] Result<T> await(const Call<T> &call, int timeoutMs = 60'000)
{
    QTestEventLoop loop;
    call.then(&loop, [&loop](const Result<T> &) { loop.exitLoop(); });
    loop.enterLoopMSecs(timeoutMs);
    if (!call.isFinished())
        return Failure(ErrorKind::Deadline, QStringLiteral("the call did not end in time"));
    return *call.result();
}

//! What went wrong, for the message of a failed check; empty after success.
template <typename T> [[nodiscard]] QByteArray whyOf(const Result<T> &result)
{
    if (result)
        return {};
    const Error &e = result.error();
    return QString(
        nameOf(e.kind) % u' ' % QString::number(e.httpStatus) % u' ' % e.apiCode % u": " % e.text())
        .toUtf8();
}

} // namespace signalbox::test

//! Fails the test with the error's text unless the result is a success.
#define VERIFY_OK(result)                                                                          \
    do {                                                                                           \
        const auto &verifiedResult = (result);                                                     \
        QVERIFY2(verifiedResult.hasValue(), ::signalbox::test::whyOf(verifiedResult).constData()); \
    } while (false)
//! Fails the test unless the result is a failure of this kind.
#define VERIFY_KIND(result, expected)                                                              \
    do {                                                                                           \
        const auto &verifiedResult = (result);                                                     \
        QVERIFY2(!verifiedResult.hasValue(), "succeeded, though it should be refused");            \
        QVERIFY2(verifiedResult.error().kind == (expected),                                        \
            ::signalbox::test::whyOf(verifiedResult).constData());                                 \
    } while (false)
