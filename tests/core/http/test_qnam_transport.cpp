// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/qnam_rig.h"
#include "tests/core/http/tls_identity.h"

#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

HttpRequest makeCreate(const QByteArray &body = R"({"name": "a"})")
{
    HttpRequest request = make(Verb::Post, body);
    request.idempotent = false;
    request.oneShot = true;
    return request;
}

//! This process's connections to a port of this machine.
QList<int> socketsTo(quint16 port)
{
    QList<int> found;
    for (int fd = 3; fd < 256; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (::getpeername(fd, reinterpret_cast<sockaddr *>(&peer), &size) == 0
            && peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
            found << fd;
    }
    return found;
}

} // namespace

//! The transport against a server on loopback that misbehaves in the ways real ones do.
class TestQnamTransport final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void whatIsSentOverAKeptConnectionDoesNotWaitForTheLastAcknowledgement()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        const HttpRequest request = make(Verb::Post, QByteArray(100'000, ' '));
        for (int i = 0; i < 2; ++i)
            QVERIFY(finish(transport.send(server.url(u"/x"_s), request, 2s)));
        const QList<int> connections = socketsTo(static_cast<quint16>(server.url(u"/x"_s).port()));
        QVERIFY(!connections.isEmpty());
        for (const int fd : connections) {
            int on = 0;
            socklen_t size = sizeof(on);
            QCOMPARE(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
            QVERIFY(on != 0);
        }
    }

    void sendsVerbHeadersAndBodyAsTheyAre_data()
    {
        QTest::addColumn<Verb>("verb");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("GET") << Verb::Get << QByteArray();
        QTest::newRow("HEAD") << Verb::Head << QByteArray();
        QTest::newRow("POST") << Verb::Post << QByteArray("{\"a\": 1}");
        QTest::newRow("POST without body") << Verb::Post << QByteArray();
        QTest::newRow("PUT") << Verb::Put << QByteArray("{}");
        QTest::newRow("PATCH with body") << Verb::Patch << QByteArray("{\"a\": 1}");
        QTest::newRow("DELETE with body") << Verb::Delete << QByteArray("{\"key\": \"x\"}");
    }
    void sendsVerbHeadersAndBodyAsTheyAre()
    {
        QFETCH(Verb, verb);
        QFETCH(QByteArray, body);
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, R"({"ok": true})", {{"X-Thing", "7"}}));
        QnamTransport transport;
        for (const bool repeatable : {true, false}) {
            HttpRequest request = make(verb, body);
            request.idempotent = repeatable;
            request.headers.emplace_back("Content-Type", "application/json");
            request.headers.emplace_back("X-Request-Id", "abc");
            const auto result = finish(transport.send(server.url(u"/x?q=a%2Bb"_s), request, 2s));
            QVERIFY(result);
            QCOMPARE(result->status, 200);
            QCOMPARE(result->header("x-thing"), "7");
            const LoopbackRequest &seen = server.requests().last();
            QCOMPARE(QString::fromLatin1(seen.verb), nameOf(verb));
            QCOMPARE(seen.target, "/x?q=a%2Bb");
            QCOMPARE(seen.body, body);
            QCOMPARE(seen.header("x-request-id"), "abc");
            QCOMPARE(seen.header("origin"), "");
        }
        QCOMPARE(server.requests().size(), 2);
    }

    void answersAbove400AreAnswers_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {400, 401, 403, 404, 405, 408, 409, 422, 429, 500, 502, 503, 504})
            QTest::addRow("%d", status) << status;
    }
    void answersAbove400AreAnswers()
    {
        QFETCH(int, status);
        LoopbackServer server;
        server.on("/x",
            LoopbackServer::answer(status, R"({"error_code": "X"})",
                {{"WWW-Authenticate", "Basic realm=\"mlflow\""}}));
        QnamTransport transport;
        for (const HttpRequest &request : {make(Verb::Get), makeCreate()}) {
            const auto result = finish(transport.send(server.url(u"/x"_s), request, 2s));
            QVERIFY2(result, result ? "" : qPrintable(result.error().message));
            QCOMPARE(result->status, status);
            QCOMPARE(result->body, R"({"error_code": "X"})");
        }
    }

    void aCreateIsSentExactlyOnce_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::newRow("closed") << false;
        QTest::newRow("reset") << true;
    }
    void aCreateIsSentExactlyOnce()
    {
        QFETCH(bool, reset);
        LoopbackServer server;
        server.on("/create", LoopbackServer::closeEarly(reset));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/create"_s), makeCreate(), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
        QVERIFY(result.error().ambiguous);
        QTest::qWait(50); // a second copy would arrive by now
        QCOMPARE(server.count("/create"), 1);
    }

    void everyCreateOpensItsOwnConnection()
    {
        LoopbackServer server;
        // Would break a create on a reused connection, as servers with short keep-alive do.
        server.on("/create", LoopbackServer::answerOncePerConnection("{}"));
        QnamTransport transport;
        for (int i = 0; i < 3; ++i)
            QVERIFY(finish(transport.send(server.url(u"/create"_s), makeCreate(), 2s)));
        QCOMPARE(server.connections(), 3);
        QCOMPARE(server.count("/create"), 3);
    }

    void oneCreateAfterAnotherIsQuick()
    {
        LoopbackServer server;
        server.on("/create", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 50; ++i)
            QVERIFY(finish(transport.send(server.url(u"/create"_s), makeCreate(), 2s)));
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    }

    void creatingTwoThingsAtOnceWorks()
    {
        LoopbackServer server;
        server.on("/create", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        QList<Call<HttpResponse>> calls;
        for (int i = 0; i < 12; ++i)
            calls.append(transport.send(server.url(u"/create"_s), makeCreate(), 2s));
        for (const auto &call : calls)
            QVERIFY(finish(call));
        QCOMPARE(server.count("/create"), 12);
    }

    void aRepeatableRequestSurvivesAClosedConnection()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answerOncePerConnection("{}"));
        QnamTransport transport;
        for (const HttpRequest &request :
            {make(Verb::Get), make(Verb::Post, "{}"), make(Verb::Get), make(Verb::Patch, "{}")}) {
            const auto result = finish(transport.send(server.url(u"/x"_s), request, 2s));
            QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        }
    }

    void aServerThatNeverAnswersIsANetworkError()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::closeEarly());
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
        QVERIFY(!result.error().ambiguous); // a GET may be repeated by anybody
        QVERIFY(result.error().message.contains(u"closed the connection"_s));
    }

    void refusedConnectionsSaySo()
    {
        LoopbackServer server;
        const QUrl url = server.url(u"/x"_s);
        server.stop();
        QnamTransport transport;
        const auto result = finish(transport.send(url, makeCreate(), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
        QVERIFY(result.error().message.contains(u"refused"_s));
        QVERIFY(!result.error().ambiguous); // it never left this machine
    }

    void unknownHostsAreDns()
    {
        QnamTransport transport;
        const auto result =
            finish(transport.send(QUrl(u"http://no-such-host.invalid/x"_s), make(Verb::Get), 5s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Dns);
    }

    void silenceIsInactivity_data()
    {
        QTest::addColumn<bool>("partial");
        QTest::newRow("no answer at all") << false;
        QTest::newRow("stops in the middle") << true;
    }
    void silenceIsInactivity()
    {
        QFETCH(bool, partial);
        LoopbackServer server;
        server.on("/x", partial ? LoopbackServer::stall("0123456789") : LoopbackServer::hang());
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), makeCreate(), 200ms));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Inactivity);
        QVERIFY(result.error().ambiguous);
        QVERIFY(result.error().message.contains(u"0.2 s"_s));
    }

    void aSlowButSteadyAnswerIsNotInactive()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::trickle("0123456789", 60ms));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 300ms));
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        QCOMPARE(result->body, "0123456789");
    }

    void cancelIsQuietAndImmediate()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::hang());
        QnamTransport transport;
        const Call<HttpResponse> call = transport.send(server.url(u"/x"_s), make(Verb::Get), 10s);
        int delivered = 0;
        call.then(this, [&delivered](const Result<HttpResponse> &) { ++delivered; });
        QTRY_COMPARE(server.count("/x"), 1);
        call.cancel();
        QVERIFY(call.isFinished());
        QCOMPARE(call.result()->error().kind, ErrorKind::Cancelled);
        QTest::qWait(30);
        QCOMPARE(delivered, 1);
    }

    void destroyingTheTransportEndsItsAttempts()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::hang());
        auto transport = std::make_unique<QnamTransport>();
        const auto a = transport->send(server.url(u"/x"_s), make(Verb::Get), 10s);
        const auto b = transport->send(server.url(u"/x"_s), makeCreate(), 10s);
        QTRY_COMPARE(server.count("/x"), 2);
        transport.reset();
        QVERIFY(a.isFinished());
        QVERIFY(b.isFinished());
        QCOMPARE(a.result()->error().kind, ErrorKind::Cancelled);
    }

    void aListenerMayDestroyTheTransport()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "{}"));
        auto transport = std::make_unique<QnamTransport>();
        const auto call = transport->send(server.url(u"/x"_s), make(Verb::Get), 2s);
        connect(call.pending(), &PendingCall::finished, this, [&transport] { transport.reset(); });
        QVERIFY(finish(call));
        QVERIFY(!transport);
    }

    void redirectsInsideTheOriginAreFollowed()
    {
        LoopbackServer server;
        server.on("/old", LoopbackServer::redirect(302, "/new?x=1"));
        server.on("/new", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        QVERIFY(finish(transport.send(server.url(u"/old"_s), make(Verb::Get), 2s)));
        QCOMPARE(server.requests().last().target, "/new?x=1");
    }

    void redirectsToAnotherOriginAreNotFollowed()
    {
        LoopbackServer server;
        LoopbackServer other;
        const QByteArray target = "http://user:pw@127.0.0.1:"
            + QByteArray::number(other.url().port()) + "/login?token=abc";
        server.on("/x", LoopbackServer::redirect(302, target));
        QnamTransport transport;
        HttpRequest request = make(Verb::Get);
        request.headers.emplace_back("Authorization", "Bearer secret");
        const auto result = finish(transport.send(server.url(u"/x"_s), request, 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Redirect);
        QVERIFY(result.error().message.contains(QString::number(other.url().port())));
        QVERIFY(!result.error().message.contains(u"token"_s));
        QVERIFY(!result.error().message.contains(u"pw"_s));
        QTest::qWait(30);
        QCOMPARE(other.connections(), 0); // the credentials stayed here
    }

    void aWriteIsNeverRedirectedIntoARead()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::redirect(302, "/login"));
        server.on("/login", LoopbackServer::answer(200, "<html>"));
        QnamTransport transport;
        for (const HttpRequest &request : {make(Verb::Post, "{}"), makeCreate()}) {
            const auto result = finish(transport.send(server.url(u"/x"_s), request, 2s));
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Redirect);
        }
        QCOMPARE(server.count("/login"), 0);
    }

    void redirectLoopsEnd()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::redirect(302, "/x"));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Redirect);
        QVERIFY(server.count("/x") < 10);
    }

    void halfABodyIsNotAnAnswer()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::halfBody("{\"answer\": 42}"));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
        QVERIFY(result.error().message.contains(u"7 bytes"_s));
    }

    void somethingElseThanHttpIsANetworkError()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::raw("SSH-2.0-OpenSSH_9.2\r\n"));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
    }

    void httpsToAPlainServerNamesTheRemedy()
    {
        LoopbackServer server;
        QUrl url = server.url(u"/x"_s);
        url.setScheme(u"https"_s);
        QnamTransport transport;
        const auto result = finish(transport.send(url, make(Verb::Get), 300ms));
        QVERIFY(!result);
        QVERIFY(result.error().kind == ErrorKind::Network
            || result.error().kind == ErrorKind::Inactivity);
        QVERIFY(!result.error().hint.isEmpty());
    }

    void anUntrustedCertificateIsItsOwnError()
    {
        QSslServer server;
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setLocalCertificate(QSslCertificate(kUntrustedCertificate));
        tls.setPrivateKey(QSslKey(kUntrustedKey, QSsl::Ec));
        server.setSslConfiguration(tls);
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const QUrl url(u"https://127.0.0.1:%1/x"_s.arg(server.serverPort()));
        QnamTransport transport;
        for (const HttpRequest &request : {make(Verb::Get), makeCreate()}) {
            const auto result = finish(transport.send(url, request, 2s));
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Tls);
            QVERIFY2(result.error().message.contains(u"self-signed"_s),
                qPrintable(result.error().message));
            QVERIFY(!result.error().ambiguous); // nothing was said to a stranger
        }
    }

    void aBrokenOffHandshakeIsANetworkError()
    {
        QTcpServer server;
        connect(&server, &QTcpServer::newConnection, this,
            [&server] { server.nextPendingConnection()->disconnectFromHost(); });
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QnamTransport transport;
        const auto result = finish(transport.send(
            QUrl(u"https://127.0.0.1:%1/x"_s.arg(server.serverPort())), make(Verb::Get), 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Network);
    }

    void cookiesAreNotKept()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "{}", {{"Set-Cookie", "session=1; Path=/"}}));
        QnamTransport transport;
        QVERIFY(finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s)));
        QVERIFY(finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s)));
        QCOMPARE(server.requests().last().header("cookie"), "");
    }

    void anAnswerAboveTheLimitIsRefused()
    {
        LoopbackServer server;
        server.on("/huge", LoopbackServer::huge(1LL << 40)); // says so in its head
        server.on("/bomb", LoopbackServer::deflated(QByteArray(12'000'000, 'x'))); // does not
        QnamTransport transport;
        for (const QString &path : {u"/huge"_s, u"/bomb"_s}) {
            HttpRequest request = make(Verb::Get);
            request.maxResponseBytes = 2'000'000;
            const auto result = finish(transport.send(server.url(path), request, 2s));
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Decode);
            QVERIFY(result.error().message.contains(u"larger"_s));
        }
    }

    void compressedAnswersAreUnpackedWhateverTheirRatio()
    {
        LoopbackServer server;
        const QByteArray body(12'000'000, 'x'); // above what Qt unpacks by itself
        server.on("/x", LoopbackServer::deflated(body));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 5s));
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
        QVERIFY(result->body == body);
    }

    void qtOpensSixConnectionsPerHost()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::trickle("0123456789", 5ms));
        QnamTransport transport;
        QList<Call<HttpResponse>> calls;
        for (int i = 0; i < 20; ++i)
            calls.append(transport.send(server.url(u"/x"_s), make(Verb::Get), 5s));
        for (const auto &call : calls)
            QVERIFY(finish(call));
        QCOMPARE(server.mostOpen(), 6); // the reason for the client's own limit
    }

    void aSystemProxyIsNotAskedForLoopback()
    {
        qputenv("http_proxy", "http://127.0.0.1:9");
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        const auto result = finish(transport.send(server.url(u"/x"_s), make(Verb::Get), 2s));
        qunsetenv("http_proxy");
        QVERIFY2(result, result ? "" : qPrintable(result.error().message));
    }
};

QTEST_GUILESS_MAIN(TestQnamTransport)
#include "test_qnam_transport.moc"
