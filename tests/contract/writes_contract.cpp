// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/connector.h"
#include "tests/contract/contract_case.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtTest/QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// A model that needs nothing but MLflow itself, so that every environment can load it.
constexpr auto kMlmodel = "artifact_path: elsewhere\n"
                          "flavors:\n"
                          "  python_function:\n"
                          "    code: code\n"
                          "    loader_module: contract_model\n"
                          "    python_version: 3.11.2\n"
                          "mlflow_version: 2.9.2\n"
                          "utc_time_created: '2026-11-23 15:21:22.478787'\n";
constexpr auto kCode = "class Model:\n"
                       "    def predict(self, data):\n"
                       "        return [2 * x for x in data['x']]\n"
                       "def _load_pyfunc(path):\n"
                       "    return Model()\n";
constexpr auto kPredict = "import sys, mlflow.pyfunc, pandas\n"
                          "model = mlflow.pyfunc.load_model(sys.argv[1])\n"
                          "print('answer', model.predict(pandas.DataFrame({'x': [3, 4]})))\n";

bool write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

} // namespace

//! What a program records through the Connector, and what MLflow then has, whichever it is.
class WritesContract final : public QObject {
    Q_OBJECT

public:
    explicit WritesContract(Contract &contract)
        : m(contract)
        , s(contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server &s;
    std::unique_ptr<Connector> m_connector;
    RunLink m_link; // of a run with a model

    RunSession run(const QString &name) { return m_connector->startRun({u"recorded"_s, name}); }
    ModelFolder modelFolder()
    {
        const QDir root(m.localPath(u"folder"_s));
        const bool made = root.mkpath(u"code"_s) && write(root.filePath(u"MLmodel"_s), kMlmodel)
            && write(root.filePath(u"code/contract_model.py"_s), kCode)
            && write(root.filePath(u"requirements.txt"_s), "mlflow\n");
        return made ? ModelFolder{root.path(), u"model"_s, u"doubler"_s, {}, {}} : ModelFolder();
    }
    //! What MLflow's own client of the same version says to a model.
    [[nodiscard]] QByteArray predictionOf(const QString &modelUri)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"MLFLOW_TRACKING_URI"_s, s.url().toString());
        environment.insert(u"PYTHONDONTWRITEBYTECODE"_s, u"1"_s);
        QProcess python;
        python.setProcessEnvironment(environment);
        python.start(RealServer::python(), {u"-c"_s, QString::fromLatin1(kPredict), modelUri});
        return python.waitForFinished(150'000) && python.exitCode() == 0
            ? python.readAllStandardOutput()
            : python.readAllStandardError();
    }
    void checkVersion(const mlflow::ModelVersion &version)
    {
        QCOMPARE(version.status, u"READY"_s);
        QCOMPARE(version.runId, m_link.runId);
        QCOMPARE(version.source,
            m.has(u"logged-models"_s) ? QString(u"models:/"_s % m_link.modelId.text())
                                      : QString(m_link.artifactUri % u"/model"));
        const auto file =
            await(s.artifacts.readVersionFile(version.name, version.version, u"MLmodel"_s));
        VERIFY_OK(file);
        QCOMPARE(*file, QByteArray(kMlmodel));
    }

private Q_SLOTS:
    void initTestCase()
    {
        auto opened = Connector::open(s, m.localPath(u"journal"_s), {u"contract"_s, {}});
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
    }
    void cleanupTestCase() { m_connector.reset(); }

    void aRunArrivesWhole()
    {
        RunSession session = run(u"whole"_s);
        (void)session.logParams({{u"lr"_s, u"0.1"_s}});
        (void)session.setTags({{u"owner"_s, u"änn"_s}});
        (void)session.logMetrics({{u"loss"_s, 0.5, kStart, 1},
            {u"loss"_s, std::numeric_limits<double>::quiet_NaN(), kStart, 2},
            {u"rest"_s, 2.0, kStart, 3}});
        (void)session.logInputs({{u"cancer"_s, m.freshName(), u"local"_s, u"{}"_s, {}, {},
            {{u"mlflow.data.context"_s, u"training"_s}}}});
        (void)session.logText(u"notes on ü"_s, u"notes/ü + .txt"_s);
        (void)session.finish();
        const auto link = await(session.synced());
        VERIFY_OK(link);
        const auto stored = await(s.runs.get(link->runId));
        VERIFY_OK(stored);
        QCOMPARE(stored->info.status, mlflow::RunStatus::Finished);
        QCOMPARE(stored->param(u"lr"_s), u"0.1"_s);
        QCOMPARE(stored->tag(u"owner"_s), u"änn"_s);
        QVERIFY(std::isnan(stored->metric(u"loss"_s).value()));
        QCOMPARE(stored->metric(u"rest"_s).value(), 2.0);
        QCOMPARE(stored->datasets.size(), 1);
        const auto file = await(s.artifacts.read(link->artifactUri, u"notes/ü + .txt"_s));
        VERIFY_OK(file);
        QCOMPARE(*file, u"notes on ü"_s.toUtf8());
    }

    void aModelIsLoggedAsThisMlflowKnowsModels()
    {
        RunSession session = run(u"model"_s);
        (void)session.logModel(modelFolder());
        (void)session.finish();
        const auto link = await(session.synced());
        VERIFY_OK(link);
        m_link = *link;
        QCOMPARE(m_link.modelId.isEmpty(), !m.has(u"logged-models"_s));
        const auto stored = await(s.runs.get(m_link.runId));
        VERIFY_OK(stored);
        if (m.has(u"logged-models"_s)) {
            QCOMPARE(await(s.loggedModels.get(m_link.modelId))->status, u"LOGGED_MODEL_READY"_s);
            QCOMPARE(stored->outputs.size(), 1);
            return;
        }
        const QString history = stored->tag(u"mlflow.log-model.history"_s);
        QVERIFY2(history.contains(u"\"contract_model\""_s), qPrintable(history));
        const auto files = await(s.artifacts.list(m_link.runId, u"model"_s));
        VERIFY_OK(files);
        QCOMPARE(files->size(), 3); // MLmodel, requirements.txt, code
    }

    void aModelIsRegisteredAndLoadedByMlflowsOwnClient()
    {
        RegisterModel request{u"recorded model"_s, m_link.modelId, {}, m_link.runId, {}, {}};
        if (m_link.modelId.isEmpty())
            request.source = QString(m_link.artifactUri % u"/model");
        const auto version = await(m_connector->registerModel(request));
        VERIFY_OK(version);
        QCOMPARE(version->version, u"1"_s);
        checkVersion(*version);
        const QByteArray said = predictionOf(u"models:/recorded model/1"_s);
        QVERIFY2(said.contains("answer [6, 8]"), said.constData());
    }

    void aVersionOfARunOfTheJournalFindsItsModel()
    {
        NewModelVersion request;
        request.name = u"recorded model"_s;
        request.run = m_link.localId;
        VERIFY_OK(await(m_connector->addModelVersion(request)));
        const auto left = await(m_connector->flush(30s));
        VERIFY_OK(left);
        QVERIFY(left->isEmpty() && left->parked.isEmpty());
        const auto version = await(s.registry.getVersion(request.name, u"2"_s));
        VERIFY_OK(version);
        checkVersion(*version);
    }

    void aPromptTakesNoVersionOfAModel()
    {
        const QString name = m.freshName();
        VERIFY_OK(
            await(s.registry.createModel(name, {}, {{u"mlflow.prompt.is_prompt"_s, u"true"_s}})));
        if (!await(s.registry.searchModels(u"name = '%1'"_s.arg(name)))->items.isEmpty())
            QSKIP("this MLflow was asked and knows no prompts");
        RegisterModel request{name, m_link.modelId, {}, m_link.runId, {}, {}};
        if (m_link.modelId.isEmpty())
            request.source = QString(m_link.artifactUri % u"/model");
        VERIFY_KIND(await(m_connector->registerModel(request)), ErrorKind::Conflict);
        const auto versions = await(s.registry.searchVersions(u"name = '%1'"_s.arg(name)));
        VERIFY_OK(versions);
        QVERIFY(versions->items.isEmpty());
        VERIFY_OK(await(s.registry.deleteModel(name)));
    }

    void aVersionMovesToItsStageAndAlias()
    {
        const QString name = u"recorded model"_s;
        const auto moved =
            await(m_connector->transitionModelVersionStage(name, u"2"_s, u"Staging"_s, true));
        VERIFY_OK(moved);
        QCOMPARE(moved->stage, u"Staging"_s);
        VERIFY_OK(await(m_connector->setAlias(name, u"challenger"_s, u"2"_s)));
        QCOMPARE(await(s.registry.versionByAlias(name, u"challenger"_s))->version, u"2"_s);
    }

    void aFileAndAFolderOfOneNameAreRefusedBeforeTheServerFails()
    {
        // MLflow answers a file below a file with an internal error, which no waiting would cure.
        VERIFY_OK(m.put(u"taken"_s, "x"));
        const auto below = m.put(u"taken/child"_s, "x");
        QVERIFY(!below);
        QCOMPARE(below.error().httpStatus, 500);
        RunSession session = run(u"names"_s);
        VERIFY_OK(await(session.logText(u"x"_s, u"taken"_s)));
        VERIFY_KIND(await(session.logText(u"x"_s, u"taken/child"_s)), ErrorKind::InvalidInput);
        VERIFY_OK(await(session.logText(u"x"_s, u"model"_s)));
        VERIFY_KIND(await(session.logModel(modelFolder())), ErrorKind::InvalidInput);
    }
};

std::unique_ptr<QObject> signalbox::test::writesContract(Contract &contract)
{
    return std::make_unique<WritesContract>(contract);
}

#include "writes_contract.moc"
