// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/tracking_bench.h"

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! Registrations that were tried online first and then left to the journal.
class TestRegistrations final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TrackingBench> m_bench;

    FakeMlflow &server() { return *m_bench->mlflow; }
    Connector &connector() { return *m_bench->connector; }
    //! A run of the server with a model called "model" in it; its id.
    QString runWithModel()
    {
        server().runs.insert(u"run9"_s, {});
        server().runs[u"run9"_s].outputs = {u"m-9"_s, u"m-8"_s};
        server().models.insert(u"m-8"_s, {u"other"_s, {}, u"run9"_s, {}});
        server().models.insert(u"m-9"_s, {u"model"_s, {}, u"run9"_s, {}});
        return u"run9"_s;
    }
    static NewModelVersion versionOf(const QString &run)
    {
        NewModelVersion version;
        version.name = u"churn"_s;
        version.runId = RunId(run);
        version.artifact = u"model"_s;
        return version;
    }
    //! Adds it while the server is away, and lets the server come back.
    void addAndSend(const NewModelVersion &version)
    {
        server().down = true;
        VERIFY_OK(m_bench->outcome(connector().addModelVersion(version)));
        m_bench->reopen(); // another process goes on
        server().down = false;
        QVERIFY(m_bench->settles());
        QCOMPARE(server().versions.keys(), QStringList{u"churn/1"_s});
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

    void aVersionOfARunOnTheServerFindsItsModelLater()
    {
        addAndSend(versionOf(runWithModel()));
        QCOMPARE(server().sources.value(u"churn/1"_s), u"models:/m-9"_s);
        QCOMPARE(server().versionRuns.value(u"churn/1"_s), u"run9"_s);
    }

    void aVersionOfARunWithoutLoggedModelsIsMadeOfItsFiles()
    {
        server().runs.insert(u"run9"_s, {});
        addAndSend(versionOf(u"run9"_s));
        QCOMPARE(
            server().sources.value(u"churn/1"_s), u"mlflow-artifacts:/1/run9/artifacts/model"_s);
    }

    void aVersionOfALoggedModelNamesTheRunOfIt()
    {
        runWithModel();
        NewModelVersion version;
        version.name = u"churn"_s;
        version.modelId = LoggedModelId(u"m-9"_s);
        addAndSend(version);
        QCOMPARE(server().versionRuns.value(u"churn/1"_s), u"run9"_s);
    }

    void aRunWithoutTheNameOfAModelIsRefusedAtOnce()
    {
        NewModelVersion version = versionOf(u"run9"_s);
        version.artifact.clear();
        VERIFY_KIND(
            m_bench->outcome(connector().addModelVersion(version)), ErrorKind::InvalidInput);
    }

    //! The reply was lost and the server died: what it has done must be found by the journal.
    void aVersionThatWasMadeBeforeTheServerDiedIsNotMadeAgain()
    {
        server().registered.insert(u"churn"_s, {});
        RegisterModel wanted{u"churn"_s, {}, u"s3://bucket/model"_s, {}, {}, {}};
        wanted.operation = operationOf();
        server().loseReplies = 1;
        server().beforeEach = [this](const FakeRequest &request) {
            server().down = request.path.endsWith(u"/model-versions/create"_s); // from the next on
        };
        VERIFY_KIND(m_bench->outcome(connector().registerModel(wanted)), ErrorKind::Network);
        NewModelVersion later;
        later.name = wanted.name;
        later.source = wanted.source;
        later.operation = wanted.operation;
        server().beforeEach = nullptr;
        addAndSend(later);
        QCOMPARE(server().arrived.count(u"version"_s), 1);
    }

    void aNameThatWasMadeBeforeTheServerDiedIsOurs()
    {
        const NewRegisteredModel wanted{u"churn"_s, u"Who leaves"_s, {}, operationOf()};
        server().loseReplies = 1;
        VERIFY_KIND(m_bench->outcome(connector().createModel(wanted)), ErrorKind::Network);
        VERIFY_OK(m_bench->outcome(connector().addRegisteredModel(wanted)));
        QVERIFY(m_bench->settles());
        QVERIFY(connector().journalStatus().parked.isEmpty());
        QCOMPARE(server().registered.keys(), QStringList{u"churn"_s});
    }
};

QTEST_GUILESS_MAIN(TestRegistrations)
#include "test_registrations.moc"
