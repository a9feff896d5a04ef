// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mlflow/artifact_route.h"
#include "core/mlflow/artifacts_api.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace Qt::StringLiterals;

namespace {
const QString kRun = u"3bfa221a446142c482d59b535e286e35"_s;
const QString kProxy = u"/api/2.0/mlflow-artifacts/artifacts/"_s;
} // namespace

class TestArtifactRoute final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheProxy_data()
    {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("root");
        QTest::addColumn<QString>("below"); // empty: refused
        const QString local = u"http://127.0.0.1:5000"_s;
        const QString prefixed = u"https://ml.example.org/mlflow"_s;
        QTest::newRow("usual") << local << u"mlflow-artifacts:/1/r/artifacts"_s
                               << u"1/r/artifacts/a.txt"_s;
        QTest::newRow("server with a path")
            << prefixed << u"mlflow-artifacts:/1/r/artifacts"_s << u"1/r/artifacts/a.txt"_s;
        QTest::newRow("own authority")
            << local << u"mlflow-artifacts://127.0.0.1:5000/1/r"_s << u"1/r/a.txt"_s;
        QTest::newRow("own host without port")
            << local << u"mlflow-artifacts://127.0.0.1/1/r"_s << u"1/r/a.txt"_s;
        QTest::newRow("empty authority") << local << u"mlflow-artifacts:///1/r"_s << u"1/r/a.txt"_s;
        QTest::newRow("another host") << local << u"mlflow-artifacts://evil.example/1/r"_s << u""_s;
        QTest::newRow("another port")
            << local << u"mlflow-artifacts://127.0.0.1:6000/1/r"_s << u""_s;
        QTest::newRow("user in authority")
            << local << u"mlflow-artifacts://u:p@127.0.0.1:5000/1/r"_s << u""_s;
        QTest::newRow("host in user part")
            << local << u"mlflow-artifacts://127.0.0.1:5000@evil.example/1/r"_s << u""_s;
        QTest::newRow("http root")
            << local << u"http://127.0.0.1:5000/api/2.0/mlflow-artifacts/artifacts/7"_s
            << u"7/a.txt"_s;
        QTest::newRow("http root below the path")
            << prefixed
            << u"https://ml.example.org:443/mlflow/api/2.0/mlflow-artifacts/artifacts/7"_s
            << u"7/a.txt"_s;
        QTest::newRow("http root outside the path")
            << prefixed << u"https://ml.example.org/api/2.0/mlflow-artifacts/artifacts/7"_s
            << u""_s;
        QTest::newRow("http root of another scheme")
            << prefixed << u"http://ml.example.org/mlflow/api/2.0/mlflow-artifacts/artifacts/7"_s
            << u""_s;
        QTest::newRow("http root elsewhere")
            << local << u"http://evil.example/api/2.0/mlflow-artifacts/artifacts/7"_s << u""_s;
        QTest::newRow("not the proxy") << local << u"http://127.0.0.1:5000/admin/7"_s << u""_s;
        QTest::newRow("climbing") << local << u"mlflow-artifacts:/1/../../x"_s << u""_s;
        QTest::newRow("s3") << local << u"s3://bucket/1/r/artifacts"_s << u""_s;
        QTest::newRow("local folder") << local << u"/srv/mlruns/1/r/artifacts"_s << u""_s;
    }
    void findsTheProxy()
    {
        QFETCH(const QString, server);
        QFETCH(const QString, root);
        QFETCH(const QString, below);
        const auto route = routeForWriting(QUrl(server), root, u"a.txt"_s);
        if (below.isEmpty()) {
            QVERIFY(!route);
            QCOMPARE(route.error().kind, ErrorKind::InvalidRequest);
            QVERIFY(!route.error().hint.isEmpty());
        } else {
            QVERIFY2(route, route ? "" : qPrintable(route.error().text()));
            QCOMPARE(route->path, kProxy + below);
        }
    }

    void encodesEachPartOnce_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("encoded");
        QTest::newRow("blank and plus") << u"plots/a b+c.txt"_s << u"plots/a%20b%2Bc.txt"_s;
        QTest::newRow("query signs") << u"a?b&c=d;e"_s << u"a%3Fb%26c%3Dd%3Be"_s;
        QTest::newRow("percent") << u"p%ct"_s << u"p%25ct"_s;
        QTest::newRow("unicode") << u"ü日.txt"_s << u"%C3%BC%E6%97%A5.txt"_s;
    }
    void encodesEachPartOnce()
    {
        QFETCH(const QString, path);
        QFETCH(const QString, encoded);
        const auto route = routeForWriting(QUrl(u"http://h"_s), u"mlflow-artifacts:/1/r"_s, path);
        QVERIFY(route);
        QCOMPARE(route->path, QString(kProxy + u"1/r/"_s + encoded));
        QVERIFY(route->query.isEmpty());
    }

    void refusesNamesThatWouldChange_data()
    {
        QTest::addColumn<QString>("path");
        for (const QString &path : {u""_s, u"/abs"_s, u"../x"_s, u"a/../b"_s, u"a/./b"_s, u"a//b"_s,
                 u"a/"_s, u"a#b"_s, u"p%20x"_s, u"C:/x"_s, u"\\\\host\\x"_s,
                 u"file:///etc/passwd"_s, u"a\tb"_s, QString(256, u'n'), QString(QChar(0xd800))})
            QTest::newRow(QUrl::toPercentEncoding(path).left(40).constData()) << path;
    }
    void refusesNamesThatWouldChange()
    {
        QFETCH(const QString, path);
        QVERIFY(!ArtifactsApi::refusalFor(path).isEmpty());
        const QUrl server(u"http://h"_s);
        QVERIFY(!routeForWriting(server, u"mlflow-artifacts:/1/r"_s, path));
        QVERIFY(!routeForReading(server, u"s3://b/1/"_s + kRun + u"/artifacts"_s, path, 3));
    }

    void acceptsUnusualNames_data()
    {
        QTest::addColumn<QString>("path");
        for (const QString &path : {u"a b"_s, u"+"_s, u"?"_s, u"&=;"_s, u"\"'"_s, u"a\\b"_s,
                 u"x:y"_s, u"~"_s, u".hidden"_s, u"ü"_s, u"p%ct.txt"_s, u"..."_s, u"a/b/c.json"_s})
            QTest::newRow(QUrl::toPercentEncoding(path).constData()) << path;
    }
    void acceptsUnusualNames()
    {
        QFETCH(const QString, path);
        QCOMPARE(ArtifactsApi::refusalFor(path), QString());
    }

    void readsThroughTheServerWhatOnlyItReaches()
    {
        const QUrl server(u"http://h"_s);
        const auto run =
            routeForReading(server, u"s3://b/1/"_s + kRun + u"/artifacts/model"_s, u"MLmodel"_s, 3);
        QVERIFY(run);
        QCOMPARE(run->path, u"/get-artifact"_s);
        QCOMPARE(run->query, QueryList({{u"run_id"_s, kRun}, {u"path"_s, u"model/MLmodel"_s}}));
        const auto model = routeForReading(
            server, u"file:///srv/1/models/m-"_s + kRun + u"/artifacts"_s, u"a b"_s, 3);
        QVERIFY(model);
        QCOMPARE(model->path,
            QString(u"/ajax-api/2.0/mlflow/logged-models/m-"_s + kRun + u"/artifacts/files"_s));
        QCOMPARE(model->query, QueryList({{u"artifact_file_path"_s, u"a b"_s}}));
        QVERIFY(!routeForReading(server, u"s3://b/own/place"_s, u"x"_s, 3));
        // Another server's files stay out of reach even when the root looks like a run's.
        QVERIFY(!routeForReading(server, u"http://evil/1/"_s + kRun + u"/artifacts"_s, u"x"_s, 3));
    }

    void usesTheOlderDownloadOnMlflow2()
    {
        const QUrl server(u"http://h"_s);
        const QString root = u"mlflow-artifacts:/1/"_s + kRun + u"/artifacts"_s;
        QCOMPARE(routeForReading(server, root, u"ü.txt"_s, 2)->path, u"/get-artifact"_s);
        QVERIFY(routeForReading(server, root, u"ü.txt"_s, 3)->path.startsWith(kProxy));
        QVERIFY(routeForReading(server, root, u"ü.txt"_s, 0)->path.startsWith(kProxy));
    }
};

QTEST_GUILESS_MAIN(TestArtifactRoute)
#include "test_artifact_route.moc"
