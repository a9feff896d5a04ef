// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/profile.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestProfile final : public QObject {
    Q_OBJECT

private:
    static Profile lab()
    {
        return {u"Lab"_s, QUrl(u"https://mlflow.example.com/team"_s), false, {}};
    }

private Q_SLOTS:
    void aNewHomeHasTheLocalWorkspace()
    {
        const QTemporaryDir dir;
        const ProfileStore store{Home(dir.path())};
        QCOMPARE(store.profiles().size(), 1);
        QVERIFY(store.active().isLocalWorkspace());
        QCOMPARE(store.active().name, ProfileStore::localWorkspaceName());
    }

    void profilesSurviveAndKeepTheirIdentityWhenRenamed()
    {
        const QTemporaryDir dir;
        ProfileStore store{Home(dir.path())};
        QVERIFY(store.save(lab()));
        QVERIFY(store.setActive(u"Lab"_s));
        Profile renamed = ProfileStore{Home(dir.path())}.active();
        QCOMPARE(renamed.url, lab().url);
        const QString id = renamed.id;
        QVERIFY(!id.isEmpty());
        renamed.name = u"Laboratory"_s;
        renamed.stayOffline = true;
        QVERIFY(store.save(renamed));
        QCOMPARE(store.profiles().size(), 2);
        QCOMPARE(store.active().name, u"Laboratory"_s);
        QCOMPARE(store.active().id, id);
        QVERIFY(store.active().stayOffline);
    }

    void removingTheActiveOneFallsBackToTheLocalWorkspace()
    {
        const QTemporaryDir dir;
        ProfileStore store{Home(dir.path())};
        QVERIFY(store.save(lab()));
        QVERIFY(store.setActive(u"Lab"_s));
        QVERIFY(store.remove(u"Lab"_s));
        QVERIFY(store.active().isLocalWorkspace());
        QVERIFY(!store.remove(ProfileStore::localWorkspaceName()));
    }

    void anUnknownNameListsTheKnownOnes()
    {
        const QTemporaryDir dir;
        ProfileStore store{Home(dir.path())};
        const Result<void> outcome = store.setActive(u"nowhere"_s);
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().kind, ErrorKind::NotFound);
        QVERIFY(outcome.error().hint.contains(ProfileStore::localWorkspaceName()));
    }

    void secretsInAnAddressAreNotStored()
    {
        const QTemporaryDir dir;
        ProfileStore store{Home(dir.path())};
        Profile profile = lab();
        profile.url = QUrl(u"https://me:hunter22@mlflow.example.com"_s);
        const Result<void> saved = store.save(profile);
        QVERIFY(!saved);
        QCOMPARE(saved.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!saved.error().text().contains(u"hunter22"_s));
        QVERIFY(!QFile::exists(dir.filePath(u"profiles.json"_s)));
    }

    void aDamagedFileIsPutAside()
    {
        const QTemporaryDir dir;
        QFile file(dir.filePath(u"profiles.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{ not json");
        file.close();
        ProfileStore store{Home(dir.path())};
        QVERIFY(store.active().isLocalWorkspace());
        QVERIFY(store.save(lab()));
        QCOMPARE(store.profiles().size(), 2);
        QVERIFY(QFile::exists(file.fileName() + u".damaged"_s));
    }

    void addressesAreChecked_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("url");
        QTest::newRow("plain") << u"http://127.0.0.1:5000"_s << u"http://127.0.0.1:5000"_s;
        QTest::newRow("slash") << u" https://h/base/ "_s << u"https://h/base"_s;
        QTest::newRow("user") << u"https://me:pw@h"_s << u"https://h"_s;
        QTest::newRow("file") << u"file:///tmp/mlruns"_s << QString();
        QTest::newRow("sqlite") << u"sqlite:///mlflow.db"_s << QString();
        QTest::newRow("word") << u"databricks"_s << QString();
        QTest::newRow("no host") << u"http://"_s << QString();
        QTest::newRow("spaces") << u"http://a b"_s << QString();
    }

    void addressesAreChecked()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, url);
        const Result<QUrl> address = serverAddress(text);
        QCOMPARE(address.hasValue(), !url.isEmpty());
        if (address)
            QCOMPARE(address->toString(), url);
        else
            QCOMPARE(address.error().kind, ErrorKind::InvalidInput);
    }
};

QTEST_GUILESS_MAIN(TestProfile)
#include "test_profile.moc"
