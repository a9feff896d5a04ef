// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/session.h"
#include "tests/support/await.h"
#include "tests/support/loopback_server.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! A login that is wrong, and what happens once somebody repairs it.
class TestSessionLogin final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<LoopbackServer> m_server;

    //! Answers like a small MLflow whoever knows the password.
    void guard(const QByteArray &path, const QByteArray &body)
    {
        m_server->on(path, [body](QTcpSocket &socket, const LoopbackRequest &request) {
            const QByteArray wanted = "Basic " + QByteArray("ann:right-one").toBase64();
            const bool welcome = request.header("authorization") == wanted;
            LoopbackServer::answer(welcome ? 200 : 401, welcome ? body : "no",
                {{"Content-Type", "application/json"}})(socket, request);
        });
    }
    Session &open(Session &session, const QString &password)
    {
        Profile profile;
        profile.name = u"lab"_s;
        profile.url = m_server->url();
        profile.auth = AuthKind::Basic;
        profile.userName = u"ann"_s;
        const auto saved = await(
            saveConnection(session.profiles(), session.secrets(), profile, {password, {}, {}}));
        Q_ASSERT(saved && *saved == SecretPlace::Session);
        return session;
    }
    [[nodiscard]] int welcomed(const QByteArray &path) const
    {
        const QByteArray wanted = "Basic " + QByteArray("ann:right-one").toBase64();
        const auto &all = m_server->requests();
        return static_cast<int>(
            std::count_if(all.begin(), all.end(), [&](const LoopbackRequest &request) {
                return request.path() == path && request.header("authorization") == wanted;
            }));
    }
    static SessionOptions lab()
    {
        SessionOptions options;
        options.profile = u"lab"_s;
        return options;
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("SIGNALBOX_HOME", m_dir->path().toLocal8Bit());
        qputenv("HOME", m_dir->path().toLocal8Bit());
        // A machine without a keychain: the secrets stay in this process.
        for (const char *name : {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY",
                 "WAYLAND_DISPLAY", "MLFLOW_TRACKING_URI", "MLFLOW_WORKSPACE"})
            qunsetenv(name);
        m_server = std::make_unique<LoopbackServer>();
        guard("/api/2.0/mlflow/experiments/get-by-name",
            R"({"experiment": {"experiment_id": "1", "name": "e", "lifecycle_stage": "active"}})");
        guard("/api/2.0/mlflow/runs/search", "{}");
        guard("/api/2.0/mlflow/experiments/search", R"({"experiments": []})");
        guard("/api/2.0/mlflow/runs/create",
            R"({"run": {"info": {"run_id": "r1", "experiment_id": "1", "status": "RUNNING"}}})");
        guard("/api/2.0/mlflow/runs/log-batch", "{}");
        guard("/api/2.0/mlflow/runs/update",
            R"({"run_info": {"run_id": "r1", "experiment_id": "1", "status": "FINISHED"}})");
    }

    void theJournalGoesOnOnceTheSecretIsRight()
    {
        Session session(lab());
        open(session, u"wrong-one"_s);
        QVERIFY(session.open());
        QSignalSpy refused(&session, &Session::loginRefused);
        QSignalSpy accepted(&session, &Session::loginAccepted);
        const Connector *connector = &session.connector();
        {
            RunSession run = session.connector().startRun({u"e"_s, u"first"_s});
            run.logMetrics({{u"loss"_s, 0.5, 0, 1}});
        }
        QTRY_VERIFY(refused.size() > 0);
        const auto sent = m_server->requests().size();
        QVERIFY(sent <= 3); // not again and again
        QVERIFY(!session.connector().journalStatus().isEmpty());
        QVERIFY(session.connector().journalStatus().parked.isEmpty());
        open(session, u"right-one"_s);
        VERIFY_OK(await(session.renew()));
        QTRY_COMPARE_WITH_TIMEOUT(welcomed("/api/2.0/mlflow/runs/update"), 1, 10'000);
        QCOMPARE(welcomed("/api/2.0/mlflow/runs/create"), 1);
        QVERIFY(accepted.size() > 0);
        QCOMPARE(&session.connector(), connector); // without a restart
        QTRY_VERIFY(session.connector().journalStatus().isEmpty());
    }

    void nothingIsAskedBeforeSomethingIsSent()
    {
        Session session(lab());
        open(session, u"right-one"_s);
        QVERIFY(session.open());
        QVERIFY(session.connector().journalStatus().isEmpty());
        QCOMPARE(m_server->requests().size(), 0);
    }

    void aProfileThatIsGoneHoldsTheJournalBack()
    {
        Session session(lab());
        open(session, u"wrong-one"_s);
        QVERIFY(session.open());
        QVERIFY(await(removeConnection(session.profiles(), session.secrets(), u"lab"_s)));
        {
            RunSession run = session.connector().startRun({u"e"_s, u"first"_s});
        }
        QTRY_VERIFY(session.connector().replayTrouble());
        QCOMPARE(session.connector().replayTrouble()->kind, ErrorKind::Unauthorized);
        QVERIFY(session.connector().journalStatus().parked.isEmpty());
    }

    void insecureConnectionsSaySo()
    {
        Session session(lab());
        Profile profile;
        profile.name = u"lab"_s;
        profile.url = QUrl(u"https://lab.example.com"_s);
        profile.insecure = true;
        QVERIFY(session.profiles().save(profile));
        QVERIFY(session.open());
        QVERIFY(session.standingWarning().contains(u"lab"_s));
    }
};

QTEST_GUILESS_MAIN(TestSessionLogin)
#include "test_session_login.moc"
