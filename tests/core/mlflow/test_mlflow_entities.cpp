// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/json_writer.h"
#include "core/mlflow/entity_json.h"

#include <QtTest/QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace Qt::StringLiterals;

namespace {

// As MLflow 3.17.2 sent them, ids included.
const QByteArray kRun = R"({"run": {
    "info": {
      "run_uuid": "3bfa221a446142c482d59b535e286e35", "experiment_id": "1", "run_name": "r1",
      "user_id": "", "status": "RUNNING", "start_time": 1700000000000,
      "artifact_uri": "mlflow-artifacts:/1/3bfa221a446142c482d59b535e286e35/artifacts",
      "lifecycle_stage": "active", "run_id": "3bfa221a446142c482d59b535e286e35"
    },
    "data": {
      "metrics": [
        {"key": "m", "value": "NaN", "timestamp": 1, "step": 0},
        {"key": "i", "value": 1.7976931348623157e+308, "timestamp": 1, "step": 9007199254740993},
        {"key": "acc", "value": 0.1, "timestamp": 1700000000001, "step": 3}
      ],
      "params": [{"key": "p", "value": "1"}],
      "tags": [{"key": "a", "value": "b"}, {"key": "mlflow.runName", "value": "r1"}]
    },
    "inputs": {"dataset_inputs": [{
          "tags": [{"key": "mlflow.data.context", "value": "training"}],
          "dataset": {"name": "ds", "digest": "d1", "source_type": "local", "source": "{}",
                      "schema": "{}"}}]},
    "outputs": {"model_outputs": [
        {"model_id": "m-b62c023cd2b04ee185e7c9d635dcd9c4", "step": 0}]}
  }})";

const QByteArray kModel = R"({"registered_model": {
    "name": "lm1", "creation_timestamp": 1795463980306, "last_updated_timestamp": 1795463980392,
    "latest_versions": [{
        "name": "lm1", "version": "1", "creation_timestamp": 1795463980392,
        "last_updated_timestamp": 1795463980392, "current_stage": "None", "description": "",
        "source": "models:/m-b62c023cd2b04ee185e7c9d635dcd9c4",
        "run_id": "3bfa221a446142c482d59b535e286e35", "status": "READY",
        "tags": [{"key": "op", "value": "1"}], "run_link": "", "aliases": ["champion", "ü"]}],
    "aliases": [{"alias": "champion", "version": "1"}]
  }})";

const QByteArray kLoggedModel = R"({"model": {
    "info": {
      "model_id": "m-b62c023cd2b04ee185e7c9d635dcd9c4", "experiment_id": "1", "name": "mymodel",
      "creation_timestamp_ms": 1795463980178, "last_updated_timestamp_ms": 1795463980275,
      "artifact_uri": "mlflow-artifacts:/1/models/m-b62c023cd2b04ee185e7c9d635dcd9c4/artifacts",
      "status": "LOGGED_MODEL_READY", "model_type": "classifier",
      "source_run_id": "3bfa221a446142c482d59b535e286e35",
      "tags": [{"key": "team", "value": "x"}]
    },
    "data": {"params": [{"key": "alpha", "value": "0.1"}],
             "metrics": [{"key": "acc", "value": 0.9, "timestamp": 5, "step": 0,
                          "model_id": "m-b62c023cd2b04ee185e7c9d635dcd9c4",
                          "dataset_name": "ds", "dataset_digest": "d1"}]}
  }})";

template <typename T>
T decoded(const QByteArray &text, const char *key, T (*decode)(const JsonView &))
{
    T value;
    const auto parsed = readJson(
        text, [&](const JsonView &root) { value = key ? decode(root[key]) : decode(root); });
    return parsed ? value : T{};
}

QByteArray bytes(const QJsonObject &object)
{
    return compactJson(object);
}

} // namespace

class TestMlflowEntities final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsARunWithEverything()
    {
        const Run run = decoded(kRun, "run", decodeRun);
        QCOMPARE(run.info.id.text(), u"3bfa221a446142c482d59b535e286e35"_s);
        QCOMPARE(run.info.name, u"r1"_s);
        QCOMPARE(run.info.status, RunStatus::Running);
        QCOMPARE(run.info.startTime, 1700000000000);
        QCOMPARE(run.info.endTime, 0); // absent while the run goes on
        QCOMPARE(run.info.lifecycle, Lifecycle::Active);
        QVERIFY(std::isnan(run.metric(u"m"_s).value()));
        QCOMPARE(run.metrics.at(1).step, 9007199254740993);
        QCOMPARE(run.metric(u"i"_s).value(), std::numeric_limits<double>::max());
        QVERIFY(!run.metric(u"absent"_s).has_value());
        QCOMPARE(run.param(u"p"_s), u"1"_s);
        QCOMPARE(run.tag(u"mlflow.runName"_s), u"r1"_s);
        QCOMPARE(run.datasets.size(), 1);
        QCOMPARE(run.datasets.at(0).digest, u"d1"_s);
        QCOMPARE(tagValue(run.datasets.at(0).tags, u"mlflow.data.context"_s), u"training"_s);
        QCOMPARE(run.outputs.at(0).modelId.text(), u"m-b62c023cd2b04ee185e7c9d635dcd9c4"_s);
    }

    void readsWhatServersLeaveOut()
    {
        const Run run = decoded(R"({"run":{"info":{"run_uuid":"r"}}})", "run", decodeRun);
        QCOMPARE(run.info.id.text(), u"r"_s); // the old name of the id
        QCOMPARE(run.info.status, RunStatus::Unknown);
        QVERIFY(run.metrics.isEmpty() && run.params.isEmpty() && run.tags.isEmpty());
        QVERIFY(run.datasets.isEmpty() && run.outputs.isEmpty());

        const Run nothing = decoded("{}", "run", decodeRun);
        QVERIFY(nothing.info.id.isEmpty());
        const RegisteredModel model = decoded("{}", nullptr, decodeModel);
        QVERIFY(model.name.isEmpty() && model.aliases.isEmpty() && model.latestVersions.isEmpty());
        const FileInfo folder = decoded(R"({"path":"plots","is_dir":true})", nullptr, decodeFile);
        QVERIFY(folder.isDirectory);
        QCOMPARE(folder.size, -1);
    }

    void readsNumbersInEveryForm_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<double>("expected");
        QTest::newRow("number") << QByteArray("0.25") << 0.25;
        QTest::newRow("integer") << QByteArray("7") << 7.0;
        QTest::newRow("string") << QByteArray("\"1.5\"") << 1.5;
        QTest::newRow("infinity") << QByteArray("\"Infinity\"")
                                  << std::numeric_limits<double>::infinity();
        QTest::newRow("minus infinity")
            << QByteArray("\"-Infinity\"") << -std::numeric_limits<double>::infinity();
    }
    void readsNumbersInEveryForm()
    {
        QFETCH(const QByteArray, value);
        QFETCH(const double, expected);
        const QByteArray text = R"({"key":"k","value":)" + value
            + R"(,"step":"9007199254740993","timestamp":"1700000000000"})";
        const Metric metric = decoded(text, nullptr, decodeMetric);
        QCOMPARE(metric.value, expected);
        QCOMPARE(metric.step, 9007199254740993); // int64 as a string, exact
        QCOMPARE(metric.timestamp, 1700000000000);
    }

    void readsARegisteredModel()
    {
        const RegisteredModel model = decoded(kModel, "registered_model", decodeModel);
        QCOMPARE(model.name, u"lm1"_s);
        QCOMPARE(model.aliases.value(u"champion"_s), u"1"_s);
        QCOMPARE(model.latestVersions.size(), 1);
        const ModelVersion version = model.latestVersions.at(0);
        QCOMPARE(version.stage, u"None"_s);
        QCOMPARE(version.status, u"READY"_s);
        QCOMPARE(version.aliases, QStringList({u"champion"_s, u"ü"_s}));
        QCOMPARE(version.tag(u"op"_s), u"1"_s);
        QCOMPARE(version.creationTime, 1795463980392);
        QCOMPARE(version.loggedModelId().text(), u"m-b62c023cd2b04ee185e7c9d635dcd9c4"_s);
    }

    void findsTheLoggedModelOnlyInItsOwnKindOfSource()
    {
        ModelVersion version;
        version.source = u"mlflow-artifacts:/1/abc/artifacts/model"_s;
        QVERIFY(version.loggedModelId().isEmpty());
        version.source = u"models:/other/3"_s;
        QVERIFY(version.loggedModelId().isEmpty());
        version.source = u"models:/m-name/3"_s; // a model called "m-name"
        QVERIFY(version.loggedModelId().isEmpty());
    }

    void readsALoggedModel()
    {
        const LoggedModel model = decoded(kLoggedModel, "model", decodeLoggedModel);
        QCOMPARE(model.id.text(), u"m-b62c023cd2b04ee185e7c9d635dcd9c4"_s);
        QCOMPARE(model.status, u"LOGGED_MODEL_READY"_s);
        QCOMPARE(model.sourceRunId.text(), u"3bfa221a446142c482d59b535e286e35"_s);
        QCOMPARE(model.params.at(0).value, u"0.1"_s);
        QCOMPARE(model.metrics.at(0).datasetDigest, u"d1"_s);
        QCOMPARE(model.creationTime, 1795463980178);
    }

    void readsADeletedExperiment()
    {
        const Experiment experiment = decoded(
            R"({"experiment_id":"7","name":"x","lifecycle_stage":"deleted","workspace":"default"})",
            nullptr, decodeExperiment);
        QCOMPARE(experiment.id.text(), u"7"_s);
        QCOMPARE(experiment.lifecycle, Lifecycle::Deleted);
        QVERIFY(experiment.tags.isEmpty());
    }

    void readsPages()
    {
        Page<Experiment> page;
        QVERIFY(readJson(R"({"experiments":[{"experiment_id":"1"}],"next_page_token":"t"})",
            [&](const JsonView &root) {
                page = decodePage(root, "experiments", decodeExperiment);
            }));
        QCOMPARE(page.items.size(), 1);
        QCOMPARE(page.nextToken, u"t"_s);
        QVERIFY(readJson("{}", [&](const JsonView &root) {
            page = decodePage(root, "experiments", decodeExperiment);
        }));
        QVERIFY(page.items.isEmpty());
        QVERIFY(page.nextToken.isEmpty());
    }

    void neverWritesABareNan()
    {
        Metric metric{u"k"_s, std::nan(""), 1, 2, {}, {}, {}};
        QCOMPARE(bytes(encode(metric)).contains("\"NaN\""), true);
        metric.value = -std::numeric_limits<double>::infinity();
        QVERIFY(bytes(encode(metric)).contains("\"-Infinity\""));
    }

    void writesBigStepsExactly()
    {
        const Metric metric{u"k"_s, 0.1, 1700000000001, 9007199254740993, {}, {}, {}};
        const QByteArray text = bytes(encode(metric));
        QVERIFY2(text.contains("9007199254740993"), text.constData());
        QVERIFY2(text.contains("1700000000001"), text.constData());
        QVERIFY2(!text.contains("model_id") && !text.contains("dataset"), text.constData());
        const Metric back = decoded(text, nullptr, decodeMetric);
        QCOMPARE(back.step, metric.step);
        QCOMPARE(back.value, metric.value);
    }

    void knowsEveryStatusWord()
    {
        for (const RunStatus status : {RunStatus::Running, RunStatus::Scheduled,
                 RunStatus::Finished, RunStatus::Failed, RunStatus::Killed})
            QCOMPARE(runStatusFrom(nameOf(status)), status);
        QCOMPARE(runStatusFrom(u"running"_s), RunStatus::Unknown);
        QCOMPARE(nameOf(ViewType::All), u"ALL"_s);
    }

    void readsVersionNumbers()
    {
        ServerInfo info;
        info.version = u"3.17.2"_s;
        QCOMPARE(info.major(), 3);
        QCOMPARE(info.minor(), 17);
        info.version = u"2.9rc1"_s;
        QCOMPARE(info.minor(), 9);
        info.version.clear();
        QCOMPARE(info.major(), 0);
    }
};

QTEST_GUILESS_MAIN(TestMlflowEntities)
#include "test_mlflow_entities.moc"
