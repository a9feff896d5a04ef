// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/tracking_bench.h"

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! Registrations that were left to the journal, and what a person does about refused ones.
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

    QList<JournalItem> parked()
    {
        const auto listed = m_bench->outcome(connector().journalItems({true, {}}));
        return listed ? listed.value() : QList<JournalItem>();
    }
    //! A version that the server refuses for its name.
    JournalItem refusedVersion()
    {
        NewModelVersion version;
        version.name = u"a:b"_s;
        version.source = u"s3://bucket/model"_s;
        version.description = u"the frist"_s;
        version.tags = {{u"by"_s, u"me"_s}, {u"old"_s, u"x"_s}};
        const bool added = m_bench->outcome(connector().addModelVersion(version)).hasValue();
        return added && m_bench->settles() ? parked().value(0) : JournalItem();
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

    void aRefusedVersionIsCorrectedInAllItsParts()
    {
        const JournalItem refused = refusedVersion();
        QVERIFY(refused.canEdit);
        QCOMPARE(refused.key, u"a:b"_s);
        QCOMPARE(refused.fields.value(RegistrationField::Source), u"s3://bucket/model"_s);
        QCOMPARE(refused.fields.value(RegistrationField::Description), u"the frist"_s);
        QCOMPARE(refused.tags.size(), 2);
        QVERIFY(server().versions.isEmpty());
        ParkedEdit edit;
        edit.key = u"churn"_s;
        edit.fields = {{RegistrationField::Source, u"s3://bucket/other"_s},
            {RegistrationField::Description, u"the first"_s}};
        edit.setTags = {{u"by"_s, u"you"_s}, {u"new"_s, u"1"_s}};
        edit.removedTags = {u"old"_s};
        VERIFY_OK(m_bench->outcome(connector().editParked(refused.sequence, edit)));
        QVERIFY(m_bench->settles());
        QVERIFY(parked().isEmpty());
        QCOMPARE(server().versions.keys(), QStringList{u"churn/1"_s});
        QCOMPARE(server().sources.value(u"churn/1"_s), u"s3://bucket/other"_s);
        QCOMPARE(server().descriptions.value(u"churn/1"_s), u"the first"_s);
        QMap<QString, QString> tags = server().versions.value(u"churn/1"_s);
        tags.remove(u"signalbox.op_id"_s);
        QCOMPARE(tags, (QMap<QString, QString>{{u"by"_s, u"you"_s}, {u"new"_s, u"1"_s}}));
    }

    void aCorrectedNameIsListedUnderTheNewModel()
    {
        const JournalItem refused = refusedVersion();
        server().down = true;
        VERIFY_OK(m_bench->outcome(connector().editParked(refused.sequence, {u"churn"_s, {}})));
        const auto items = m_bench->outcome(connector().journalItems());
        VERIFY_OK(items);
        QCOMPARE(items->size(), 1);
        QCOMPARE(items->first().runName, u"churn"_s);
        QCOMPARE(items->first().summary, u"version of churn"_s);
        QCOMPARE(items->first().sequence, refused.sequence);
    }

    void aModelTakesThePlaceOfASource()
    {
        runWithModel();
        ParkedEdit edit{u"churn"_s, {}};
        edit.fields = {{RegistrationField::Model, u"m-9"_s}};
        VERIFY_OK(m_bench->outcome(connector().editParked(refusedVersion().sequence, edit)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().sources.value(u"churn/1"_s), u"models:/m-9"_s);
        QCOMPARE(server().versionRuns.value(u"churn/1"_s), u"run9"_s);
    }

    void aVersionOfADroppedRunIsSentToAnotherOrigin()
    {
        RunSession run = m_bench->run();
        (void)run.finish();
        NewModelVersion version;
        version.name = u"churn"_s;
        version.run = run.localId();
        VERIFY_OK(m_bench->outcome(connector().addModelVersion(version)));
        QVERIFY(m_bench->settles());
        QCOMPARE(parked().size(), 1); // the run has no model
        ParkedEdit edit;
        edit.fields = {
            {RegistrationField::Run, runWithModel()}, {RegistrationField::Path, u"model"_s}};
        VERIFY_OK(m_bench->outcome(connector().editParked(parked().first().sequence, edit)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().sources.value(u"churn/1"_s), u"models:/m-9"_s);
    }

    void aNameOfSomebodyElseBecomesAnother()
    {
        server().registered.insert(u"churn"_s, {});
        VERIFY_OK(m_bench->outcome(
            connector().addRegisteredModel({u"churn"_s, u"mine"_s, {{u"team"_s, u"x"_s}}})));
        QVERIFY(m_bench->settles());
        QCOMPARE(parked().size(), 1);
        QCOMPARE(parked().first().fields.keys(), QList{RegistrationField::Description});
        VERIFY_OK(
            m_bench->outcome(connector().editParked(parked().first().sequence, {u"churn2"_s, {}})));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().registered.value(u"churn2"_s).value(u"team"_s), u"x"_s);
    }

    void anExperimentThatWasDeletedIsCreatedUnderAnotherName()
    {
        server().experiments.insert(u"old"_s, u"1"_s);
        server().deletedExperiments.insert(u"old"_s);
        VERIFY_OK(m_bench->outcome(connector().addExperiment(u"old"_s, {{u"team"_s, u"x"_s}})));
        QVERIFY(m_bench->settles());
        ParkedEdit edit{u"new"_s, {}};
        edit.setTags = {{u"team"_s, u"y"_s}};
        VERIFY_OK(m_bench->outcome(connector().editParked(parked().first().sequence, edit)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().experimentTags.value(u"new"_s).value(u"team"_s), u"y"_s);
    }

    void aCorrectionThatMakesNoSenseChangesNothing()
    {
        const qint64 version = refusedVersion().sequence;
        const auto refused = [&](const ParkedEdit &edit) {
            const auto done = m_bench->outcome(connector().editParked(version, edit));
            return !done && done.error().kind == ErrorKind::InvalidInput;
        };
        QVERIFY(refused({}));
        QVERIFY(refused({u" "_s, {}}));
        QVERIFY(refused({{}, u"a value"_s}));
        QVERIFY(refused({{}, {}, {{RegistrationField::Source, {}}}}));
        QCOMPARE(parked().size(), 1);
        QCOMPARE(parked().first().fields, refusedVersion().fields);
    }

    void aParamHasNoTagsAndNoSource()
    {
        server().badKeys.insert(u"bad"_s);
        {
            RunSession run = m_bench->run();
            (void)run.logParams({{u"bad"_s, u"1"_s}});
        }
        QVERIFY(m_bench->settles());
        const qint64 param = parked().first().sequence;
        ParkedEdit source{u"good"_s, {}};
        source.fields = {{RegistrationField::Source, u"x"_s}};
        VERIFY_KIND(
            m_bench->outcome(connector().editParked(param, source)), ErrorKind::InvalidInput);
        ParkedEdit tags{u"good"_s, {}};
        tags.setTags = {{u"a"_s, u"b"_s}};
        VERIFY_KIND(m_bench->outcome(connector().editParked(param, tags)), ErrorKind::InvalidInput);
        QCOMPARE(parked().first().key, u"bad"_s);
    }
};

QTEST_GUILESS_MAIN(TestRegistrations)
#include "test_registrations.moc"
