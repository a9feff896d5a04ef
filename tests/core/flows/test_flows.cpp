// SPDX-License-Identifier: GPL-3.0-or-later
// Whole flows against a scripted engine and a server kept in memory.
#include "core/flows/flow_specs.h"
#include "core/tracking/connector.h"
#include "core/workspace/environment_files.h"
#include "core/workspace/home.h"
#include "core/workspace/python_environment.h"
#include "tests/core/promotion/fake_registry.h"
#include "tests/support/await.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

void writeFile(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

QStringList statesOf(const Flow &flow)
{
    QStringList states;
    for (const FlowStep &step : flow.steps())
        states.append(step.id % u'=' % nameOf(step.state));
    return states;
}

} // namespace

class TestFlows final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        const QString root = m_dir->path();
        makeEnvironment(root % u"/env"_s);
        qputenv("SIGNALBOX_ENV_DIR", QFile::encodeName(root % u"/env"_s));
        qunsetenv("SIGNALBOX_FAKE_ENGINE");
        qunsetenv("SIGNALBOX_FAKE_LEAK");
        const QString source = QStringLiteral(SIGNALBOX_SOURCE_DIR);
        QDir().mkpath(root % u"/resources"_s);
        QFile::link(source % u"/tests/core/flows/fake_engine"_s, root % u"/resources/engine"_s);
        QFile::link(source % u"/resources/policies"_s, root % u"/resources/policies"_s);
        writeFile(root % u"/rows.csv"_s, "x,y\n1,0\n2,1\n");

        m_home = std::make_unique<Home>(root % u"/home"_s);
        m_environment = std::make_unique<PythonEnvironment>(*m_home);
        auto transport = std::make_unique<FakeTransport>();
        m_mlflow = std::make_unique<FakeRegistry>(*transport);
        RestConfig config;
        config.baseUrl = QUrl(u"http://mlflow.test"_s);
        m_server = std::make_unique<mlflow::Server>(config, std::move(transport));
        auto opened = Connector::open(*m_server, root % u"/journal"_s, {u"test"_s, u"Test"_s});
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
        m_context = {m_connector.get(), m_home.get(), m_environment.get(),
            QString(root % u"/resources"_s), u"ann"_s, 60s};
    }

    void cleanup()
    {
        m_flow.reset();
        m_connector.reset();
        m_server.reset();
        m_mlflow.reset();
        m_environment.reset();
    }

    void pipelineLeavesAParentAndThreeFinishedChildren()
    {
        m_flow = makePipeline(pipeline(), m_context);
        QSignalSpy linked(m_flow.get(), &Flow::runLinked);
        const auto result = await(m_flow->start());
        VERIFY_OK(result);
        QCOMPARE(m_mlflow->runNamed(u"pipeline churn"_s).status, u"FINISHED"_s);
        for (const QString &role : {u"selection"_s, u"training"_s, u"deployment"_s}) {
            const FakeRegistry::Run run = m_mlflow->runNamed(role);
            QCOMPARE(run.status, u"FINISHED"_s);
            QCOMPARE(m_mlflow->runs.value(run.tags.value(u"mlflow.parentRunId"_s)).name,
                u"pipeline churn"_s);
            QCOMPARE(run.tags.value(u"signalbox.flow_id"_s), m_flow->id());
            QCOMPARE(run.tags.value(u"mlflow.user"_s), u"ann"_s);
            QVERIFY(!result.value()[u"children"_s][role].toString().isEmpty());
        }
        QCOMPARE(linked.count(), 4);
        const FakeRegistry::Run training = m_mlflow->runNamed(u"training"_s);
        QCOMPARE(training.metrics.value(u"test_roc_auc"_s), 0.95);
        QCOMPARE(training.inputs, 2);
        QCOMPARE(m_mlflow->runNamed(u"selection"_s).params.value(u"selected"_s),
            u"LogisticRegression"_s);
        QCOMPARE(result.value()[u"model"_s][u"version"_s].toString(), u"1"_s);
        QCOMPARE(result.value()[u"model"_s][u"stage"_s].toString(), u"Staging"_s);
        QCOMPARE(result.value()[u"metrics"_s][u"test"_s][u"roc_auc"_s].toDouble(), 0.95);
        QCOMPARE(m_mlflow->aliases.value(u"staging"_s), u"1"_s);
        for (const QString &state : statesOf(*m_flow))
            QVERIFY2(state.endsWith(u"=done"_s), qPrintable(state));
        QTRY_VERIFY(QDir(m_home->path(u"jobs"_s)).isEmpty()); // though the flow still lives
    }

    void aCrashedEngineFailsChildAndParentWithTheReason()
    {
        qputenv("SIGNALBOX_FAKE_ENGINE", "train:crash");
        m_flow = makePipeline(pipeline(), m_context);
        const auto result = await(m_flow->start());
        VERIFY_KIND(result, ErrorKind::Engine);
        QCOMPARE(exitCodeFor(result.error()), 7);
        QCOMPARE(m_mlflow->runNamed(u"selection"_s).status, u"FINISHED"_s);
        for (const QString &name : {u"training"_s, u"pipeline churn"_s}) {
            const FakeRegistry::Run run = m_mlflow->runNamed(name);
            QCOMPARE(run.status, u"FAILED"_s);
            QCOMPARE(run.tags.value(u"signalbox.error.kind"_s), u"Engine"_s);
            QVERIFY(run.tags.value(u"signalbox.error.message"_s).contains(u"SIGKILL"_s));
        }
        QCOMPARE(m_mlflow->runNamed(u"training"_s).metrics.value(u"round_train_loss"_s), 0.5);
        QVERIFY(statesOf(*m_flow).contains(u"training/train=failed"_s));
        QVERIFY(m_mlflow->versions.isEmpty());
    }

    void cancellingKillsTheRuns()
    {
        qputenv("SIGNALBOX_FAKE_ENGINE", "train:hang");
        m_flow = makePipeline(pipeline(), m_context);
        QSignalSpy metrics(m_flow.get(), &Flow::metric);
        const Call<QJsonObject> call = m_flow->start();
        QTRY_VERIFY_WITH_TIMEOUT(metrics.count() > 0, 30'000);
        m_flow->cancel();
        VERIFY_KIND(await(call), ErrorKind::Cancelled);
        QTRY_COMPARE_WITH_TIMEOUT(m_mlflow->runNamed(u"training"_s).status, u"KILLED"_s, 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(
            m_mlflow->runNamed(u"pipeline churn"_s).status, u"KILLED"_s, 10'000);
        QTRY_VERIFY(QDir(m_home->path(u"jobs"_s)).isEmpty());
    }

    void deletingARunningFlowKillsItsRun()
    {
        qputenv("SIGNALBOX_FAKE_ENGINE", "train:hang");
        m_flow = makeTrainer(trainer(), m_context);
        QSignalSpy metrics(m_flow.get(), &Flow::metric);
        const Call<QJsonObject> call = m_flow->start();
        QTRY_VERIFY_WITH_TIMEOUT(metrics.count() > 0, 30'000);
        m_flow.reset();
        QVERIFY(call.isFinished());
        QTRY_COMPARE_WITH_TIMEOUT(m_mlflow->runNamed(u"training"_s).status, u"KILLED"_s, 10'000);
    }

    void badInputLeavesNoRun_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"no file", "empty file", "no target", "algorithm", "model name",
                 "condition", "policy", "stage", "engine says no"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }

    void badInputLeavesNoRun()
    {
        QFETCH(QString, what);
        PipelineSpec spec = pipeline();
        if (what == u"no file"_s)
            spec.data.file = u"/nowhere/rows.csv"_s;
        if (what == u"empty file"_s) {
            spec.data.file = m_dir->filePath(u"empty.csv"_s);
            writeFile(spec.data.file, {});
        }
        if (what == u"no target"_s)
            spec.data.target.clear();
        if (what == u"algorithm"_s)
            spec.algorithm = u"Prophet"_s;
        if (what == u"model name"_s)
            spec.model = u"a/b"_s;
        if (what == u"condition"_s)
            spec.require = {u"cheap"_s};
        if (what == u"policy"_s)
            spec.policyFile = u"/nowhere/policy.json"_s;
        if (what == u"stage"_s)
            spec.to = Stage::Archived;
        if (what == u"engine says no"_s)
            qputenv("SIGNALBOX_FAKE_ENGINE", "inspect:error");
        m_flow = makePipeline(spec, m_context);
        const auto result = await(m_flow->start());
        VERIFY_KIND(result, what == u"stage"_s ? ErrorKind::Refused : ErrorKind::InvalidInput);
        QVERIFY(!result.error().hint.isEmpty());
        QVERIFY(m_mlflow->runs.isEmpty());
        QVERIFY(m_connector->journalStatus().isEmpty());
    }

    //! Benchmarks of such a table would mean nothing, so it is refused before there is a run.
    void aColumnThatGivesTheAnswerAwayNeedsAReason()
    {
        qputenv("SIGNALBOX_FAKE_LEAK", "1");
        PipelineSpec spec = pipeline();
        m_flow = makePipeline(spec, m_context);
        const auto refused = await(m_flow->start());
        VERIFY_KIND(refused, ErrorKind::InvalidInput);
        QVERIFY(refused.error().message.endsWith(
            u"gives the answer away: Column 'x' alone decides the target for 100.0% of the rows."_s));
        QVERIFY(refused.error().hint.contains(u"--allow-leakage"_s));
        QVERIFY(m_mlflow->runs.isEmpty());
        spec.data.allowLeakage = u"known when it is asked"_s;
        m_flow = makePipeline(spec, m_context);
        VERIFY_OK(await(m_flow->start()));
        QCOMPARE(m_mlflow->runNamed(u"training"_s).tags.value(u"allowed"_s),
            u"known when it is asked"_s);
    }

    void anOutageMakesTheRegistrationWaitAndNothingIsLost()
    {
        m_mlflow->reachable = false;
        m_flow = makeTrainer(trainer(), m_context);
        QStringList states;
        connect(m_flow.get(), &Flow::stepChanged, this, [&](int, const FlowStep &step) {
            if (step.id != u"register"_s)
                return;
            states.append(nameOf(step.state));
            if (step.state == StepState::Waiting)
                m_mlflow->reachable = true;
        });
        const auto result = await(m_flow->start());
        VERIFY_OK(result);
        QVERIFY(states.contains(u"waiting"_s));
        QCOMPARE(result.value()[u"model"_s][u"version"_s].toString(), u"1"_s);
        QCOMPARE(m_mlflow->runNamed(u"training"_s).status, u"FINISHED"_s);
        QCOMPARE(m_mlflow->runNamed(u"training"_s).metrics.value(u"test_roc_auc"_s), 0.95);
    }

    void aLongOutageEndsWithTheRemedyAndKeepsTheRun()
    {
        m_mlflow->reachable = false;
        m_context.waitLimit = 1s;
        m_flow = makeTrainer(trainer(), m_context);
        const auto result = await(m_flow->start());
        VERIFY_KIND(result, ErrorKind::Network);
        QCOMPARE(exitCodeFor(result.error()), 3);
        QVERIFY(result.error().hint.contains(u"journal flush"_s));
        QVERIFY(!m_connector->journalStatus().isEmpty());
        QCOMPARE(m_flow->partialResult()[u"metrics"_s][u"test"_s][u"roc_auc"_s].toDouble(), 0.95);
    }

    void aRefusedGateFailsTheDeploymentButKeepsTheVersion()
    {
        m_mlflow->auc = 0.5;
        m_flow = makePipeline(pipeline(), m_context);
        const auto result = await(m_flow->start());
        VERIFY_KIND(result, ErrorKind::Refused);
        QCOMPARE(exitCodeFor(result.error()), 4);
        const QJsonObject partial = m_flow->partialResult();
        QVERIFY(!partial[u"gates"_s].toArray().isEmpty());
        QCOMPARE(partial[u"allowed"_s].toBool(true), false);
        QCOMPARE(partial[u"model"_s][u"stage"_s].toString(), u"None"_s);
        QCOMPARE(m_mlflow->runNamed(u"training"_s).status, u"FINISHED"_s);
        QCOMPARE(m_mlflow->runNamed(u"deployment"_s).status, u"FAILED"_s);
        QCOMPARE(m_mlflow->runNamed(u"pipeline churn"_s).status, u"FAILED"_s);
        QVERIFY(m_mlflow->transitions.isEmpty());
    }

    void selectorGivesTheContractsDocument()
    {
        SelectorSpec spec;
        spec.data = data();
        spec.exclude = {u"randomforest"_s};
        m_flow = makeSelector(spec, m_context);
        const auto result = await(m_flow->start());
        VERIFY_OK(result);
        const QJsonArray ranked = result.value()[u"ranked"_s].toArray();
        QCOMPARE(ranked.size(), 3);
        QCOMPARE(ranked.first()[u"algorithm"_s].toString(), u"LogisticRegression"_s);
        QCOMPARE(ranked.first()[u"benchmark"_s][u"mean"_s].toDouble(), 0.9);
        QVERIFY(ranked.first()[u"components"_s][u"speed"_s].isDouble());
        QCOMPARE(result.value()[u"selected"_s].toString(), u"LogisticRegression"_s);
        QVERIFY(result.value()[u"run_id"_s].isString());
        QVERIFY(m_mlflow->files.filter(u"rationale.md"_s).size() == 1);
        QVERIFY(m_mlflow->files.filter(u"selection.json"_s).size() == 1);
        QStringList reasons;
        for (const QJsonValue &entry : result.value()[u"excluded"_s].toArray())
            reasons.append(
                entry[u"algorithm"_s].toString() % u": "_s % entry[u"reason"_s].toString());
        QVERIFY(reasons.contains(u"RandomForest: excluded on request"_s));
    }

private:
    //! An environment that counts as ready, whose interpreter is the system's.
    void makeEnvironment(const QString &folder)
    {
        const auto files = EnvironmentFiles::at(folder, Home::resourcesDir());
        QDir().mkpath(folder % u"/bin"_s);
        QFile::link(u"/usr/bin/python3"_s, files.python());
        writeFile(files.marker(), files.requirementsDigest());
    }

    [[nodiscard]] DataSpec data() const
    {
        DataSpec data;
        data.file = m_dir->filePath(u"rows.csv"_s);
        data.target = u"y"_s;
        return data;
    }

    [[nodiscard]] PipelineSpec pipeline() const
    {
        PipelineSpec spec;
        spec.data = data();
        spec.model = u"churn"_s;
        return spec;
    }

    [[nodiscard]] TrainerSpec trainer() const
    {
        TrainerSpec spec;
        spec.data = data();
        spec.algorithm = u"xgboost"_s;
        spec.registerAs = u"churn"_s;
        return spec;
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Home> m_home;
    std::unique_ptr<PythonEnvironment> m_environment;
    std::unique_ptr<FakeRegistry> m_mlflow;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;
    std::unique_ptr<Flow> m_flow;
    FlowContext m_context;
};

QTEST_GUILESS_MAIN(TestFlows)
#include "test_flows.moc"
