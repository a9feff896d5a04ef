// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/qnam_transport.h"
#include "core/http/rest_client.h"
#include "core/json/json_reader.h"
#include "tests/support/loopback_server.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! The client and the real transport together, as the programs use them.
class TestRestLoopback final : public QObject {
    Q_OBJECT

private:
    static std::unique_ptr<RestClient> clientOf(const LoopbackServer &server)
    {
        RestConfig config;
        config.baseUrl = server.url();
        config.retry.baseDelay = 1ms;
        return std::make_unique<RestClient>(config, std::make_unique<QnamTransport>());
    }
    static HttpRequest request(Verb verb, const QString &path)
    {
        HttpRequest r;
        r.verb = verb;
        r.path = path;
        if (verb == Verb::Post)
            r.body = "{}";
        return r;
    }
    template <typename T> static Result<T> finish(const Call<T> &call)
    {
        QSignalSpy finished(call.pending(), &PendingCall::finished);
        if (!call.isFinished() && !finished.wait(10'000))
            return Failure(ErrorKind::Local, u"the test gave up waiting"_s);
        return *call.result();
    }

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void theTotalDeadlineEndsASteadyTrickle()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::trickle(QByteArray(1000, 'x'), 20ms));
        const auto client = clientOf(server);
        HttpRequest slow = request(Verb::Get, u"/x"_s);
        slow.timeout = 200ms;
        QElapsedTimer timer;
        timer.start();
        const auto result = finish(client->send(slow));
        QCOMPARE(result.error().kind, ErrorKind::Deadline);
        QVERIFY(timer.elapsed() < 3'000);
        QCOMPARE(client->breaker().snapshot().failures, 1U);
    }

    void aLostCreateIsSentOnceAndSaysSo()
    {
        LoopbackServer server;
        server.on("/create", LoopbackServer::closeEarly());
        const auto client = clientOf(server);
        HttpRequest create = request(Verb::Post, u"/create"_s);
        create.oneShot = true;
        const auto result = finish(client->send(create));
        QCOMPARE(result.error().kind, ErrorKind::Network);
        QVERIFY(result.error().ambiguous);
        QCOMPARE(server.count("/create"), 1);
    }

    void aSearchSurvivesAServerThatDropsConnections()
    {
        LoopbackServer server;
        int seen = 0;
        server.on("/search", [&seen](QTcpSocket &socket, const LoopbackRequest &r) {
            // Two deliveries belong to Qt's own re-send; the client's next attempt is answered.
            const auto script = ++seen <= 2 ? LoopbackServer::closeEarly()
                                            : LoopbackServer::answer(200, R"({"answer": 5})");
            script(socket, r);
        });
        const auto client = clientOf(server);
        HttpRequest search = request(Verb::Post, u"/search"_s);
        search.idempotent = true;
        const auto result = finish(client->call<qint64>(search, [](const HttpResponse &response) {
            qint64 answer = 0;
            const auto read = readJson(response.body,
                [&answer](const JsonView &root) { answer = root.integer("answer"); });
            return read ? Result<qint64>(answer) : Result<qint64>(read.failure());
        }));
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        QCOMPARE(result.value(), 5);
    }

    void manyRequestsShareSixConnections()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "{}"));
        const auto client = clientOf(server);
        QList<Call<HttpResponse>> calls;
        for (int i = 0; i < 60; ++i)
            calls << client->send(request(Verb::Get, u"/x"_s));
        for (const auto &call : calls)
            QVERIFY(finish(call));
        QVERIFY(server.connections() <= 6);
        QCOMPARE(server.count("/x"), 60);
    }

    void theEventLoopStaysAliveMeanwhile()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::trickle("0123456789", 20ms));
        const auto client = clientOf(server);
        int ticks = 0;
        QTimer timer;
        connect(&timer, &QTimer::timeout, this, [&ticks] { ++ticks; });
        timer.start(5ms);
        QVERIFY(finish(client->send(request(Verb::Get, u"/x"_s))));
        QVERIFY2(ticks >= 10, qPrintable(QString::number(ticks)));
    }

    void theServerComesBackAfterAnOutage()
    {
        LoopbackServer server;
        bool up = false;
        server.on("/x", [&up](QTcpSocket &socket, const LoopbackRequest &r) {
            LoopbackServer::answer(up ? 200 : 503, "{}")(socket, r);
        });
        const auto client = clientOf(server);
        for (int i = 0; i < 2; ++i)
            QVERIFY(!finish(client->send(request(Verb::Get, u"/x"_s))));
        QCOMPARE(client->breaker().state(), BreakerState::Open);
        up = true;
        QCOMPARE(
            finish(client->send(request(Verb::Get, u"/x"_s))).error().kind, ErrorKind::CircuitOpen);
        client->breaker().probeNow(); // "Try now"
        QVERIFY(finish(client->send(request(Verb::Get, u"/x"_s))));
        QVERIFY(finish(client->send(request(Verb::Get, u"/x"_s))));
        QCOMPARE(client->breaker().state(), BreakerState::Closed);
    }
};

QTEST_GUILESS_MAIN(TestRestLoopback)
#include "test_rest_loopback.moc"
