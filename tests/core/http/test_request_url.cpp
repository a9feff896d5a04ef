// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "core/http/request_url.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestRequestUrl final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void baseAndPathAreJoined_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << u"http://h:5000"_s << u"http://h:5000/api/x"_s;
        QTest::newRow("slash") << u"http://h:5000/"_s << u"http://h:5000/api/x"_s;
        QTest::newRow("path") << u"https://h/mlflow"_s << u"https://h/mlflow/api/x"_s;
        QTest::newRow("path and slash") << u"https://h/mlflow/"_s << u"https://h/mlflow/api/x"_s;
        QTest::newRow("query is dropped") << u"https://h/a?b=c#d"_s << u"https://h/a/api/x"_s;
        QTest::newRow("IPv6") << u"http://[::1]:5000"_s << u"http://[::1]:5000/api/x"_s;
    }
    void baseAndPathAreJoined()
    {
        QFETCH(QString, base);
        QFETCH(QString, expected);
        HttpRequest request;
        request.path = u"/api/x"_s;
        QCOMPARE(requestUrl(QUrl(base), request).toString(QUrl::FullyEncoded), expected);
    }

    void thePathIsTakenAsItIs()
    {
        HttpRequest request;
        request.path = u"/a%2Fb/c%20d/%23%3F%25/e%C3%BC"_s;
        QCOMPARE(requestUrl(QUrl(u"http://h"_s), request).toEncoded(),
            "http://h/a%2Fb/c%20d/%23%3F%25/e%C3%BC");
    }

    void queryValuesAreEncodedOnce()
    {
        HttpRequest request;
        request.path = u"/x"_s;
        request.query = {
            {u"filter"_s, u"a+b = '50%' & ü"_s}, {u"run_ids"_s, u"1"_s}, {u"run_ids"_s, u"2"_s}};
        QCOMPARE(requestUrl(QUrl(u"http://h"_s), request).toEncoded(),
            "http://h/x?filter=a%2Bb%20%3D%20%2750%25%27%20%26%20%C3%BC&run_ids=1&run_ids=2");
    }

    void addressesThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("fine");
        QTest::newRow("http") << u"http://127.0.0.1:5000"_s << true;
        QTest::newRow("https with path") << u"https://h/mlflow"_s << true;
        QTest::newRow("empty") << QString() << false;
        QTest::newRow("no scheme") << u"127.0.0.1:5000"_s << false;
        QTest::newRow("no host") << u"http:///x"_s << false;
        QTest::newRow("file") << u"file:///tmp/mlruns"_s << false;
        QTest::newRow("password inside") << u"http://u:p@h"_s << false;
    }
    void addressesThatMakeNoSenseAreRefused()
    {
        QFETCH(QString, address);
        QFETCH(bool, fine);
        const auto result = checkBaseUrl(QUrl(address));
        QCOMPARE(bool(result), fine);
        if (!fine)
            QVERIFY(!result.error().hint.isEmpty());
    }

    void whatPeopleSeeHasNoSecrets()
    {
        rememberSecret(u"s3cret-value"_s);
        HttpRequest request;
        request.path = u"/x"_s;
        request.query = {{u"a"_s, u"s3cret-value"_s}, {u"b"_s, u"2"_s}};
        QCOMPARE(shownPath(request), u"/x?a=***&b=2"_s);
        QCOMPARE(shownServer(QUrl(u"http://u:p@h:1/x/?q=1"_s)), u"http://h:1/x"_s);
    }

    void originsAreSchemeHostAndPort()
    {
        const QUrl a(u"http://h/x"_s);
        QVERIFY(isSameOrigin(a, QUrl(u"http://h:80/y"_s)));
        QVERIFY(!isSameOrigin(a, QUrl(u"https://h/x"_s)));
        QVERIFY(!isSameOrigin(a, QUrl(u"http://h:81/x"_s)));
        QVERIFY(!isSameOrigin(a, QUrl(u"http://h.evil/x"_s)));
    }

    void loopbackIsKnown()
    {
        for (const QString &host : {u"localhost"_s, u"127.0.0.1"_s, u"127.8.8.8"_s, u"::1"_s})
            QVERIFY2(isLoopback(host), qPrintable(host));
        for (const QString &host : {u"example.org"_s, u"10.0.0.1"_s, u"localhost.evil.org"_s})
            QVERIFY2(!isLoopback(host), qPrintable(host));
    }
};

QTEST_GUILESS_MAIN(TestRequestUrl)
#include "test_request_url.moc"
