// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/secrets.h"

#include "core/base/redaction.h"
#include "tests/support/await.h"
#include "tests/support/fake_keychain.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! Where the secrets of a connection go, and where they never go.
class TestSecrets final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ProfileStore> m_profiles;
    std::unique_ptr<SecretStore> m_secrets;
    FakeKeychain *m_keychain = nullptr;

    static Profile basic()
    {
        Profile profile;
        profile.name = u"Lab"_s;
        profile.url = QUrl(u"https://lab.example.com"_s);
        profile.auth = AuthKind::Basic;
        profile.userName = u"ann"_s;
        return profile;
    }
    [[nodiscard]] Profile stored() const { return *m_profiles->find(u"Lab"_s); }
    [[nodiscard]] QByteArray file() const
    {
        QFile file(m_dir->filePath(u"profiles.json"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_profiles = std::make_unique<ProfileStore>(Home(m_dir->path()));
        m_secrets = std::make_unique<SecretStore>(newFakeKeychain(&m_keychain));
    }

    void theKeychainIsAskedOnlyWhereThereIsAnEntry()
    {
        VERIFY_OK(await(saveConnection(*m_profiles, *m_secrets, basic())));
        QVERIFY(await(m_secrets->read(stored()))->isEmpty());
        QCOMPARE(m_keychain->reads, 0);
        VERIFY_OK(await(saveConnection(
            *m_profiles, *m_secrets, basic(), {u"pass-word-1"_s, u"phrase-1"_s, {}})));
        QVERIFY(stored().hasSecrets);
        const auto read = await(m_secrets->read(stored()));
        VERIFY_OK(read);
        QCOMPARE(read->login, u"pass-word-1"_s);
        QCOMPARE(read->keyPassphrase, u"phrase-1"_s);
        QCOMPARE(linkOf(stored(), *read).login.first().second,
            "Basic " + QByteArray("ann:pass-word-1").toBase64());
        QVERIFY(!file().contains("pass-word-1"));
        QVERIFY(!file().contains("phrase-1"));
        QCOMPARE(redact(u"said pass-word-1"_s), u"said ***"_s);
    }

    void anEditKeepsWhatIsNotTyped()
    {
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-2"_s, {}, {}})));
        Profile renamed = stored();
        renamed.name = u"Lab"_s;
        renamed.insecure = true;
        VERIFY_OK(await(saveConnection(*m_profiles, *m_secrets, renamed, {{}, u"phrase-2"_s, {}})));
        const auto read = await(m_secrets->read(stored()));
        QCOMPARE(read->login, u"pass-word-2"_s);
        QCOMPARE(read->keyPassphrase, u"phrase-2"_s);
        QVERIFY(stored().insecure);
    }

    void anotherWayToLogInForgetsTheSecret()
    {
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-3"_s, {}, {}})));
        Profile changed = stored();
        changed.auth = AuthKind::Bearer;
        VERIFY_OK(await(saveConnection(*m_profiles, *m_secrets, changed)));
        QVERIFY(!stored().hasSecrets);
        QVERIFY(m_keychain->entries.isEmpty());
    }

    void deletingAProfileDeletesItsEntry()
    {
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-4"_s, {}, {}})));
        QCOMPARE(m_keychain->entries.size(), 1);
        VERIFY_OK(await(removeConnection(*m_profiles, *m_secrets, u"Lab"_s)));
        QVERIFY(m_keychain->entries.isEmpty());
        QVERIFY(!m_profiles->find(u"Lab"_s));
    }

    void aLockedKeychainKeepsProfileAndEntry()
    {
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-5"_s, {}, {}})));
        m_keychain->trouble = u"KEYCHAIN_LOCKED"_s;
        const auto read = await(m_secrets->read(stored()));
        QVERIFY(!read);
        QCOMPARE(read.error().apiCode, u"KEYCHAIN_LOCKED"_s);
        QVERIFY(read.error().hint.contains(u"Unlock"_s));
        QVERIFY(!await(removeConnection(*m_profiles, *m_secrets, u"Lab"_s)));
        QVERIFY(m_profiles->find(u"Lab"_s)); // no entry is left behind without its profile
    }

    void withoutAKeychainTheSecretLivesInThisSession()
    {
        m_keychain->trouble = u"KEYCHAIN_UNAVAILABLE"_s;
        const auto saved =
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-6"_s, {}, {}}));
        VERIFY_OK(saved);
        QCOMPARE(*saved, SecretPlace::Session);
        QVERIFY(!stored().hasSecrets);
        QCOMPARE(m_secrets->placeOf(stored()), SecretPlace::Session);
        QCOMPARE(await(m_secrets->read(stored()))->login, u"pass-word-6"_s);
        QVERIFY(!file().contains("pass-word-6"));
        VERIFY_OK(await(removeConnection(*m_profiles, *m_secrets, u"Lab"_s)));
    }

    void aLostEntryIsRepairedByTypingTheSecret()
    {
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, basic(), {u"pass-word-7"_s, {}, {}})));
        m_keychain->entries.clear();
        QCOMPARE(await(m_secrets->read(stored())).error().apiCode, u"KEYCHAIN_MISSING"_s);
        VERIFY_OK(
            await(saveConnection(*m_profiles, *m_secrets, stored(), {u"pass-word-8"_s, {}, {}})));
        QCOMPARE(await(m_secrets->read(stored()))->login, u"pass-word-8"_s);
    }

    void aTokenCannotCarryAHeaderOfItsOwn()
    {
        Profile profile = basic();
        profile.auth = AuthKind::Bearer;
        const auto saved = await(
            saveConnection(*m_profiles, *m_secrets, profile, {u"token\r\nX-Evil: 1"_s, {}, {}}));
        QVERIFY(!saved);
        QCOMPARE(saved.error().kind, ErrorKind::InvalidInput);
    }

    void theHeaderOfItsOwnCarriesTheSecret()
    {
        Profile profile = basic();
        profile.auth = AuthKind::Header;
        profile.headerName = u"X-Api-Key"_s;
        const LinkSettings link = linkOf(profile, {u"key-value-9"_s, {}, {}});
        QCOMPARE(link.login, (HeaderList{{"X-Api-Key", "key-value-9"}}));
        QVERIFY(linkOf(profile, {}).login.isEmpty());
    }

    void wrongProfilesAreRefused_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"user", "header", "key", "both", "proxy", "workspace"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }
    void wrongProfilesAreRefused()
    {
        QFETCH(QString, what);
        Profile profile = basic();
        if (what == u"user") {
            profile.userName = u"a:b"_s;
        } else if (what == u"header") {
            profile.auth = AuthKind::Header;
            profile.headerName = u"Host"_s;
        } else if (what == u"key") {
            profile.clientKeyFile = u"/k.pem"_s;
        } else if (what == u"both") {
            profile.caFile = u"/ca.pem"_s;
            profile.insecure = true;
        } else if (what == u"proxy") {
            profile.proxy.kind = ProxyKind::Explicit;
        } else {
            profile.workspace = u"Not OK"_s;
        }
        const Result<void> checked = checkProfile(profile);
        QVERIFY(!checked);
        QCOMPARE(checked.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!checked.error().hint.isEmpty());
    }

    void everyFieldSurvivesTheFile()
    {
        Profile profile = basic();
        profile.caFile = u"/ca.pem"_s;
        profile.clientCertificateFile = u"/c.pem"_s;
        profile.clientKeyFile = u"/k.pem"_s;
        profile.proxy = {ProxyKind::Explicit, u"p.example.com"_s, 3128, u"bob"_s, u"not stored"_s};
        profile.workspace = u"team-a"_s;
        profile.requestTimeout = std::chrono::seconds(90);
        profile.probeTimeout = std::chrono::seconds(9);
        QVERIFY(m_profiles->save(profile));
        const Profile read = stored();
        QCOMPARE(read.auth, AuthKind::Basic);
        QCOMPARE(read.userName, u"ann"_s);
        QCOMPARE(read.caFile, profile.caFile);
        QCOMPARE(read.clientCertificateFile, profile.clientCertificateFile);
        QCOMPARE(read.clientKeyFile, profile.clientKeyFile);
        QCOMPARE(read.proxy.host, u"p.example.com"_s);
        QCOMPARE(read.proxy.port, quint16(3128));
        QCOMPARE(read.proxy.userName, u"bob"_s);
        QVERIFY(read.proxy.password.isEmpty());
        QCOMPARE(read.workspace, u"team-a"_s);
        QCOMPARE(read.requestTimeout.count(), 90);
        QCOMPARE(read.probeTimeout.count(), 9);
        QVERIFY(!file().contains("not stored"));
    }
};

QTEST_GUILESS_MAIN(TestSecrets)
#include "test_secrets.moc"
