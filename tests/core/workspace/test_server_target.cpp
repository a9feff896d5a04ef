// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/server_target.h"

#include "app/composition/credentials.h"

#include "core/base/redaction.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! Which server is used, and whose credentials go there.
class TestServerTarget final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    [[nodiscard]] ProfileStore profiles() const { return ProfileStore(Home(m_dir->path())); }
    [[nodiscard]] ServerTarget target(const SessionOptions &options = {}) const
    {
        const Result<ServerTarget> found = resolveTarget(options, profiles(), m_dir->path());
        return found ? *found : ServerTarget{};
    }
    static QByteArray loginOf(const ServerTarget &found)
    {
        return found.link.login.isEmpty() ? QByteArray() : found.link.login.first().second;
    }
    void setEnvironment(const QByteArray &uri, const QByteArray &user, const QByteArray &password)
    {
        qputenv("MLFLOW_TRACKING_URI", uri);
        qputenv("MLFLOW_TRACKING_USERNAME", user);
        qputenv("MLFLOW_TRACKING_PASSWORD", password);
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        for (const char *name : {"MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME",
                 "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "MLFLOW_WORKSPACE",
                 "MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_TRACKING_SERVER_CERT_PATH",
                 "MLFLOW_TRACKING_CLIENT_CERT_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
            qunsetenv(name);
    }

    void withoutAnythingItIsTheLocalWorkspace()
    {
        QCOMPARE(target().origin, ServerOrigin::LocalWorkspace);
        QCOMPARE(target().title, ProfileStore::localWorkspaceName());
    }

    void optionBeatsEnvironmentBeatsTheActiveProfile()
    {
        ProfileStore store = profiles();
        QVERIFY(store.save({u"Lab"_s, QUrl(u"https://lab.example.com"_s), false, {}}));
        QVERIFY(store.setActive(u"Lab"_s));
        QCOMPARE(target().origin, ServerOrigin::Profile);
        QCOMPARE(target().title, u"Lab"_s);
        setEnvironment("http://env.example.com:5000", {}, {});
        QCOMPARE(target().origin, ServerOrigin::Environment);
        QCOMPARE(target().title, u"env.example.com:5000"_s);
        QCOMPARE(target({{}, u"Lab"_s, {}}).origin, ServerOrigin::Profile);
        const ServerTarget named = target({u"http://127.0.0.1:9/"_s, u"Lab"_s, {}});
        QCOMPARE(named.origin, ServerOrigin::Option);
        QCOMPARE(named.url, QUrl(u"http://127.0.0.1:9"_s));
    }

    void aUserNameAloneDoesNotBeatAToken()
    {
        setEnvironment("http://h:5000", "ann", "");
        qputenv("MLFLOW_TRACKING_TOKEN", "tok-en-1");
        QCOMPARE(loginOf(target()), "Bearer tok-en-1");
        qputenv("MLFLOW_TRACKING_PASSWORD", "pass-1");
        QVERIFY(loginOf(target()).startsWith("Basic "));
    }

    void theEnvironmentSaysWhatToTrust()
    {
        setEnvironment("https://h:5000", {}, {});
        qputenv("CURL_CA_BUNDLE", "/curl.pem");
        QCOMPARE(target().link.caFile, u"/curl.pem"_s);
        qputenv("REQUESTS_CA_BUNDLE", "/requests.pem");
        QCOMPARE(target().link.caFile, u"/requests.pem"_s);
        qputenv("MLFLOW_TRACKING_SERVER_CERT_PATH", "/ca.pem");
        qputenv("MLFLOW_TRACKING_CLIENT_CERT_PATH", "/client.pem");
        QCOMPARE(target().link.caFile, u"/ca.pem"_s);
        QCOMPARE(target().link.clientCertificateFile, u"/client.pem"_s);
        QVERIFY(insecurityWarning(target()).isEmpty());
        qputenv("MLFLOW_TRACKING_INSECURE_TLS", "true");
        const auto both = resolveTarget({}, profiles(), m_dir->path());
        QVERIFY(!both);
        QCOMPARE(both.error().kind, ErrorKind::InvalidInput);
        qunsetenv("MLFLOW_TRACKING_SERVER_CERT_PATH");
        QVERIFY(target().link.insecure);
        QVERIFY(target().link.caFile.isEmpty());
        QVERIFY(!insecurityWarning(target()).isEmpty());
    }

    void aWorkspaceHasAJournalOfItsOwn()
    {
        setEnvironment("http://h:5000", {}, {});
        const QString without = target().identity.key;
        qputenv("MLFLOW_WORKSPACE", "team-a");
        QCOMPARE(target().workspace, u"team-a"_s);
        QVERIFY(target().identity.key != without);
    }

    void theJournalDoesNotDependOnWhoLogsIn()
    {
        const QString plain = target({u"http://h:5000"_s, {}, {}}).identity.key;
        const ServerTarget named = target({u"http://ann:secret-7@h:5000"_s, {}, {}});
        QCOMPARE(named.identity.key, plain);
        QVERIFY(!named.identity.title.contains(u"secret-7"_s));
    }

    void credentialsOfTheEnvironmentDoNotGoToAProfile()
    {
        setEnvironment({}, "me", "hunter22");
        ProfileStore store = profiles();
        QVERIFY(store.save({u"Lab"_s, QUrl(u"https://lab.example.com"_s), false, {}}));
        QVERIFY(loginOf(target({{}, u"Lab"_s, {}})).isEmpty());
        QVERIFY(loginOf(target()).isEmpty()); // nor to the local workspace
        QCOMPARE(loginOf(target({u"http://127.0.0.1:9"_s, {}, {}})),
            "Basic " + QByteArray("me:hunter22").toBase64());
        QVERIFY(!redact(u"it is hunter22"_s).contains(u"hunter22"_s));
    }

    void theCredentialsFileFillsWhatTheEnvironmentLeavesOpen()
    {
        QVERIFY(QDir(m_dir->path()).mkpath(u".mlflow"_s));
        QFile file(m_dir->filePath(u".mlflow/credentials"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[other]\nmlflow_tracking_username = wrong\n[mlflow]\n"
                   "mlflow_tracking_username = filed\nmlflow_tracking_password = s3cret=x\n");
        file.close();
        Credentials found = environmentCredentials(m_dir->path());
        QCOMPARE(found.userName, u"filed"_s);
        QCOMPARE(found.password, u"s3cret=x"_s);
        setEnvironment({}, "me", {});
        found = environmentCredentials(m_dir->path());
        QCOMPARE(found.userName, u"me"_s);
        QCOMPARE(found.password, u"s3cret=x"_s);
    }

    void aTokenIsABearer()
    {
        qputenv("MLFLOW_TRACKING_TOKEN", "tok-123456");
        QCOMPARE(loginOf(target({u"http://h"_s, {}, {}})), QByteArray("Bearer tok-123456"));
    }

    void userInfoInAnAddressBecomesALoginAndANotice()
    {
        const ServerTarget t = target({u"http://ann:p%40ss1@h:5000/base"_s, {}, {}});
        QCOMPARE(t.url, QUrl(u"http://h:5000/base"_s));
        QCOMPARE(loginOf(t), "Basic " + QByteArray("ann:p@ss1").toBase64());
        QVERIFY(!t.notice.isEmpty());
        QVERIFY(!t.notice.contains(u"p@ss1"_s));
        QVERIFY(!redact(u"p@ss1 and p%40ss1"_s).contains(u"ss1"_s));
        const Result<ServerTarget> bad =
            resolveTarget({u"ftp://ann:p%40ss1@h"_s, {}, {}}, profiles(), m_dir->path());
        QCOMPARE(bad.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!bad.error().text().contains(u"ss1"_s));
    }

    void anAddressIsOneIdentityHoweverItIsWritten()
    {
        const QString key = target({u"http://Host:80/base/"_s, {}, {}}).identity.key;
        QVERIFY(key.startsWith(u"uri-"_s));
        QCOMPARE(target({u"http://ann:pw@host/base"_s, {}, {}}).identity.key, key);
        QVERIFY(target({u"https://host/base"_s, {}, {}}).identity.key != key);
        QVERIFY(target({u"http://host:81/base"_s, {}, {}}).identity.key != key);
        QVERIFY(target({u"http://host/other"_s, {}, {}}).identity.key != key);
    }

    void anUnknownProfileIsNotFound()
    {
        const Result<ServerTarget> none =
            resolveTarget({{}, u"nowhere"_s, {}}, profiles(), m_dir->path());
        QCOMPARE(none.error().kind, ErrorKind::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestServerTarget)
#include "test_server_target.moc"
