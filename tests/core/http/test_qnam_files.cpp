// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/qnam_rig.h"

#include <QtCore/QTemporaryDir>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

//! Bodies that come from a file or go into one.
class TestQnamFiles final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void streamsADownloadIntoAFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"model.bin"_s);
        LoopbackServer server;
        server.on("/file", LoopbackServer::huge(5'000'000));
        QnamTransport transport;
        HttpRequest request = make(Verb::Get);
        request.sinkFile = path;
        const auto call = transport.send(server.url(u"/file"_s), request, 2s);
        QSignalSpy progress(call.pending(), &PendingCall::progress);
        const auto result = finish(call);
        QVERIFY(result);
        QVERIFY(result->body.isEmpty());
        QCOMPARE(QFileInfo(path).size(), 5'000'000);
        QCOMPARE(progress.last().at(0).toLongLong(), 5'000'000);
        QCOMPARE(progress.last().at(1).toLongLong(), 5'000'000);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1); // no part file stays
    }

    void aBrokenDownloadLeavesTheOldFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"model.bin"_s);
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly));
        old.write("old");
        old.close();
        LoopbackServer server;
        server.on("/half", LoopbackServer::halfBody("0123456789"));
        server.on("/refused", LoopbackServer::answer(404, R"({"error_code": "X"})"));
        QnamTransport transport;
        HttpRequest request = make(Verb::Get);
        request.sinkFile = path;
        QVERIFY(!finish(transport.send(server.url(u"/half"_s), request, 2s)));
        const auto refused = finish(transport.send(server.url(u"/refused"_s), request, 2s));
        QCOMPARE(refused->body, R"({"error_code": "X"})"); // the reason stays readable
        QCOMPARE(contentOf(path), "old");
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    }

    void anEmptyFileDownloadsToo()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"empty"_s);
        LoopbackServer server;
        server.on("/file", LoopbackServer::answer(200));
        QnamTransport transport;
        HttpRequest request = make(Verb::Get);
        request.sinkFile = path;
        QVERIFY(finish(transport.send(server.url(u"/file"_s), request, 2s)));
        QVERIFY(QFileInfo::exists(path));
    }

    void anUnwritablePlaceIsALocalError()
    {
        LoopbackServer server;
        server.on("/file", LoopbackServer::answer(200, "x"));
        QnamTransport transport;
        HttpRequest request = make(Verb::Get);
        request.sinkFile = u"/proc/nowhere/file"_s;
        const auto result = finish(transport.send(server.url(u"/file"_s), request, 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Local);
        QVERIFY(result.error().message.contains(u"/proc/nowhere/file"_s));
    }

    void streamsAnUploadFromAFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"plot.png"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray content(3'000'000, 'p');
        file.write(content);
        file.close();
        LoopbackServer server;
        server.on("/up", LoopbackServer::answer(200, "{}"));
        QnamTransport transport;
        HttpRequest request = make(Verb::Put);
        request.bodyFile = path;
        request.headers = {{"Content-Type", "application/octet-stream"}};
        const auto call = transport.send(server.url(u"/up"_s), request, 2s);
        QSignalSpy progress(call.pending(), &PendingCall::progress);
        QVERIFY(finish(call));
        QVERIFY(server.requests().last().body == content);
        QCOMPARE(progress.last().at(1).toLongLong(), 3'000'000);
    }

    void aMissingFileIsALocalError()
    {
        LoopbackServer server;
        QnamTransport transport;
        HttpRequest request = make(Verb::Put);
        request.bodyFile = u"/no/such/file"_s;
        const auto result = finish(transport.send(server.url(u"/up"_s), request, 2s));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Local);
        QCOMPARE(server.connections(), 0);
    }
};

QTEST_GUILESS_MAIN(TestQnamFiles)
#include "test_qnam_files.moc"
