// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/qnam_transport.h"
#include "core/http/tls_setup.h"
#include "tests/support/await.h"
#include "tests/support/http_proxy.h"
#include "tests/support/loopback_server.h"
#include "tests/support/tls_server.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! Certificates, client keys and proxies against real sockets.
class TestTls final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestCertificates> m_files;

    [[nodiscard]] LinkSettings trusting() const
    {
        LinkSettings link;
        link.caFile = m_files->file(u"ca.pem"_s);
        return link;
    }
    [[nodiscard]] LinkSettings withClient(const QString &key, const QString &passphrase = {}) const
    {
        LinkSettings link = trusting();
        link.clientCertificateFile = m_files->file(u"client.pem"_s);
        link.clientKeyFile = m_files->file(key);
        link.keyPassphrase = passphrase;
        return link;
    }
    static Result<HttpResponse> get(const QUrl &url, const LinkSettings &link)
    {
        QnamTransport transport;
        transport.configure(link);
        return await(transport.send(url, HttpRequest{}, 5s));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_files = std::make_unique<TestCertificates>();
        QVERIFY(m_files->isComplete());
    }

    void anOwnAuthorityIsTrusted()
    {
        TlsServer server(*m_files, u"good"_s);
        const auto result = get(server.url(), trusting());
        VERIFY_OK(result);
        QCOMPARE(result->body, "OK");
    }

    void whatIsWrongWithACertificateIsToldApart_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<bool>("knowsAuthority");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("word");
        QTest::newRow("unknown authority")
            << u"good"_s << false << u"TLS_UNKNOWN_CA"_s << u"Test Authority"_s;
        QTest::newRow("expired") << u"expired"_s << true << u"TLS_EXPIRED"_s << u"2020-02-01"_s;
        QTest::newRow("another host")
            << u"wronghost"_s << true << u"TLS_HOST_NAME"_s << u"other.example.com"_s;
    }
    void whatIsWrongWithACertificateIsToldApart()
    {
        QFETCH(QString, certificate);
        QFETCH(bool, knowsAuthority);
        QFETCH(QString, code);
        QFETCH(QString, word);
        TlsServer server(*m_files, certificate);
        const auto result = get(server.url(), knowsAuthority ? trusting() : LinkSettings{});
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Tls);
        QCOMPARE(result.error().apiCode, code);
        QVERIFY2(result.error().message.contains(word), qPrintable(result.error().message));
        QVERIFY(!result.error().hint.isEmpty());
        QCOMPARE(server.requests, 0); // a stranger hears nothing
    }

    void insecureAcceptsEveryCertificate()
    {
        LinkSettings link;
        link.insecure = true;
        for (const QString &name : {u"good"_s, u"expired"_s, u"wronghost"_s}) {
            TlsServer server(*m_files, name);
            VERIFY_OK(get(server.url(), link));
        }
    }

    void aClientCertificateIsShown_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("passphrase");
        QTest::newRow("plain key") << u"client.key"_s << QString();
        QTest::newRow("locked key") << u"client.enc.key"_s << TestCertificates::passphrase();
    }
    void aClientCertificateIsShown()
    {
        QFETCH(QString, key);
        QFETCH(QString, passphrase);
        TlsServer server(*m_files, u"good"_s, true);
        VERIFY_OK(get(server.url(), withClient(key, passphrase)));
        QCOMPARE(server.clientName, u"client"_s);
    }

    void aKeyInTheFileOfItsCertificateIsFound()
    {
        TlsServer server(*m_files, u"good"_s, true);
        LinkSettings link = trusting();
        link.clientCertificateFile = m_files->file(u"client.both.pem"_s);
        VERIFY_OK(get(server.url(), link));
        QCOMPARE(server.clientName, u"client"_s);
    }

    void aMissingClientCertificateIsItsOwnError()
    {
        // Qt's own server only hangs up; what others say on the wire is in the TLS library's words.
        for (const QString &words : {u"tlsv13 alert certificate required"_s,
                 u"sslv3 alert bad certificate"_s, u"tlsv1 alert unknown ca"_s}) {
            const Error error = handshakeError(words);
            QCOMPARE(error.kind, ErrorKind::Tls);
            QCOMPARE(error.apiCode, u"TLS_CLIENT_CERTIFICATE"_s);
            QVERIFY(error.hint.contains(u"client-cert"_s));
        }
        TlsServer server(*m_files, u"good"_s, true);
        const auto result = get(server.url(), trusting());
        QVERIFY(!result);
        QVERIFY2(result.error().hint.contains(u"client certificate"_s), whyOf(result).constData());
        QCOMPARE(server.requests, 0);
    }

    void filesThatCannotBeUsedAreNamed_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("word");
        QTest::newRow("no file") << u"TLS_CA_FILE"_s << u"nowhere.pem"_s;
        QTest::newRow("no certificate") << u"TLS_CLIENT_CERTIFICATE"_s << u"holds no"_s;
        QTest::newRow("no passphrase") << u"TLS_CLIENT_KEY"_s << u"needs its passphrase"_s;
        QTest::newRow("wrong passphrase") << u"TLS_CLIENT_KEY"_s << u"does not open"_s;
    }
    void filesThatCannotBeUsedAreNamed()
    {
        QFETCH(QString, code);
        QFETCH(QString, word);
        LinkSettings link = trusting();
        if (word == u"nowhere.pem")
            link.caFile = u"/nowhere.pem"_s;
        else if (word == u"holds no")
            link.clientCertificateFile = m_files->file(u"client.key"_s);
        else
            link = withClient(
                u"client.enc.key"_s, word == u"does not open" ? u"wrong-one"_s : QString());
        TlsServer server(*m_files, u"good"_s);
        const auto result = get(server.url(), link);
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Tls);
        QCOMPARE(result.error().apiCode, code);
        QVERIFY2(result.error().message.contains(word), qPrintable(result.error().message));
        QVERIFY(!result.error().message.contains(u"wrong-one"_s));
        QCOMPARE(server.requests, 0);
    }

    void plainRequestsGoThroughTheNamedProxy()
    {
        LoopbackServer server;
        server.on("/health", LoopbackServer::answer(200, "OK"));
        HttpProxy proxy;
        VERIFY_OK(get(server.url(u"/health"_s), through(proxy)));
        QCOMPARE(proxy.heads.size(), 1);
        QVERIFY(proxy.heads.first().startsWith("GET http://127.0.0.1:"));
    }

    void encryptedRequestsGoThroughATunnel()
    {
        TlsServer server(*m_files, u"good"_s);
        HttpProxy proxy;
        LinkSettings link = through(proxy);
        link.caFile = trusting().caFile;
        link.login = {{"Authorization", "Bearer tunnel-secret"}};
        VERIFY_OK(get(server.url(), link));
        QCOMPARE(proxy.heads.size(), 1);
        QVERIFY(proxy.heads.first().startsWith("CONNECT 127.0.0.1:"));
        QVERIFY(!proxy.heads.first().contains("tunnel-secret"));
    }

    void theProxyIsToldTheLoginAtOnce()
    {
        LoopbackServer server;
        server.on("/x", LoopbackServer::answer(200, "OK"));
        HttpProxy proxy;
        proxy.login = "ann:proxy-pass";
        LinkSettings link = through(proxy);
        link.proxy.userName = u"ann"_s;
        link.proxy.password = u"proxy-pass"_s;
        HttpRequest create;
        create.verb = Verb::Post;
        create.body = "{}";
        create.oneShot = true;
        QnamTransport transport;
        transport.configure(link);
        VERIFY_OK(await(transport.send(server.url(u"/x"_s), create, 5s)));
        QCOMPARE(proxy.refused(), 0);
        QCOMPARE(server.count("/x"), 1);
        QCOMPARE(server.requests().last().header("proxy-authorization"), "");
    }

    void aProxyThatRefusesIsItsOwnError()
    {
        TlsServer server(*m_files, u"good"_s);
        HttpProxy proxy;
        proxy.login = "ann:proxy-pass";
        const auto result = get(server.url(), through(proxy));
        QVERIFY(!result);
        QCOMPARE(result.error().apiCode, u"PROXY_LOGIN"_s);
        HttpProxy gone;
        LinkSettings link = through(gone);
        gone.close();
        const auto unreachable = get(server.url(), link);
        QVERIFY(!unreachable);
        QVERIFY2(unreachable.error().apiCode == u"PROXY", whyOf(unreachable).constData());
    }

    void pagesDoNotWaitBehindEachOthersConnections()
    {
        LoopbackServer server;
        server.on("/page", LoopbackServer::hang());
        server.on("/x", LoopbackServer::answer(200, "OK"));
        QnamTransport transport;
        HttpRequest page;
        page.requestClass = RequestClass::Page;
        QList<Call<HttpResponse>> pages;
        for (int i = 0; i < 8; ++i) // more than Qt opens per host
            pages.append(transport.send(server.url(u"/page"_s), page, 5s));
        QTRY_COMPARE(server.count("/page"), 6);
        VERIFY_OK(await(transport.send(server.url(u"/x"_s), HttpRequest{}, 2s)));
        for (const auto &call : pages)
            call.cancel();
    }

private:
    static LinkSettings through(const HttpProxy &proxy)
    {
        LinkSettings link;
        link.proxy.kind = ProxyKind::Explicit;
        link.proxy.host = u"127.0.0.1"_s;
        link.proxy.port = proxy.serverPort();
        return link;
    }
};

QTEST_GUILESS_MAIN(TestTls)
#include "test_tls.moc"
