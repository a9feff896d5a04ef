// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/model_upload.h"
#include "tests/core/tracking/tracking_bench.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! Models and versions on their way to the server.
class TestModelsReplay final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TrackingBench> m_bench;

    FakeMlflow &server() { return *m_bench->mlflow; }
    ModelFolder modelFolder()
    {
        const QDir root(m_dir->filePath(u"model"_s));
        root.mkpath(u"data"_s);
        for (const QString &name : {u"MLmodel"_s, u"data/weights.bin"_s, u"requirements.txt"_s}) {
            QFile out(root.filePath(name));
            if (!out.open(QIODevice::WriteOnly) || out.write(name.toUtf8()) < 0)
                return {};
        }
        return {root.path(), u"classifier"_s, u"sklearn"_s, {{u"alpha"_s, u"1"_s}},
            {{u"team"_s, u"x"_s}}};
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_bench = std::make_unique<TrackingBench>(m_dir->path());
    }
    void cleanup()
    {
        m_bench.reset();
        m_dir.reset();
    }

    void aModelBecomesALoggedModelOfItsRun()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.logModel(modelFolder())));
        // What was acknowledged no longer needs the original.
        QVERIFY(QDir(m_dir->filePath(u"model"_s)).removeRecursively());
        const auto link = m_bench->outcome(run.synced());
        VERIFY_OK(link);
        QCOMPARE(server().models.size(), 1);
        const FakeMlflow::Model &model = server().models.first();
        QCOMPARE(link->modelId.text(), server().models.firstKey());
        QCOMPARE(model.status, u"LOGGED_MODEL_READY"_s);
        QCOMPARE(model.tags.value(u"team"_s), u"x"_s);
        QCOMPARE(server().onlyRun().outputs, QStringList{link->modelId.text()});
        QCOMPARE(server().files.size(), 3);
        const QString root = u"1/models/%1/artifacts/"_s.arg(link->modelId.text());
        QCOMPARE(server().files.value(QString(root % u"data/weights.bin")), "data/weights.bin");
        QCOMPARE(server().arrived.last(), u"status"_s); // ready only when everything is there
        QCOMPARE(model.tags.value(u"signalbox.model_sha256"_s),
            digestOf({u"MLmodel"_s, u"data/weights.bin"_s, u"requirements.txt"_s}));
    }

    //! The documented form, computed without the code under test.
    static QString digestOf(const QStringList &paths)
    {
        QByteArray manifest;
        for (const QString &path : paths) {
            manifest += QCryptographicHash::hash(path.toUtf8(), QCryptographicHash::Sha256).toHex();
            manifest += QByteArray("  ") + path.toUtf8() + '\n';
        }
        return QString::fromLatin1(
            QCryptographicHash::hash(manifest, QCryptographicHash::Sha256).toHex());
    }

    void aLostReplyMakesNoSecondModel()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.synced()));
        server().loseReplies = 1;
        (void)run.logModel(modelFolder());
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(server().models.size(), 1);
        QCOMPARE(server().models.first().status, u"LOGGED_MODEL_READY"_s);
    }

    void aRefusedFileFailsTheModelAndOnlyIt()
    {
        server().badFiles = {u"weights.bin"_s};
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        (void)run.finish();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().models.first().status, u"LOGGED_MODEL_UPLOAD_FAILED"_s);
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"1"_s);
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QCOMPARE(parked.first().what, u"model classifier"_s);
    }

    void anOutageInTheMiddleGoesOnWhereItStopped()
    {
        int files = 0;
        server().beforeEach = [&](const FakeRequest &request) {
            if (request.verb == Verb::Put && ++files == 2)
                server().down = true;
        };
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        QVERIFY(m_bench->eventually([&] { return server().down; }));
        // Another process takes over.
        m_bench->connector.reset();
        server().beforeEach = nullptr;
        server().down = false;
        m_bench->reopen();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().models.size(), 1);
        QCOMPARE(server().models.first().status, u"LOGGED_MODEL_READY"_s);
        QCOMPARE(server().files.size(), 3);
        // The first file was known to be there, so it was not sent again.
        const QString first =
            u"/api/2.0/mlflow-artifacts/artifacts/1/models/%1/artifacts/MLmodel"_s;
        QCOMPARE(m_bench->fake->count(Verb::Put, first.arg(server().models.firstKey())), 1);
    }

    void serversWithoutLoggedModelsGetPlainFiles()
    {
        server().version = u"2.22.1"_s;
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        const auto link = m_bench->outcome(run.synced());
        VERIFY_OK(link);
        QVERIFY(link->modelId.isEmpty());
        QVERIFY(server().models.isEmpty());
        QVERIFY(server().files.contains(
            u"1/%1/artifacts/classifier/MLmodel"_s.arg(link->runId.text())));
    }

    void aLostVersionReplyMakesNoSecondVersion()
    {
        server().loseReplies = 1;
        const auto version = m_bench->outcome(m_bench->connector->registerModel(
            {u"churn"_s, LoggedModelId(u"m-1"_s), {}, RunId(u"r"_s), {}, {}}));
        VERIFY_OK(version);
        QCOMPARE(version->version, u"1"_s);
        QCOMPARE(server().versions.size(), 1);
        QCOMPARE(server().arrived.count(u"version"_s), 1);
    }

    void registeringTwiceMakesTwoVersions()
    {
        const RegisterModel request{u"churn"_s, LoggedModelId(u"m-1"_s), {}, {}, {}, {}};
        VERIFY_OK(m_bench->outcome(m_bench->connector->registerModel(request)));
        const auto second = m_bench->outcome(m_bench->connector->registerModel(request));
        VERIFY_OK(second);
        QCOMPARE(second->version, u"2"_s);
    }
};

QTEST_GUILESS_MAIN(TestModelsReplay)
#include "test_models_replay.moc"
