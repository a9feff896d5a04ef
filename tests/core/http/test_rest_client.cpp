// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "tests/core/http/client_rig.h"

#include <QtCore/QThread>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! What a caller of the client sees; no network, no waiting.
class TestRestClient final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void deliversADecodedAnswer()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(R"({"answer": "42"})"));
        const Call<qint64> call = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
        QCOMPARE(rig.fake->count(), 0); // nothing starts before the event loop runs
        QCOMPARE(rig.finish(call).value(), 42);
        QCOMPARE(rig.fake->last(Verb::Get, u"/x"_s).url, QUrl(u"http://ml.example:5000/base/x"_s));
    }

    void everyRequestCarriesWhoItIs()
    {
        ClientRig rig;
        rig.fake->once(Verb::Post, u"/x"_s, FakeReply::refused());
        rig.fake->on(Verb::Post, u"/x"_s, FakeReply::json("{}"));
        QVERIFY(rig.finish(rig.client->send(post(u"/x"_s))));
        const auto &seen = rig.fake->requests();
        QCOMPARE(seen.size(), 2);
        QCOMPARE(seen.at(0).header("Authorization"), "Bearer secret-token");
        QVERIFY(seen.at(0).header("User-Agent").startsWith("Signalbox"));
        QCOMPARE(seen.at(0).header("Content-Type"), "application/json");
        QVERIFY(!seen.at(0).header("X-Request-Id").isEmpty());
        QVERIFY(seen.at(0).header("X-Request-Id") != seen.at(1).header("X-Request-Id"));
    }

    void aRequestMayReplaceAHeader()
    {
        ClientRig rig;
        rig.fake->on(Verb::Put, u"/x"_s, FakeReply::json("{}"));
        HttpRequest request = post(u"/x"_s);
        request.verb = Verb::Put;
        request.headers = {{"content-type", "text/csv"}};
        QVERIFY(rig.finish(rig.client->send(request)));
        int types = 0;
        for (const auto &[name, value] : rig.fake->requests().first().request.headers)
            types += name.toLower() == "content-type";
        QCOMPARE(types, 1);
        QCOMPARE(rig.fake->requests().first().header("Content-Type"), "text/csv");
    }

    // Retry

    void retriesWhatMayBeRepeated()
    {
        ClientRig rig;
        rig.fake->once(Verb::Post, u"/search"_s, FakeReply::refused());
        rig.fake->once(Verb::Post, u"/search"_s, FakeReply::text(503, "busy"));
        rig.fake->on(Verb::Post, u"/search"_s, FakeReply::json("{}"));
        const auto call = rig.client->send(post(u"/search"_s));
        QSignalSpy started(call.pending(), &PendingCall::started);
        QSignalSpy retry(call.pending(), &PendingCall::retryScheduled);
        QVERIFY(rig.finish(call));
        QCOMPARE(rig.fake->count(), 3);
        QCOMPARE(started.count(), 3);
        QCOMPARE(retry.count(), 2);
        QVERIFY(retry.at(0).at(1).value<std::chrono::milliseconds>() == 250ms);
        QVERIFY(retry.at(1).at(1).value<std::chrono::milliseconds>() == 500ms);
        QCOMPARE(retry.at(1).at(2).value<Error>().httpStatus, 503);
    }

    void givesUpAfterThreeAttempts()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::refused());
        const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
        QVERIFY(!result);
        QCOMPARE(rig.fake->count(), 3);
        QCOMPARE(result.error().attempts, 3);
    }

    void neverRepeatsACreate_data()
    {
        QTest::addColumn<FakeReply>("reply");
        QTest::addColumn<bool>("ambiguous");
        QTest::newRow("broken off") << FakeReply::brokenOff() << true;
        QTest::newRow("silence") << FakeReply::hanging() << true;
        QTest::newRow("gateway") << FakeReply::text(502, "Bad Gateway") << true;
        QTest::newRow("refused") << FakeReply::refused() << false;
        QTest::newRow("too many") << FakeReply::mlflowError(429, u"REQUEST_LIMIT_EXCEEDED"_s,
            u"slow"_s) << false;
        QTest::newRow("server says why")
            << FakeReply::mlflowError(500, u"INTERNAL_ERROR"_s, u"disk"_s) << false;
        QTest::newRow("mistake") << FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s,
            u"name"_s) << false;
    }
    void neverRepeatsACreate()
    {
        QFETCH(FakeReply, reply);
        QFETCH(bool, ambiguous);
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/create"_s, reply);
        const auto result = rig.finish(rig.client->send(create(u"/create"_s)));
        QVERIFY(!result);
        QCOMPARE(result.error().ambiguous, ambiguous);
        QCOMPARE(rig.fake->count(), 1);
    }

    void aCreateWhoseAnswerMakesNoSenseIsAmbiguous()
    {
        ClientRig rig;
        rig.fake->on(Verb::Post, u"/create"_s, FakeReply::json("{\"answer\": "));
        const auto result =
            rig.finish(rig.client->call<qint64>(create(u"/create"_s), decodeAnswer));
        QCOMPARE(result.error().kind, ErrorKind::Decode);
        QVERIFY(result.error().ambiguous);
    }

    void whatTheServerRefusedIsNotTriedAgain_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {400, 401, 403, 404, 409, 413, 422, 501})
            QTest::addRow("%d", status) << status;
    }
    void whatTheServerRefusedIsNotTriedAgain()
    {
        QFETCH(int, status);
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::text(status, "no"));
        QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s))));
        QCOMPARE(rig.fake->count(), 1);
    }

    void aTimedOutPageIsNotAskedForAgain_data()
    {
        QTest::addColumn<FakeReply>("reply");
        QTest::newRow("silence") << FakeReply::failure(ErrorKind::Inactivity);
        QTest::newRow("gateway timeout") << FakeReply::text(504, "slow");
    }
    void aTimedOutPageIsNotAskedForAgain()
    {
        QFETCH(FakeReply, reply);
        for (const auto &[requestClass, attempts] :
            {std::pair(RequestClass::Page, 1), std::pair(RequestClass::Interactive, 3)}) {
            ClientRig rig;
            rig.fake->on(Verb::Get, u"/x"_s, reply);
            QVERIFY(!rig.finish(rig.client->send(get(u"/x"_s, requestClass))));
            QCOMPARE(rig.fake->count(), attempts);
        }
    }

    void theServersPauseIsKeptByAll()
    {
        ClientRig rig;
        FakeReply busy = FakeReply::text(429, "slow down");
        busy.headers.emplace_back("retry-after", "7");
        rig.fake->once(Verb::Get, u"/x"_s, busy);
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}"));
        rig.fake->on(Verb::Get, u"/y"_s, FakeReply::json("{}"));
        rig.fake->on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        const auto first = rig.client->send(get(u"/x"_s));
        rig.settle();
        const auto second = rig.client->send(get(u"/y"_s));
        const auto health = rig.client->send(get(u"/health"_s, RequestClass::Probe));
        rig.clock.advance(6999ms);
        rig.settle();
        QVERIFY(!first.isFinished() && !second.isFinished());
        QVERIFY(health.isFinished());
        rig.clock.advance(1ms);
        rig.settle();
        QVERIFY(first.isFinished() && second.isFinished());
    }

    // Deadlines

    void eachClassHasItsTotalTime_data()
    {
        QTest::addColumn<RequestClass>("requestClass");
        QTest::addColumn<int>("seconds");
        QTest::newRow("probe") << RequestClass::Probe << 5;
        QTest::newRow("interactive") << RequestClass::Interactive << 60;
        QTest::newRow("write") << RequestClass::Write << 60;
        QTest::newRow("page") << RequestClass::Page << 120;
    }
    void eachClassHasItsTotalTime()
    {
        QFETCH(RequestClass, requestClass);
        QFETCH(int, seconds);
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::hanging());
        const auto call = rig.client->send(get(u"/x"_s, requestClass));
        rig.settle();
        rig.clock.advance(std::chrono::seconds(seconds) - 1ms);
        rig.settle();
        QVERIFY(!call.isFinished());
        rig.clock.advance(1ms);
        rig.settle();
        QVERIFY(call.isFinished());
        QCOMPARE(call.result()->error().kind, ErrorKind::Deadline);
        QVERIFY(call.result()->error().message.contains(QString::number(seconds) % u" s"));
        QCOMPARE(rig.fake->running(), 0);
    }

    void theDeadlineCoversTheRetries()
    {
        ClientRig rig;
        rig.fake->once(Verb::Get, u"/x"_s, FakeReply::refused().after(50s));
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::hanging());
        const auto call = rig.client->send(get(u"/x"_s));
        rig.settle();
        rig.clock.advance(50s);
        rig.settle();
        rig.clock.advance(1s);
        rig.settle();
        QCOMPARE(rig.fake->count(), 2);
        rig.clock.advance(9s);
        rig.settle();
        QVERIFY(call.isFinished());
        QCOMPARE(call.result()->error().kind, ErrorKind::Deadline);
        QCOMPARE(call.result()->error().attempts, 2);
    }

    void waitingInTheQueueCostsNoTime()
    {
        RestConfig config = ClientRig::defaults();
        config.maxConcurrent = 1;
        ClientRig rig(config);
        rig.fake->once(Verb::Get, u"/x"_s, FakeReply::json("{}").after(50s));
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}").after(50s));
        const auto a = rig.client->send(get(u"/x"_s));
        const auto b = rig.client->send(get(u"/x"_s));
        rig.settle();
        rig.clock.advance(50s);
        rig.settle();
        rig.clock.advance(50s);
        rig.settle();
        QVERIFY(a.result() && *a.result());
        QVERIFY(b.result() && *b.result());
    }

    void aTransferHasNoTotalTime()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/file"_s, FakeReply::json("{}").after(119s));
        const auto call = rig.client->send(get(u"/file"_s, RequestClass::Transfer));
        rig.settle();
        QVERIFY(*rig.clock.nextDue() == 119s); // no deadline before
        rig.clock.advance(119s);
        rig.settle();
        QVERIFY(call.result() && *call.result());
    }

    void ownTimeAndCapShortenTheDeadline()
    {
        RestConfig config = ClientRig::defaults();
        config.timeoutCap = 10s;
        ClientRig rig(config);
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::hanging());
        HttpRequest request = get(u"/x"_s);
        const auto capped = rig.client->send(request);
        request.timeout = 2s;
        const auto own = rig.client->send(request);
        rig.settle();
        rig.clock.advance(2s);
        rig.settle();
        QVERIFY(own.isFinished() && !capped.isFinished());
        rig.clock.advance(8s);
        rig.settle();
        QVERIFY(capped.isFinished());
    }

    // Telling

    void errorsSayWhatWhyAndWhatToDo()
    {
        ClientRig rig;
        rememberSecret(u"secret-token"_s);
        rig.fake->on(Verb::Get, u"/api/runs/get"_s,
            FakeReply::mlflowError(
                404, u"RESOURCE_DOES_NOT_EXIST"_s, u"Run 'abc' not found, said secret-token"_s));
        HttpRequest request = get(u"/api/runs/get"_s);
        request.query = {{u"run_id"_s, u"abc"_s}};
        const auto result = rig.finish(rig.client->send(request));
        const Error &error = result.error();
        QCOMPARE(error.kind, ErrorKind::NotFound);
        QCOMPARE(error.httpStatus, 404);
        QCOMPARE(error.apiCode, u"RESOURCE_DOES_NOT_EXIST"_s);
        QVERIFY(error.message.contains(u"GET /api/runs/get?run_id=abc"_s));
        QVERIFY(error.message.contains(u"http://ml.example:5000/base"_s));
        QVERIFY(error.message.contains(u"Run 'abc' not found"_s));
        QVERIFY(!error.message.contains(u"secret-token"_s));
        QCOMPARE(error.requestId.toLatin1(), rig.fake->requests().first().header("X-Request-Id"));
    }

    void aLoginPageInPlaceOfDataIsRecognised()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s,
            FakeReply::text(200, "<!DOCTYPE html><title>Sign in</title>", "text/html"));
        const auto result = rig.finish(rig.client->call<qint64>(get(u"/x"_s), decodeAnswer));
        QCOMPARE(result.error().kind, ErrorKind::Decode);
        QVERIFY(result.error().message.contains(u"Sign in"_s));
        QVERIFY(result.error().message.contains(u"GET /x"_s));
        QVERIFY(result.error().hint.contains(u"login"_s));
        QCOMPARE(rig.fake->count(), 1);
    }

    void theRequestLogSeesEveryAttempt()
    {
        ClientRig rig;
        QSignalSpy attempts(rig.client.get(), &RestClient::attemptFinished);
        rig.fake->once(Verb::Get, u"/x"_s, FakeReply::text(503, "busy").after(40ms));
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}").after(25ms));
        QVERIFY(rig.finish(rig.client->send(get(u"/x"_s))));
        rig.settle();
        QCOMPARE(attempts.count(), 2);
        const auto first = attempts.at(0).first().value<AttemptRecord>();
        const auto second = attempts.at(1).first().value<AttemptRecord>();
        QCOMPARE(first.status, 503);
        QVERIFY(first.elapsed == 40ms);
        QVERIFY(!first.error.isEmpty());
        QCOMPARE(second.status, 200);
        QCOMPARE(second.attempt, 2);
        QVERIFY(second.error.isEmpty());
        QVERIFY(second.timeMs > first.timeMs);
        QVERIFY(second.requestId != first.requestId);
        QVERIFY(rig.client->lastLatency() == 25ms);
    }

    void missingCredentialsAreSignalled()
    {
        ClientRig rig;
        QSignalSpy unauthorized(rig.client.get(), &RestClient::unauthorized);
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::text(401, "You are not authenticated."));
        const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
        QCOMPARE(result.error().kind, ErrorKind::Unauthorized);
        rig.settle();
        QCOMPARE(unauthorized.count(), 1);
    }

    void theQueueLengthIsSignalledOncePerTurn()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}").after(1s));
        QSignalSpy queue(rig.client.get(), &RestClient::queueChanged);
        for (int i = 0; i < 20; ++i)
            (void)rig.client->send(get(u"/x"_s)).isValid();
        QCOMPARE(rig.client->queued(), 20);
        rig.settle();
        QCOMPARE(queue.count(), 1);
        QCOMPARE(queue.first().first().toInt(), 20);
        QCOMPARE(rig.fake->mostRunning(), 6);
        while (rig.client->queued() > 0) {
            rig.clock.advance(1s);
            rig.settle();
        }
        QCOMPARE(queue.last().first().toInt(), 0);
        QCOMPARE(rig.fake->mostRunning(), 6);
    }

    void anAddressThatCannotBeUsedIsRefused()
    {
        for (const QString &address : {u"ftp://host"_s, u"http://user:pw@host"_s, u"host:5000"_s}) {
            RestConfig config;
            config.baseUrl = QUrl(address);
            ClientRig rig(config);
            const auto result = rig.finish(rig.client->send(get(u"/x"_s)));
            QCOMPARE(result.error().kind, ErrorKind::InvalidInput);
            QVERIFY(!result.error().text().contains(u"pw"_s));
            QCOMPARE(rig.fake->count(), 0);
        }
    }

    void largeAnswersAreParsedElsewhereAndDeliveredHere()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(largeAnswer(7)));
        QThread *parsedIn = nullptr;
        QThread *deliveredIn = nullptr;
        const auto call =
            rig.client->call<qint64>(get(u"/x"_s), [&parsedIn](const HttpResponse &response) {
                parsedIn = QThread::currentThread();
                return decodeAnswer(response);
            });
        call.then(this, [&](const Result<qint64> &) { deliveredIn = QThread::currentThread(); });
        QTRY_VERIFY(deliveredIn);
        QCOMPARE(call.result()->value(), 7);
        QVERIFY(parsedIn && parsedIn != QThread::currentThread());
        QCOMPARE(deliveredIn, QThread::currentThread());
    }

    void progressReachesTheCaller()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(R"({"answer": 1})"));
        const auto call = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
        QSignalSpy started(call.pending(), &PendingCall::started);
        QSignalSpy finished(call.pending(), &PendingCall::finished);
        QVERIFY(rig.finish(call));
        QCOMPARE(started.count(), 1);
        QCOMPARE(finished.count(), 1);
    }
};

QTEST_GUILESS_MAIN(TestRestClient)
#include "test_rest_client.moc"
