// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/session.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! What terminal and window get when they start, without a server.
class TestSession final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    static SessionOptions at(const QString &uri)
    {
        SessionOptions options;
        options.trackingUri = uri;
        return options;
    }
    [[nodiscard]] QStringList journals() const
    {
        return QDir(m_dir->filePath(u"journal"_s)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("SIGNALBOX_HOME", m_dir->path().toLocal8Bit());
        qputenv("HOME", m_dir->path().toLocal8Bit());
        for (const char *name : {"MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME",
                 "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"})
            qunsetenv(name);
    }

    void anAddressOpensWithoutAServer()
    {
        Session session(at(u"http://127.0.0.1:9/base/"_s));
        QSignalSpy opened(&session, &Session::opened);
        QCOMPARE(session.origin(), ServerOrigin::Option);
        QCOMPARE(session.serverTitle(), u"127.0.0.1:9"_s);
        QVERIFY(!session.isOpen());
        QVERIFY(session.open());
        QVERIFY(session.isOpen());
        QCOMPARE(opened.size(), 1);
        QCOMPARE(session.server().url(), QUrl(u"http://127.0.0.1:9/base"_s));
        QCOMPARE(journals().size(), 1);
        QVERIFY(journals().first().startsWith(u"uri-"_s));
        const Connector *connector = &session.connector();
        QVERIFY(session.open()); // running flows keep what they hold
        QCOMPARE(&session.connector(), connector);
        QCOMPARE(opened.size(), 1);
    }

    void aBadAddressIsRefused()
    {
        Session session(at(u"sqlite:///mlflow.db"_s));
        const Result<void> opened = session.open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!session.isOpen());
        QVERIFY(journals().isEmpty());
    }

    void theLocalWorkspaceKeepsItsAddressAndStartsNothing()
    {
        QUrl url;
        {
            Session session({});
            QVERIFY(session.open());
            url = session.server().url();
            QCOMPARE(session.localServer().status().state, LocalServerState::Stopped);
        }
        Session again({});
        QVERIFY(again.open());
        QCOMPARE(again.server().url(), url);
        QCOMPARE(url.host(), u"127.0.0.1"_s);
        QCOMPARE(journals().size(), 1);
        QVERIFY(journals().first().startsWith(u"workspace-"_s));
    }

    void switchingProfilesClosesAndOpens()
    {
        Session session({});
        QVERIFY(session.profiles().save({u"Lab"_s, QUrl(u"http://127.0.0.1:9"_s), false, {}}));
        QVERIFY(session.open());
        QSignalSpy closing(&session, &Session::aboutToClose);
        QSignalSpy opened(&session, &Session::opened);
        const Call<void> switched = session.switchProfile(u"Lab"_s);
        QTRY_VERIFY(switched.isFinished());
        QVERIFY(switched.result()->hasValue());
        QCOMPARE(closing.size(), 1);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(session.origin(), ServerOrigin::Profile);
        QCOMPARE(session.server().url(), QUrl(u"http://127.0.0.1:9"_s));
        QCOMPARE(session.profiles().active().name, u"Lab"_s);
        QCOMPARE(journals().size(), 2);
        const Call<void> unknown = session.switchProfile(u"nowhere"_s);
        QCOMPARE(unknown.result()->error().kind, ErrorKind::NotFound);
        QVERIFY(session.isOpen());
    }

    void stayOfflineRejectsEveryRequest()
    {
        Session session({});
        QVERIFY(session.profiles().save({u"Lab"_s, QUrl(u"http://127.0.0.1:9"_s), true, {}}));
        QVERIFY(session.profiles().setActive(u"Lab"_s));
        QVERIFY(session.open());
        const Call<void> health = session.server().server.health();
        QTRY_VERIFY(health.isFinished());
        QCOMPARE(health.result()->error().kind, ErrorKind::Isolated);
    }

    void stayOfflineIsObeyedByEveryProcess()
    {
        Session one({});
        Session other({}); // as a second process would see it
        QVERIFY(one.open());
        QVERIFY(other.open());
        QCOMPARE(other.server().breaker().state(), BreakerState::Closed);
        Profile local = one.profiles().active();
        local.stayOffline = true;
        QVERIFY(one.profiles().save(local));
        QTRY_COMPARE(other.server().breaker().state(), BreakerState::Isolated);
        QTRY_COMPARE(one.server().breaker().state(), BreakerState::Isolated);
        local.stayOffline = false;
        QVERIFY(one.profiles().save(local));
        QTRY_COMPARE(other.server().breaker().state(), BreakerState::Closed);
    }

    void theJournalIsFoundWithoutOpeningIt()
    {
        Session session(at(u"http://127.0.0.1:9/"_s));
        const Result<QString> folder = session.journalFolder();
        QVERIFY(folder);
        QVERIFY(!session.isOpen());
        QVERIFY(session.open());
        QCOMPARE(folder.value(), m_dir->filePath(u"journal/"_s + journals().first()));
    }

    void credentialsReachTheNamedServerOnly_data()
    {
        QTest::addColumn<bool>("asProfile");
        QTest::newRow("address") << false;
        QTest::newRow("profile") << true;
    }

    void credentialsReachTheNamedServerOnly()
    {
        QFETCH(const bool, asProfile);
        qputenv("MLFLOW_TRACKING_USERNAME", "ann");
        qputenv("MLFLOW_TRACKING_PASSWORD", "hunter22");
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QByteArray request;
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket *socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket, &request] {
                request += socket->readAll();
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
            });
        });
        const QUrl url(u"http://127.0.0.1:%1"_s.arg(server.serverPort()));
        Session session(asProfile ? SessionOptions{} : at(url.toString()));
        if (asProfile) {
            QVERIFY(session.profiles().save({u"Lab"_s, url, false, {}}));
            QVERIFY(session.profiles().setActive(u"Lab"_s));
        }
        QVERIFY(session.open());
        const Call<void> health = session.server().server.health();
        QTRY_VERIFY(health.isFinished());
        QVERIFY(health.result()->hasValue());
        const QByteArray login = "Basic " + QByteArray("ann:hunter22").toBase64();
        QCOMPARE(request.contains(login), !asProfile);
    }

    void aPasswordInTheAddressIsAnnouncedAndNotShown()
    {
        Session session(at(u"http://ann:hunter22@127.0.0.1:9"_s));
        QSignalSpy notice(&session, &Session::notice);
        QVERIFY(session.open());
        QCOMPARE(notice.size(), 1);
        QVERIFY(!notice.first().first().toString().contains(u"hunter22"_s));
        QVERIFY(session.server().url().userInfo().isEmpty());
    }

    void flowsGetEverythingTheyNeed()
    {
        SessionOptions options = at(u"http://127.0.0.1:9"_s);
        options.timeout = std::chrono::seconds(7);
        Session session(options);
        QVERIFY(session.open());
        const FlowContext context = session.flowContext();
        QCOMPARE(context.connector, &session.connector());
        QCOMPARE(context.home, &session.home());
        QCOMPARE(context.waitLimit, std::chrono::milliseconds(7'000));
        QVERIFY(!context.userName.isEmpty());
        QVERIFY(QFileInfo::exists(context.resourcesDir + u"/engine/PROTOCOL.md"_s));
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "test_session.moc"
