// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mlflow/server.h"
#include "tests/support/await.h"
#include "tests/support/loopback_server.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kFile = "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/f.bin";
const QString kRoot = u"mlflow-artifacts:/1/r/artifacts"_s;
const QByteArray kMpu = "/api/2.0/mlflow-artifacts/mpu/";

QByteArray content()
{
    QByteArray bytes(300'000, Qt::Uninitialized);
    for (qsizetype i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>((i * 7) % 251);
    return bytes;
}

//! Answers a range of `bytes` when the validator is still right, else all of them.
LoopbackServer::Script file(const QByteArray &bytes, const QByteArray &etag)
{
    return [bytes, etag](QTcpSocket &socket, const LoopbackRequest &request) {
        const QByteArray range = request.header("range");
        const bool part = !range.isEmpty() && request.header("if-range") == etag;
        const qint64 from = part ? range.mid(6).chopped(1).toLongLong() : 0;
        const QByteArray body = bytes.mid(from);
        HeaderList headers{{"ETag", etag}};
        if (part)
            headers.append({"Content-Range",
                "bytes " + QByteArray::number(from) + '-' + QByteArray::number(bytes.size() - 1)
                    + '/' + QByteArray::number(bytes.size())});
        LoopbackServer::answer(part ? 206 : 200, body, headers)(socket, request);
    };
}

//! Announces everything, sends `count` bytes and breaks off.
LoopbackServer::Script brokenAfter(const QByteArray &bytes, qsizetype count, const QByteArray &etag)
{
    return LoopbackServer::raw("HTTP/1.1 200 OK\r\nContent-Length: "
        + QByteArray::number(bytes.size()) + "\r\nETag: " + etag + "\r\n\r\n" + bytes.left(count));
}

QByteArray contentOf(const QString &name)
{
    QFile in(name);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

} // namespace

//! Files over a real connection that breaks, and storages that take files in parts.
class TestArtifactTransfer final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<LoopbackServer> m_net;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<QTemporaryDir> m_dir;

    QString target() const { return m_dir->filePath(u"f.bin"_s); }
    QStringList leftovers() const
    {
        return QDir(m_dir->path()).entryList({u"*part*"_s}, QDir::Files | QDir::Hidden);
    }
    Result<void> fetch()
    {
        return await(m_server->artifacts.download(kRoot, u"f.bin"_s, target()));
    }
    QByteArray rangeOf(int request) const { return m_net->requests().at(request).header("range"); }

private Q_SLOTS:
    void init()
    {
        m_net = std::make_unique<LoopbackServer>();
        m_dir = std::make_unique<QTemporaryDir>();
        RestConfig config;
        config.baseUrl = m_net->url();
        config.retry.random = [] { return 0.0; };
        config.headers.emplaceBack("Authorization", "Bearer planted-secret");
        m_server = std::make_unique<mlflow::Server>(config);
    }
    void cleanup()
    {
        m_server.reset();
        m_net.reset();
    }

    void aRetryAsksOnlyForTheRest()
    {
        const QByteArray bytes = content();
        m_net->on(kFile, [this, bytes](QTcpSocket &socket, const LoopbackRequest &request) {
            if (m_net->count(kFile) == 1)
                brokenAfter(bytes, 100'000, "\"v1\"")(socket, request);
            else
                file(bytes, "\"v1\"")(socket, request);
        });
        VERIFY_OK(fetch());
        QVERIFY(contentOf(target()) == bytes);
        // Qt may have sent the broken request once more by itself before it told us that it broke.
        const int asked = m_net->count(kFile);
        QVERIFY2(asked == 2 || asked == 3, qPrintable(QString::number(asked)));
        QVERIFY(rangeOf(0).isEmpty());
        QCOMPARE(rangeOf(asked - 1), "bytes=100000-");
        QCOMPARE(leftovers(), QStringList());
    }

    void anotherProcessGoesOnWhereTheFirstStopped()
    {
        const QByteArray bytes = content();
        QFile part(target() % u".signalbox-part"_s);
        QVERIFY(part.open(QIODevice::WriteOnly) && part.write(bytes.left(1000)) == 1000);
        part.close();
        QFile tag(target() % u".signalbox-part.tag"_s);
        QVERIFY(tag.open(QIODevice::WriteOnly) && tag.write("\"v1\"") == 4);
        tag.close();
        m_net->on(kFile, file(bytes, "\"v1\""));
        VERIFY_OK(fetch());
        QCOMPARE(rangeOf(0), "bytes=1000-");
        QVERIFY(contentOf(target()) == bytes);
        QCOMPARE(leftovers(), QStringList());
    }

    void anAnswerThatEndsEarlyIsNeverTakenForWhole()
    {
        // Qt reports this as success now and then, depending on when the end of the line arrives.
        const QByteArray bytes = content();
        m_net->on(kFile, brokenAfter(bytes, 100'000, "\"v1\""));
        for (int i = 0; i < 20; ++i) {
            VERIFY_KIND(await(m_server->artifacts.read(kRoot, u"f.bin"_s)), ErrorKind::Network);
            m_server->breaker().reset();
        }
    }

    void partsOfTwoVersionsAreNeverJoined()
    {
        const QByteArray bytes = content();
        const QByteArray changed = QByteArray(bytes).replace(0, 5, "other");
        m_net->on(kFile, [&](QTcpSocket &socket, const LoopbackRequest &request) {
            if (m_net->count(kFile) == 1)
                brokenAfter(bytes, 100'000, "\"v1\"")(socket, request);
            else
                file(changed, "\"v2\"")(socket, request);
        });
        VERIFY_OK(fetch());
        QVERIFY(contentOf(target()) == changed);
    }

    void withoutAValidatorItStartsAgain()
    {
        const QByteArray bytes = content();
        m_net->on(kFile, [&](QTcpSocket &socket, const LoopbackRequest &request) {
            if (m_net->count(kFile) == 1)
                brokenAfter(bytes, 100'000, "W/\"weak\"")(socket, request);
            else
                LoopbackServer::answer(200, bytes)(socket, request);
        });
        VERIFY_OK(fetch());
        QVERIFY(rangeOf(1).isEmpty());
        QVERIFY(contentOf(target()) == bytes);
        QCOMPARE(leftovers(), QStringList());
    }

    void aPartLongerThanTheFileIsThrownAway()
    {
        QFile part(target() % u".signalbox-part"_s);
        QVERIFY(part.open(QIODevice::WriteOnly) && part.write(QByteArray(50, 'x')) == 50);
        part.close();
        QFile tag(target() % u".signalbox-part.tag"_s);
        QVERIFY(tag.open(QIODevice::WriteOnly) && tag.write("\"v1\"") == 4);
        tag.close();
        m_net->on(kFile, [](QTcpSocket &socket, const LoopbackRequest &request) {
            if (!request.header("range").isEmpty())
                LoopbackServer::answer(416)(socket, request);
            else
                LoopbackServer::answer(200, "short")(socket, request);
        });
        VERIFY_OK(fetch());
        QCOMPARE(contentOf(target()), "short");
    }

    // Parts

    QString largeFile(const QByteArray &bytes)
    {
        QFile out(m_dir->filePath(u"large"_s));
        return out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() ? out.fileName()
                                                                                  : QString();
    }
    //! The answer to who asks for addresses of parts.
    static LoopbackServer::Script offerOf(const LoopbackServer &storage)
    {
        const QJsonObject credential{{u"url"_s, storage.url(u"/bucket/p1?sig=abc"_s).toString()},
            {u"part_number"_s, 1}, {u"headers"_s, QJsonObject{{u"x-part"_s, u"one"_s}}}};
        const QJsonObject reply{
            {u"upload_id"_s, u"u1"_s}, {u"credentials"_s, QJsonArray{credential}}};
        return LoopbackServer::answer(200, QJsonDocument(reply).toJson());
    }
    void offerParts(const LoopbackServer &storage)
    {
        m_net->on(kMpu + "create/1/r/artifacts", offerOf(storage));
        for (const QByteArray &step : {QByteArray("complete"), QByteArray("abort")})
            m_net->on(kMpu + step + "/1/r/artifacts", LoopbackServer::answer(200, "{}"));
        m_server->artifacts.setMultipart(true, 1000);
    }

    void partsGoToTheStorageWithoutOurCredentials()
    {
        LoopbackServer storage;
        storage.on("/bucket/p1", [&storage](QTcpSocket &socket, const LoopbackRequest &request) {
            if (storage.count("/bucket/p1") == 1)
                LoopbackServer::answer(503)(socket, request); // asked again
            else
                LoopbackServer::answer(200, {}, {{"ETag", "\"e1\""}})(socket, request);
        });
        offerParts(storage);
        const QByteArray bytes = content();
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(bytes))));
        QCOMPARE(storage.requests().size(), 2);
        QVERIFY(storage.requests().at(1).body == bytes);
        QCOMPARE(storage.requests().at(1).header("x-part"), "one");
        QVERIFY(storage.requests().at(1).header("authorization").isEmpty());
        const auto complete = QJsonDocument::fromJson(m_net->requests().last().body).object();
        QCOMPARE(complete[u"upload_id"_s].toString(), u"u1"_s);
        QCOMPARE(complete[u"path"_s].toString(), u"f.bin"_s);
        QCOMPARE(complete[u"parts"_s][0][u"etag"_s].toString(), u"\"e1\""_s);
        QCOMPARE(complete[u"parts"_s][0][u"part_number"_s].toInt(), 1);
        QCOMPARE(m_net->count(kFile), 0);
    }

    int counted(const QByteArray &step) const
    {
        return m_net->count(kMpu + step + "/1/r/artifacts");
    }
    void partsStoredAt(LoopbackServer &storage)
    {
        storage.on("/bucket/p1", LoopbackServer::answer(200, {}, {{"ETag", "\"e1\""}}));
        offerParts(storage);
    }

    void nobodyKnowsUntilALargeFileComes()
    {
        LoopbackServer storage;
        partsStoredAt(storage);
        m_server->artifacts.setMultipart(std::nullopt, 1000);
        m_net->on("/version", LoopbackServer::answer(200, "3.17.2"));
        m_net->on("/api/3.0/mlflow/server-info",
            LoopbackServer::answer(200, R"({"multipart_uploads_enabled":true})"));
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(content()))));
        QCOMPARE(storage.requests().size(), 1);
        QCOMPARE(m_net->count(kFile), 0);
    }

    void whatTheStorageRefusesGoesThroughTheServer()
    {
        LoopbackServer storage;
        storage.on("/bucket/p1", LoopbackServer::answer(403, "denied"));
        offerParts(storage);
        m_net->on(kFile, LoopbackServer::answer(200));
        const QByteArray bytes = content();
        // The address, which is as good as a key, is not told.
        QTest::ignoreMessage(QtWarningMsg,
            "Part 1 of \"f.bin\" could not be stored at 127.0.0.1: it answered with status 403 "
            "The file goes through the MLflow server instead.");
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(bytes))));
        QCOMPARE(counted("abort"), 1);
        QCOMPARE(counted("complete"), 0);
        QVERIFY(m_net->requests().last().body == bytes);
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(bytes))));
        QCOMPARE(counted("create"), 1); // the next file does not try it again
        QCOMPARE(m_net->count(kFile), 2);
    }

    void aStorageOutOfReachIsNotWaitedForTwice()
    {
        LoopbackServer storage;
        offerParts(storage);
        storage.stop();
        m_net->on(kFile, LoopbackServer::answer(200));
        QTest::ignoreMessage(QtWarningMsg,
            QRegularExpression(u"^Part 1 of \"f.bin\" could not be stored at 127.0.0.1: "_s));
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(content()))));
        QCOMPARE(counted("abort"), 1);
        QCOMPARE(m_net->count(kFile), 1);
    }

    void whoWaitsIsToldAfterTheAbort()
    {
        LoopbackServer storage;
        partsStoredAt(storage);
        m_net->on(kMpu + "complete/1/r/artifacts", LoopbackServer::answer(500));
        const auto done =
            await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(content())));
        VERIFY_KIND(done, ErrorKind::ServerError);
        QCOMPARE(counted("abort"), 1);
    }

    void aCancelledUploadIsAborted_data()
    {
        QTest::addColumn<QByteArray>("during");
        QTest::newRow("while it is created") << QByteArray("create");
        QTest::newRow("while its parts are joined") << QByteArray("complete");
    }
    void aCancelledUploadIsAborted()
    {
        QFETCH(QByteArray, during);
        LoopbackServer storage;
        partsStoredAt(storage);
        const auto usual =
            during == "create" ? offerOf(storage) : LoopbackServer::answer(200, "{}");
        Call<void> call;
        m_net->on(kMpu + during + "/1/r/artifacts",
            [&call, usual](QTcpSocket &socket, const LoopbackRequest &request) {
                call.cancel();
                usual(socket, request);
            });
        call = m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(content()));
        VERIFY_KIND(await(call), ErrorKind::Cancelled);
        QTRY_COMPARE(counted("abort"), 1);
        QCOMPARE(m_net->count(kFile), 0);
    }

    void storagesWithoutPartsGetThePlainFile()
    {
        m_net->on(kMpu + "create/1/r/artifacts",
            LoopbackServer::answer(501, R"({"error_code":"NOT_IMPLEMENTED","message":"no"})",
                {{"Content-Type", "application/json"}}));
        m_net->on(kFile, LoopbackServer::answer(200));
        m_server->artifacts.setMultipart(true, 1000);
        const QByteArray bytes = content();
        VERIFY_OK(await(m_server->artifacts.upload(kRoot, u"f.bin"_s, largeFile(bytes))));
        QVERIFY(m_net->requests().last().body == bytes);
    }
};

QTEST_GUILESS_MAIN(TestArtifactTransfer)
#include "test_artifact_transfer.moc"
