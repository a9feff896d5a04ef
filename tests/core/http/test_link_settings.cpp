// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/link_settings.h"

#include "core/base/redaction.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! Which proxy the environment names.
class TestLinkSettings final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        for (const char *name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                 "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"})
            qunsetenv(name);
    }

    void withoutVariablesTheSystemDecides()
    {
        QCOMPARE(proxyFromEnvironment(QUrl(u"https://ml.example.com"_s)).kind, ProxyKind::System);
    }

    void theSchemeChoosesTheVariable()
    {
        qputenv("HTTPS_PROXY", "http://secure.example.com:3128");
        qputenv("http_proxy", "plain.example.com:8080");
        const ProxySettings secure = proxyFromEnvironment(QUrl(u"https://ml.example.com"_s));
        QCOMPARE(secure.kind, ProxyKind::Explicit);
        QCOMPARE(secure.host, u"secure.example.com"_s);
        QCOMPARE(secure.port, quint16(3128));
        QCOMPARE(
            proxyFromEnvironment(QUrl(u"http://ml.example.com"_s)).host, u"plain.example.com"_s);
    }

    void loopbackIsAlwaysDirect()
    {
        qputenv("all_proxy", "http://proxy.example.com:3128");
        for (const QString &host : {u"localhost"_s, u"127.0.0.1"_s, u"[::1]"_s})
            QCOMPARE(proxyFromEnvironment(QUrl(u"http://"_s % host)).kind, ProxyKind::None);
        QCOMPARE(proxyFromEnvironment(QUrl(u"http://ml.example.com"_s)).kind, ProxyKind::Explicit);
    }

    void noProxyNamesHostsDomainsPortsAndNetworks_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("direct");
        QTest::newRow("all") << QByteArray("*") << u"http://a.example.com"_s << true;
        QTest::newRow("host") << QByteArray("x, a.example.com") << u"http://a.example.com"_s
                              << true;
        QTest::newRow("domain") << QByteArray("example.com") << u"http://a.example.com"_s << true;
        QTest::newRow("dot") << QByteArray(".example.com") << u"http://a.example.com"_s << true;
        QTest::newRow("tail") << QByteArray("ample.com") << u"http://a.example.com"_s << false;
        QTest::newRow("port") << QByteArray("a.example.com:5000") << u"http://a.example.com:5000"_s
                              << true;
        QTest::newRow("other port")
            << QByteArray("a.example.com:5000") << u"http://a.example.com"_s << false;
        QTest::newRow("network") << QByteArray("10.0.0.0/8") << u"http://10.1.2.3"_s << true;
        QTest::newRow("other") << QByteArray("10.0.0.0/8") << u"http://11.1.2.3"_s << false;
        QTest::newRow("case") << QByteArray("EXAMPLE.com") << u"http://A.example.com"_s << true;
    }
    void noProxyNamesHostsDomainsPortsAndNetworks()
    {
        QFETCH(QByteArray, list);
        QFETCH(QString, url);
        QFETCH(bool, direct);
        qputenv("http_proxy", "http://proxy.example.com:3128");
        qputenv("NO_PROXY", list);
        QCOMPARE(proxyFromEnvironment(QUrl(url)).kind == ProxyKind::None, direct);
    }

    void thePasswordOfAProxyIsUnprintable()
    {
        const ProxySettings proxy = proxyFromText(u"http://ann:proxy-pass-1@p.example.com:3128"_s);
        QCOMPARE(proxy.userName, u"ann"_s);
        QCOMPARE(proxy.password, u"proxy-pass-1"_s);
        QCOMPARE(redact(u"x proxy-pass-1 y"_s), u"x *** y"_s);
        QCOMPARE(proxyFromText(u"  "_s).kind, ProxyKind::None);
    }
};

QTEST_GUILESS_MAIN(TestLinkSettings)
#include "test_link_settings.moc"
