// SPDX-License-Identifier: GPL-3.0-or-later
// The pipeline with the real engine on real data against a real MLflow server of a clean home.
#include "core/engine/command.h"
#include "core/flows/flow_specs.h"
#include "core/tracking/connector.h"
#include "core/workspace/environment_files.h"
#include "core/workspace/local_server.h"
#include "core/workspace/python_environment.h"
#include "tests/support/await.h"

#include <QtCore/QJsonArray>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestPipelineLive final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_home = std::make_unique<Home>(m_dir->filePath(u"home"_s));
        m_environment = std::make_unique<PythonEnvironment>(*m_home);
        if (!m_environment->status().ready)
            QFAIL("no Python environment: set SIGNALBOX_ENV_DIR to one");
        m_local = std::make_unique<LocalServer>(*m_home, *m_environment);
        const auto started = await(m_local->start(), kPatience);
        VERIFY_OK(started);
        RestConfig config;
        config.baseUrl = started->url;
        m_server = std::make_unique<mlflow::Server>(config);
        VERIFY_OK(await(m_server->connectToServer(), kPatience));
        auto opened =
            Connector::open(*m_server, m_home->path(u"journal"_s), {u"test"_s, u"Test"_s});
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
        m_context = {m_connector.get(), m_home.get(), m_environment.get(), Home::resourcesDir(),
            u"ann"_s, 120s};
    }

    void cleanupTestCase()
    {
        m_connector.reset();
        m_server.reset();
        if (m_local)
            QVERIFY(await(m_local->stop(), kPatience).hasValue());
    }

    void pipelineOnRealData_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("metric");
        QTest::addColumn<double>("atLeast");
        QTest::newRow("binary") << u"breast_cancer"_s << u"roc_auc"_s << 0.97;
        QTest::newRow("multiclass") << u"wine"_s << u"accuracy"_s << 0.85;
        QTest::newRow("regression") << u"diabetes"_s << u"r2"_s << 0.20;
    }

    void pipelineOnRealData()
    {
        QFETCH(QString, name);
        QFETCH(QString, metric);
        QFETCH(double, atLeast);
        const auto demo = await(makeDemoData(name, m_context, this), kPatience);
        VERIFY_OK(demo);
        const auto flow = makePipeline(specFor(demo.value(), name), m_context);
        const auto result = await(flow->start(), kPatience);
        VERIFY_OK(result);
        const QJsonObject document = result.value();
        const double value = document[u"metrics"_s][u"test"_s][metric].toDouble();
        QVERIFY2(value >= atLeast, qPrintable(QString::number(value)));
        QCOMPARE(document[u"model"_s][u"stage"_s].toString(), u"Staging"_s);
        QVERIFY(document[u"allowed"_s].toBool());
        for (const FlowStep &step : flow->steps())
            QCOMPARE(step.state, StepState::Done);
        checkWithMlflow(demo.value(), name, metric);
    }

    void productionIsRefusedByTheDefaultPolicyAndChangesNothing()
    {
        DeployerSpec spec;
        spec.model = u"wine"_s;
        spec.version = u"1"_s;
        spec.to = Stage::Production;
        const auto flow = makeDeployer(spec, m_context);
        const auto result = await(flow->start(), kPatience);
        VERIFY_KIND(result, ErrorKind::Refused);
        const auto version = await(m_connector->modelVersion(u"wine"_s, u"1"_s), kPatience);
        VERIFY_OK(version);
        QCOMPARE(version->stage, u"Staging"_s);
        QCOMPARE(flow->partialResult()[u"gates"_s].toArray().size(), 11);
    }

    //! The server's own archiving is not atomic: parallel moves would leave several in Production.
    void parallelPromotionsLeaveOneChampion()
    {
        const auto first = await(m_connector->modelVersion(u"wine"_s, u"1"_s), kPatience);
        VERIFY_OK(first);
        RegisterModel again;
        again.name = u"wine"_s;
        again.modelId = first->loggedModelId();
        again.runId = first->runId;
        for (int i = 0; i < 3; ++i)
            VERIFY_OK(await(m_connector->registerModel(again), kPatience));
        const Policy policy = defaultPolicy(Home::resourcesDir()).value();
        Waivers waivers;
        for (const GateRule &rule : policy.rulesFor(Stage::Production, u"multiclass"_s))
            waivers.insert(rule.id(), u"a drill"_s);
        std::vector<std::unique_ptr<Promoter>> promoters;
        QList<Call<PromotionResult>> calls;
        for (const QString &version : {u"1"_s, u"2"_s, u"3"_s, u"4"_s}) {
            promoters.push_back(std::make_unique<Promoter>(*m_connector));
            calls.append(promoters.back()->promote(
                {u"wine"_s, version, Stage::Production, u"race"_s, waivers}, policy));
        }
        int won = 0;
        for (const Call<PromotionResult> &call : calls) {
            const auto result = await(call, kPatience);
            won += result ? 1 : 0;
            if (!result)
                VERIFY_KIND(result, ErrorKind::Conflict);
        }
        QCOMPARE(won, 1);
        const auto versions = await(m_server->registry.versions(u"wine"_s), kPatience);
        const auto model = await(m_server->registry.getModel(u"wine"_s), kPatience);
        VERIFY_OK(versions);
        VERIFY_OK(model);
        QStringList holders;
        for (const mlflow::ModelVersion &version : versions.value()) {
            if (stageOf(version) == Stage::Production)
                holders.append(version.version);
        }
        QCOMPARE(holders, QStringList{model->aliases.value(u"champion"_s)});
    }

    void badDataIsNamedAndLeavesNoRun_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("algorithm");
        QTest::addColumn<QString>("told");
        QByteArray rows("x,y\n");
        QByteArray constant("x,y\n");
        for (int i = 0; i < 60; ++i) {
            rows += QByteArray::number(i * 37 % 60 * 0.37) + ',' + QByteArray::number(i * i * 0.11)
                + '\n';
            constant += QByteArray::number(i * 0.37) + ",1\n";
        }
        QTest::newRow("no such target")
            << QByteArray("a,b\n1,2\n2,3\n3,4\n") << QString() << u"y"_s;
        QTest::newRow("constant target") << constant << QString() << u"y"_s;
        QTest::newRow("one row") << QByteArray("x,y\n1,2\n") << QString() << u"bad.csv"_s;
        QTest::newRow("only a header") << QByteArray("x,y\n") << QString() << u"bad.csv"_s;
        QTest::newRow("binary file") << QByteArray("\x7f"
                                                   "ELF\0\1\2\3\xff\xfe\0\0",
            12) << QString() << u"bad.csv"_s;
        QTest::newRow("algorithm of another problem")
            << rows << u"LogisticRegression"_s << u"LogisticRegression"_s;
    }

    void badDataIsNamedAndLeavesNoRun()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, algorithm);
        QFETCH(QString, told);
        QFile file(m_dir->filePath(u"bad.csv"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        PipelineSpec spec = specFor({file.fileName(), u"y"_s}, u"never"_s);
        spec.algorithm = algorithm;
        const auto flow = makePipeline(spec, m_context);
        const auto result = await(flow->start(), kPatience);
        VERIFY_KIND(result, ErrorKind::InvalidInput);
        QVERIFY2(result.error().message.contains(told), qPrintable(result.error().text()));
        QVERIFY2(!result.error().hint.isEmpty(), qPrintable(result.error().text()));
        QVERIFY(m_connector->journalStatus().isEmpty());
        VERIFY_KIND(
            await(m_server->experiments.getByName(u"never"_s), kPatience), ErrorKind::NotFound);
    }

    //! The server goes away while the engine trains and comes back later: nothing is lost.
    void aServerThatGoesAwayDuringTheTrainingLosesNothing()
    {
        const auto demo = await(makeDemoData(u"diabetes"_s, m_context, this), kPatience);
        VERIFY_OK(demo);
        const auto flow = makePipeline(specFor(demo.value(), u"outage"_s), m_context);
        bool stopped = false;
        bool restarted = false;
        connect(flow.get(), &Flow::stepChanged, this, [&](int, const FlowStep &step) {
            if (step.id == u"training/train"_s && !stopped) {
                stopped = true;
                m_stopping = m_local->stop();
            }
            if (step.state == StepState::Waiting && stopped && !restarted) {
                restarted = true;
                m_starting = m_local->start();
            }
        });
        const auto result = await(flow->start(), kPatience);
        QVERIFY(stopped);
        QVERIFY(restarted);
        VERIFY_OK(result);
        QCOMPARE(result.value()[u"model"_s][u"stage"_s].toString(), u"Staging"_s);
        QTRY_VERIFY_WITH_TIMEOUT(m_connector->journalStatus().isEmpty(), 60'000);
        checkWithMlflow(demo.value(), u"outage"_s, u"r2"_s);
    }

private:
    static constexpr int kPatience = 300'000;

    [[nodiscard]] static PipelineSpec specFor(const DemoData &demo, const QString &model)
    {
        PipelineSpec spec;
        spec.data.file = demo.file;
        spec.data.target = demo.target;
        spec.model = model;
        spec.trials = 5;
        return spec;
    }

    void checkWithMlflow(const DemoData &demo, const QString &model, const QString &metric)
    {
        Command command;
        command.program = m_environment->python();
        command.arguments = {
            QStringLiteral(SIGNALBOX_SOURCE_DIR "/tests/core/flows/check_pipeline.py"),
            m_local->status().url.toString(), model, model, u"1"_s, demo.file, demo.target, metric};
        command.environment = pythonProcessEnvironment();
        command.environment.insert(u"MLFLOW_DISABLE_TELEMETRY"_s, u"true"_s);
        const auto outcome = await(runCommand(command, this), kPatience);
        VERIFY_OK(outcome);
        QVERIFY2(outcome->exitCode == 0, qPrintable(outcome->lines.join(u'\n')));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Home> m_home;
    std::unique_ptr<PythonEnvironment> m_environment;
    std::unique_ptr<LocalServer> m_local;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;
    FlowContext m_context;
    Call<void> m_stopping;
    Call<LocalServerStatus> m_starting;
};

QTEST_GUILESS_MAIN(TestPipelineLive)
#include "test_pipeline_live.moc"
