// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/mlmodel_text.h"
#include "core/tracking/model_upload.h"
#include "tests/core/tracking/tracking_bench.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtTest/QSignalSpy>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! Models, versions and experiments without a run on their way to the server.
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

    void aLostReplyMakesNoSecondModel_data()
    {
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("created");
        QTest::addColumn<QString>("last");
        QTest::newRow("logged model") << u"3.17.2"_s << u"model"_s << u"status"_s;
        QTest::newRow("files of the run") << u"2.22.1"_s << u"history"_s << u"history"_s;
    }
    void aLostReplyMakesNoSecondModel()
    {
        QFETCH(QString, version);
        server().version = version;
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.synced()));
        server().loseReplies = 1;
        (void)run.logModel(modelFolder());
        VERIFY_OK(m_bench->outcome(run.synced()));
        QFETCH(QString, created);
        QCOMPARE(server().arrived.count(created), 1);
        QTEST(server().arrived.last(), "last");
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
        const QString history = server().onlyRun().tags.value(u"mlflow.log-model.history"_s);
        QVERIFY2(history.contains(u"\"artifact_path\":\"classifier\""_s), qPrintable(history));
    }

    void aVersionOfARunFindsItsModelOnServersWithoutLoggedModels()
    {
        server().version = u"2.22.1"_s;
        server().down = true;
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        NewModelVersion version;
        version.name = u"churn"_s;
        version.run = run.localId();
        VERIFY_OK(m_bench->outcome(m_bench->connector->addModelVersion(version)));
        server().down = false;
        QVERIFY(m_bench->settles());
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
        QCOMPARE(
            server().sources.value(u"churn/1"_s), QString(run.link().artifactUri % u"/classifier"));
    }

    void aVersionOfARunWithoutAModelIsParked()
    {
        RunSession run = m_bench->run();
        (void)run.finish();
        NewModelVersion version;
        version.name = u"churn"_s;
        version.run = run.localId();
        VERIFY_OK(m_bench->outcome(m_bench->connector->addModelVersion(version)));
        QVERIFY(m_bench->settles());
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QVERIFY2(
            parked.first().reason.contains(u"has no model"_s), qPrintable(parked.first().reason));
    }

    void aFileInThePlaceOfAModelIsRefusedAtOnce()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.logText(u"x"_s, u"classifier"_s)));
        VERIFY_KIND(m_bench->outcome(run.logModel(modelFolder())), ErrorKind::InvalidInput);
    }

    void readsWhatMlflow2WantsToKnowOutOfAnMlmodelFile()
    {
        const QByteArray text = "artifact_path: elsewhere\nflavors:\n  python_function:\n"
                                "    env:\n      conda: conda.yaml\n"
                                "    loader_module: mlflow.sklearn\n    python_version: 3.11.2\n"
                                "  sklearn:\n    code: null\n    sklearn_version: '1.7'\n"
                                "metadata:\n  note: x\nmlflow_version: 3.17.2\n"
                                "model_uuid: abc\nutc_time_created: '2026-11-23 15:21:22.478787'\n";
        const QJsonObject json = modelDescription(text, u"model"_s, u"run1"_s, 0);
        QCOMPARE(json[u"artifact_path"_s].toString(), u"model"_s);
        QCOMPARE(json[u"run_id"_s].toString(), u"run1"_s);
        QCOMPARE(json[u"model_uuid"_s].toString(), u"abc"_s);
        QCOMPARE(json[u"utc_time_created"_s].toString(), u"2026-11-23 15:21:22.478787"_s);
        const QJsonObject flavors = json[u"flavors"_s].toObject();
        QCOMPARE(flavors.keys(), QStringList({u"python_function"_s, u"sklearn"_s}));
        const QJsonObject expected{
            {u"loader_module"_s, u"mlflow.sklearn"_s}, {u"python_version"_s, u"3.11.2"_s}};
        QCOMPARE(flavors[u"python_function"_s].toObject(), expected);
        const QJsonObject none = modelDescription("\x00\xff", u"m"_s, u"r"_s, 1'700'000'000'000);
        QCOMPARE(none[u"utc_time_created"_s].toString(), u"2023-11-14 22:13:20.000000"_s);
    }

    void knowsTheNewestModelOfAHistory()
    {
        QCOMPARE(newestInModelHistory(u"[{\"artifact_path\":\"a\"},{\"artifact_path\":\"b\"}]"_s),
            u"b"_s);
        for (const QString &none : {QString(), u"[]"_s, u"nonsense"_s, u"[7]"_s, u"{}"_s})
            QCOMPARE(newestInModelHistory(none), QString());
    }

    void aLostVersionReplyMakesNoSecondVersion()
    {
        server().loseReplies = 2; // the model's and the version's
        const auto version = m_bench->outcome(m_bench->connector->registerModel(
            {u"churn"_s, LoggedModelId(u"m-1"_s), {}, RunId(u"r"_s), {}, {}}));
        VERIFY_OK(version);
        QCOMPARE(version->version, u"1"_s);
        QCOMPARE(server().versions.size(), 1);
        QCOMPARE(server().arrived.count(u"version"_s), 1);
    }

    void modelsAndVersionsAreRegisteredWhileTheServerIsAway()
    {
        server().down = true;
        QSignalSpy registered(m_bench->connector.get(), &Connector::versionRegistered);
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        VERIFY_OK(m_bench->outcome(m_bench->connector->addRegisteredModel(
            {u"churn"_s, u"Who leaves"_s, {{u"team"_s, u"x"_s}}})));
        NewModelVersion version;
        version.name = u"churn"_s;
        version.run = run.localId();
        const auto ack = m_bench->outcome(m_bench->connector->addModelVersion(version));
        VERIFY_OK(ack);
        const auto left = m_bench->outcome(m_bench->connector->flush(std::chrono::seconds(1)));
        VERIFY_OK(left);
        QCOMPARE(left->pendingRegistrations, 2);
        server().down = false;
        QVERIFY(m_bench->settles());
        QCOMPARE(registered.count(), 1);
        QCOMPARE(registered.first().first().toLongLong(), ack->sequence);
        QCOMPARE(server().versions.keys(), QStringList{u"churn/1"_s});
        QCOMPARE(server().registered.value(u"churn"_s).value(u"team"_s), u"x"_s);
        // The version names the model that its run has brought.
        QCOMPARE(server().sources.value(u"churn/1"_s),
            QString(u"models:/"_s % server().models.firstKey()));
        QVERIFY(server().arrived.indexOf(u"version"_s) > server().arrived.indexOf(u"status"_s));
    }

    void lostRepliesOfTheRegistryMakeNothingTwice()
    {
        server().loseReplies = 2; // the model's and the version's
        VERIFY_OK(m_bench->outcome(m_bench->connector->addRegisteredModel({u"churn"_s})));
        NewModelVersion version;
        version.name = u"churn"_s;
        version.modelId = LoggedModelId(u"m-1"_s);
        version.runId = RunId(u"r"_s);
        VERIFY_OK(m_bench->outcome(m_bench->connector->addModelVersion(version)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().versions.size(), 1);
        QCOMPARE(server().arrived.count(u"version"_s), 1);
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
    }

    void aModelNameOfSomebodyElseIsParkedAndItsVersionGoesOn()
    {
        server().registered.insert(u"churn"_s, {});
        VERIFY_OK(m_bench->outcome(m_bench->connector->addRegisteredModel({u"churn"_s})));
        NewModelVersion version;
        version.name = u"churn"_s;
        version.modelId = LoggedModelId(u"m-1"_s);
        version.runId = RunId(u"r"_s);
        VERIFY_OK(m_bench->outcome(m_bench->connector->addModelVersion(version)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().versions.size(), 1);
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QCOMPARE(parked.first().what, u"registered model churn"_s);
    }

    void aVersionOfARunThatWasRefusedIsParked()
    {
        server().experiments.insert(u"experiment"_s, u"1"_s);
        server().deletedExperiments.insert(u"experiment"_s);
        RunSession run = m_bench->run();
        (void)run.logModel(modelFolder());
        NewModelVersion version;
        version.name = u"churn"_s;
        version.run = run.localId();
        VERIFY_OK(m_bench->outcome(m_bench->connector->addModelVersion(version)));
        (void)run.finish();
        QVERIFY(m_bench->settles());
        QVERIFY(server().versions.isEmpty());
        QCOMPARE(m_bench->connector->journalStatus().parked.size(), 2);
        server().deletedExperiments.clear();
        VERIFY_OK(m_bench->outcome(m_bench->connector->retryAllParked()));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().versions.size(), 1);
    }

    void anExperimentWithoutARunIsCreatedWhileTheServerIsAway()
    {
        server().down = true;
        VERIFY_OK(
            m_bench->outcome(m_bench->connector->addExperiment(u"empty"_s, {{u"team"_s, u"x"_s}})));
        VERIFY_OK(m_bench->outcome(m_bench->connector->addRegisteredModel({u"empty"_s})));
        // The bench's second is over sooner than a slow machine gets to the first try.
        QVERIFY(m_bench->eventually([this] { return m_bench->fake->count() > 0; }));
        const auto left = m_bench->outcome(m_bench->connector->flush(std::chrono::seconds(1)));
        VERIFY_OK(left);
        QCOMPARE(left->pendingRegistrations, 2);
        const auto items = m_bench->outcome(m_bench->connector->journalItems());
        VERIFY_OK(items);
        QCOMPARE(items->first().kind, JournalKind::Experiment);
        QCOMPARE(items->first().summary, u"experiment empty"_s);
        QCOMPARE(items->first().runName, u"empty"_s);
        QVERIFY(items->first().attempts > 0);
        QVERIFY(items->at(1).run != items->first().run); // a model of that name has its own lane
        m_bench->reopen(); // another process goes on
        server().down = false;
        QVERIFY(m_bench->settles());
        QCOMPARE(server().experiments.keys(), QStringList{u"empty"_s});
        QCOMPARE(server().experimentTags.value(u"empty"_s).value(u"team"_s), u"x"_s);
        QVERIFY(server().runs.isEmpty());
    }

    void aLostReplyMakesNoSecondExperimentAndLosesNoTag()
    {
        server().loseReplies = 1;
        VERIFY_OK(
            m_bench->outcome(m_bench->connector->addExperiment(u"empty"_s, {{u"team"_s, u"x"_s}})));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().loseReplies, 0);
        QCOMPARE(server().arrived.count(u"experiment"_s), 1);
        QCOMPARE(server().experimentTags.value(u"empty"_s).value(u"team"_s), u"x"_s);
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
    }

    void anExperimentThatIsThereCountsAsCreated()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.synced()));
        VERIFY_OK(m_bench->outcome(
            m_bench->connector->addExperiment(u"experiment"_s, {{u"team"_s, u"x"_s}})));
        (void)run.finish();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().arrived.count(u"experiment"_s), 1);
        QCOMPARE(server().experimentTags.value(u"experiment"_s).value(u"team"_s), u"x"_s);
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
    }

    void anExperimentThatWasDeletedIsParkedWithTheRemedy()
    {
        { // its id is known here from before
            RunSession run = m_bench->run();
            VERIFY_OK(m_bench->outcome(run.synced()));
        }
        QVERIFY(m_bench->settles());
        server().deletedExperiments.insert(u"experiment"_s);
        VERIFY_OK(m_bench->outcome(m_bench->connector->addExperiment(u"experiment"_s)));
        QVERIFY(m_bench->settles());
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QCOMPARE(parked.first().what, u"experiment experiment"_s);
        QVERIFY(parked.first().reason.contains(u"was deleted"_s));
        QVERIFY(parked.first().reason.contains(u"Restore it"_s));
        server().deletedExperiments.clear();
        VERIFY_OK(m_bench->outcome(m_bench->connector->retryParked(parked.first().sequence)));
        QVERIFY(m_bench->settles());
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
    }

    void anExperimentNeedsAName()
    {
        VERIFY_KIND(
            m_bench->outcome(m_bench->connector->addExperiment(u" "_s)), ErrorKind::InvalidInput);
    }

    void registeringTwiceMakesTwoVersions()
    {
        const RegisterModel request{u"churn"_s, LoggedModelId(u"m-1"_s), {}, RunId(u"r"_s), {}, {}};
        VERIFY_OK(m_bench->outcome(m_bench->connector->registerModel(request)));
        const auto second = m_bench->outcome(m_bench->connector->registerModel(request));
        VERIFY_OK(second);
        QCOMPARE(second->version, u"2"_s);
    }
};

QTEST_GUILESS_MAIN(TestModelsReplay)
#include "test_models_replay.moc"
