// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/resilience/retry_policy.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

RetryPolicy policy(double dice)
{
    RetryPolicy p;
    p.random = [dice] { return dice; };
    return p;
}

Error failure(ErrorKind kind, int status = 0)
{
    Error error = makeError(kind, u"x"_s);
    error.httpStatus = status;
    return error;
}

} // namespace

class TestRetryPolicy final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theCapDoublesAndTheWaitIsAnywhereBelow()
    {
        RetryPolicy p = policy(0.999999);
        p.maxAttempts = 10;
        const Error error = failure(ErrorKind::Network);
        QVERIFY(*p.nextDelay(1, error, 1h) == 499ms);
        QVERIFY(*p.nextDelay(2, error, 1h) == 999ms);
        QVERIFY(*p.nextDelay(3, error, 1h) == 1999ms);
        QVERIFY(*p.nextDelay(9, error, 1h) == 7999ms);
        p.random = [] { return 0.0; };
        QVERIFY(*p.nextDelay(9, error, 1h) == 0ms);
    }

    void withoutAnInjectedDiceItStaysInsideTheCap()
    {
        const RetryPolicy p;
        for (int i = 0; i < 100; ++i) {
            const auto delay = p.nextDelay(1, failure(ErrorKind::Network), 1h);
            QVERIFY(*delay >= 0ms && *delay < 500ms);
        }
    }

    void threeAttemptsInAll()
    {
        const RetryPolicy p = policy(0.5);
        QVERIFY(p.nextDelay(2, failure(ErrorKind::Network), 1h));
        QVERIFY(!p.nextDelay(3, failure(ErrorKind::Network), 1h));
    }

    void theServersWishWins()
    {
        const RetryPolicy p = policy(0.5);
        Error error = failure(ErrorKind::RateLimited, 429);
        error.retryAfter = 20s;
        QVERIFY(*p.nextDelay(1, error, 1h) == 20s);
        error.retryAfter = 0s;
        QVERIFY(*p.nextDelay(1, error, 1h) == 0s);
        error.retryAfter = 1h;
        QVERIFY(!p.nextDelay(1, error, 24h)); // nobody waits that long for a page
    }

    void noWaitBeyondTheDeadline()
    {
        const RetryPolicy p = policy(0.5);
        Error error = failure(ErrorKind::ServerError, 503);
        QVERIFY(p.nextDelay(1, error, 251ms));
        QVERIFY(!p.nextDelay(1, error, 250ms));
        error.retryAfter = 5s;
        QVERIFY(!p.nextDelay(1, error, 5s));
    }

    void onlyWhatMayPassIsTriedAgain_data()
    {
        QTest::addColumn<ErrorKind>("kind");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("again");
        QTest::addColumn<Outcome>("outcome");
        const auto row = [](ErrorKind kind, int status, bool again, Outcome outcome) {
            QTest::addRow("%s %d", qPrintable(nameOf(kind)), status)
                << kind << status << again << outcome;
        };
        row(ErrorKind::Network, 0, true, Outcome::Failure);
        row(ErrorKind::Dns, 0, true, Outcome::Failure);
        row(ErrorKind::Inactivity, 0, true, Outcome::Failure);
        row(ErrorKind::Inactivity, 408, true, Outcome::Failure);
        row(ErrorKind::Deadline, 0, true, Outcome::Failure);
        row(ErrorKind::RateLimited, 429, true, Outcome::Failure);
        row(ErrorKind::ServerError, 500, true, Outcome::Failure);
        row(ErrorKind::ServerError, 501, false, Outcome::Failure);
        row(ErrorKind::ServerError, 503, true, Outcome::Failure);
        row(ErrorKind::Unauthorized, 401, false, Outcome::Success);
        row(ErrorKind::Forbidden, 403, false, Outcome::Success);
        row(ErrorKind::NotFound, 404, false, Outcome::Success);
        row(ErrorKind::Conflict, 409, false, Outcome::Success);
        row(ErrorKind::InvalidRequest, 400, false, Outcome::Success);
        row(ErrorKind::InvalidRequest, 500, false, Outcome::Success);
        row(ErrorKind::Tls, 0, false, Outcome::Neutral);
        row(ErrorKind::Redirect, 302, false, Outcome::Neutral);
        row(ErrorKind::Decode, 200, false, Outcome::Neutral);
        row(ErrorKind::Cancelled, 0, false, Outcome::Neutral);
        row(ErrorKind::Local, 0, false, Outcome::Neutral);
        row(ErrorKind::CircuitOpen, 0, false, Outcome::Neutral);
        row(ErrorKind::Isolated, 0, false, Outcome::Neutral);
    }
    void onlyWhatMayPassIsTriedAgain()
    {
        QFETCH(ErrorKind, kind);
        QFETCH(int, status);
        QFETCH(bool, again);
        QFETCH(Outcome, outcome);
        const Error error = failure(kind, status);
        QCOMPARE(policy(0.5).nextDelay(1, error, 1h).has_value(), again);
        QCOMPARE(outcomeOf(&error), outcome);
    }

    void noErrorIsASuccess() { QCOMPARE(outcomeOf(nullptr), Outcome::Success); }
};

QTEST_GUILESS_MAIN(TestRetryPolicy)
#include "test_retry_policy.moc"
