// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cmath>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! The calls that the other parts leave out, one test each.
class CallsContract final : public QObject {
    Q_OBJECT

public:
    explicit CallsContract(Contract &contract)
        : m(contract)
        , s(contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server &s;

    Batch steps(const RunId &run, int count, const QString &key = u"loss"_s)
    {
        Batch batch;
        batch.runId = run;
        for (int i = 0; i < count; ++i)
            batch.metrics.append({key, 1.0 / (i + 1), kStart + i, i, {}, {}, {}});
        return batch;
    }

private Q_SLOTS:
    // Experiments

    void deletesATagOfAnExperiment()
    {
        const ExperimentId id = m.freshExperiment();
        VERIFY_OK(await(s.experiments.setTag(id, {u"team"_s, u"x"_s})));
        const auto deleted = await(s.experiments.deleteTag(id, u"team"_s));
        if (!m.has(u"experiment-tag-delete"_s)) { // and says so, in words
            VERIFY_KIND(deleted, ErrorKind::InvalidRequest);
            QVERIFY2(deleted.error().hint.contains(u"3.2"_s), qPrintable(deleted.error().hint));
            return;
        }
        VERIFY_OK(deleted);
        QVERIFY(await(s.experiments.get(id))->tags.isEmpty());
        VERIFY_KIND(await(s.experiments.deleteTag(id, u"team"_s)), ErrorKind::NotFound);
    }

    void createsAnExperimentWithItsOwnPlaceForFiles()
    {
        const auto id =
            await(s.experiments.create(m.freshName(), {}, u"mlflow-artifacts:/somewhere/else"_s));
        VERIFY_OK(id);
        QCOMPARE(
            await(s.experiments.get(*id))->artifactLocation, u"mlflow-artifacts:/somewhere/else"_s);
    }

    void listsDatasetsOfExperiments()
    {
        const ExperimentId id = m.freshExperiment();
        // Its own digest: MLflow 2 hangs a known one to the experiment that had it first.
        const QString digest = m.freshName();
        const DatasetInput input{u"cancer"_s, digest, u"local"_s, u"{}"_s, {}, {},
            {{u"mlflow.data.context"_s, u"training"_s}}};
        VERIFY_OK(await(s.runs.logInputs(m.freshRun(id), {input})));
        const auto found = await(s.experiments.datasets({id}));
        VERIFY_OK(found);
        QCOMPARE(found->size(), 1);
        QCOMPARE(found->at(0).name, u"cancer"_s);
        QCOMPARE(found->at(0).digest, digest);
        QCOMPARE(found->at(0).context, u"training"_s);
        QVERIFY(!await(s.experiments.datasets({})));
    }

    // Runs

    void logsOneMetricAndOneParam()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.logMetric(id, {u"acc"_s, 0.5, kStart, 7, {}, {}, {}})));
        VERIFY_OK(await(s.runs.logParam(id, {u"lr"_s, u"0.1"_s})));
        VERIFY_OK(await(s.runs.logParam(id, {u"lr"_s, u"0.1"_s})));
        VERIFY_KIND(await(s.runs.logParam(id, {u"lr"_s, u"0.2"_s})), ErrorKind::InvalidRequest);
        const auto run = await(s.runs.get(id));
        VERIFY_OK(run);
        QCOMPARE(run->metrics.at(0).step, 7);
        QCOMPARE(run->param(u"lr"_s), u"0.1"_s);
    }

    void recordsModelsThatARunEvaluates()
    {
        NEEDS(u"logged-models"_s);
        const auto model = m.freshLoggedModel();
        VERIFY_OK(model);
        VERIFY_OK(await(s.runs.logInputs(m.freshRun(), {}, {model->id})));
    }

    void recordsAModelTheClassicWay()
    {
        const RunId id = m.freshRun();
        const QJsonObject description{{u"artifact_path"_s, u"model"_s}, {u"run_id"_s, id.text()},
            {u"utc_time_created"_s, u"2026-11-23 15:21:22.478787"_s},
            {u"flavors"_s, QJsonObject{{u"python_function"_s, QJsonObject()}}}};
        VERIFY_OK(await(s.runs.logModel(id, description)));
        const auto run = await(s.runs.get(id));
        VERIFY_OK(run);
        QVERIFY(run->tag(u"mlflow.log-model.history"_s).contains(u"\"artifact_path\""_s));
        QJsonObject incomplete = description;
        incomplete.remove(u"flavors"_s);
        VERIFY_KIND(await(s.runs.logModel(id, incomplete)), ErrorKind::InvalidRequest);
    }

    // Metrics

    void readsHistoriesOfSeveralRuns()
    {
        const RunId a = m.freshRun();
        const RunId b = m.freshRun();
        VERIFY_OK(await(s.runs.logBatch(steps(a, 3))));
        VERIFY_OK(await(s.runs.logMetric(b, {u"loss"_s, std::nan(""), kStart, 0, {}, {}, {}})));
        const auto all = await(s.metrics.histories({a, b}, u"loss"_s));
        VERIFY_OK(all);
        QCOMPARE(all->value(a).size(), 3);
        QVERIFY(std::isnan(all->value(b).at(0).value));
    }

    void thinsOutHistories()
    {
        const RunId a = m.freshRun();
        VERIFY_OK(await(s.runs.logBatch(steps(a, 1000))));
        const auto sampled = await(s.metrics.sampled({a}, u"loss"_s, 100));
        if (!m.has(u"history-interval"_s)) {
            VERIFY_KIND(sampled, ErrorKind::InvalidRequest);
            QVERIFY(sampled.error().hint.contains(u"2.11"_s));
            return;
        }
        VERIFY_OK(sampled);
        const QList<Metric> points = sampled->value(a);
        QVERIFY2(points.size() >= 50 && points.size() <= 102,
            qPrintable(QString::number(points.size())));
        QCOMPARE(points.first().step, 0);
        QCOMPARE(points.last().step, 999);
        const auto part = await(s.metrics.sampled({a}, u"loss"_s, 100, std::pair{10, 19}));
        VERIFY_OK(part);
        QCOMPARE(part->value(a).size(), 10);
        QVERIFY(!await(s.metrics.sampled({a}, u"loss"_s, 2501)));
    }

    // Logged models

    void editsTagsAndParamsOfALoggedModel()
    {
        NEEDS(u"logged-models"_s);
        const auto model = m.freshLoggedModel();
        VERIFY_OK(model);
        VERIFY_OK(
            await(s.loggedModels.setTags(model->id, {{u"a/b ü"_s, u"1"_s}, {u"team"_s, u"y"_s}})));
        QList<Param> params;
        for (int i = 0; i < 101; ++i)
            params.append({u"p%1"_s.arg(i), QString::number(i)});
        VERIFY_OK(await(s.loggedModels.logParams(model->id, params)));
        const auto after = await(s.loggedModels.get(model->id));
        VERIFY_OK(after);
        QCOMPARE(tagValue(after->tags, u"a/b ü"_s), u"1"_s);
        QCOMPARE(tagValue(after->tags, u"team"_s), u"y"_s);
        QCOMPARE(after->params.size(), 102);
        VERIFY_OK(await(s.loggedModels.deleteTag(model->id, u"team"_s)));
        QVERIFY(tagValue(await(s.loggedModels.get(model->id))->tags, u"team"_s).isEmpty());
    }

    void searchesLoggedModelsInOrderAndPages()
    {
        NEEDS(u"logged-models"_s);
        VERIFY_OK(m.freshLoggedModel());
        VERIFY_OK(m.freshLoggedModel());
        const auto page = await(s.loggedModels.search(
            {m.run().experimentId}, {}, 1, {}, {u"creation_timestamp"_s, true}));
        VERIFY_OK(page);
        QCOMPARE(page->items.size(), 1);
        const auto next = await(s.loggedModels.search(
            {m.run().experimentId}, {}, 1, page->nextToken, {u"creation_timestamp"_s, true}));
        VERIFY_OK(next);
        QVERIFY(next->items.at(0).creationTime >= page->items.at(0).creationTime);
        QVERIFY(next->items.at(0).id != page->items.at(0).id);
    }

    // Registered models

    void renamesAndDescribesAModel()
    {
        const QString name = m.freshName();
        const QString newName = m.freshName() % u" + ü"_s;
        auto &registry = s.registry;
        VERIFY_OK(await(registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(await(registry.setAlias(name, u"champion"_s, u"1"_s)));
        const auto renamed = await(registry.renameModel(name, newName));
        VERIFY_OK(renamed);
        QCOMPARE(renamed->name, newName);
        VERIFY_KIND(await(registry.getModel(name)), ErrorKind::NotFound);
        QCOMPARE(await(registry.versionByAlias(newName, u"champion"_s))->version, u"1"_s);
        VERIFY_OK(await(registry.describeModel(newName, u"what it is for"_s)));
        QCOMPARE(await(registry.getModel(newName))->description, u"what it is for"_s);
        VERIFY_OK(await(registry.describeVersion(newName, u"1"_s, u"what changed"_s)));
        QCOMPARE(await(registry.getVersion(newName, u"1"_s))->description, u"what changed"_s);
    }

    void searchesModelsInOrder()
    {
        VERIFY_OK(await(s.registry.createModel(u"order b"_s)));
        VERIFY_OK(await(s.registry.createModel(u"order a"_s)));
        const auto found =
            await(s.registry.searchModels(u"name LIKE 'order %'"_s, 10, {}, {u"name DESC"_s}));
        VERIFY_OK(found);
        QCOMPARE(found->items.size(), 2);
        QCOMPARE(found->items.at(0).name, u"order b"_s);
    }

    // Versions

    void findsTheLatestVersionOfAStage()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        for (int i = 0; i < 3; ++i)
            VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(await(s.registry.transitionStage(name, u"1"_s, u"Production"_s, false)));
        const auto production = await(s.registry.latestVersions(name, {u"Production"_s}));
        VERIFY_OK(production);
        QCOMPARE(production->size(), 1);
        QCOMPARE(production->at(0).version, u"1"_s);
        const auto all = await(s.registry.latestVersions(name));
        VERIFY_OK(all);
        QCOMPARE(all->size(), 2); // one of each stage
    }

    void tellsWhereTheFilesOfAVersionAre()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        const auto uri = await(s.registry.downloadUri(name, u"1"_s));
        VERIFY_OK(uri);
        const auto file = await(s.artifacts.read(*uri, u"MLmodel"_s));
        VERIFY_OK(file);
        QCOMPARE(*file, "flavors: {}\n");
        VERIFY_KIND(await(s.registry.downloadUri(name, u"9"_s)), ErrorKind::NotFound);
    }

    void searchesVersionsOfARunPageByPage()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        for (int i = 0; i < 3; ++i)
            VERIFY_OK(m.freshVersion(name));
        const QString filter = u"name = '%1' AND run_id = '%2'"_s.arg(name, m.run().id.text());
        const auto page =
            await(s.registry.searchVersions(filter, 2, {}, {u"version_number ASC"_s}));
        VERIFY_OK(page);
        QCOMPARE(page->items.size(), 2);
        QCOMPARE(page->items.at(0).version, u"1"_s);
        const auto next =
            await(s.registry.searchVersions(filter, 2, page->nextToken, {u"version_number ASC"_s}));
        VERIFY_OK(next);
        QCOMPARE(next->items.at(0).version, u"3"_s);
    }
};

std::unique_ptr<QObject> signalbox::test::callsContract(Contract &contract)
{
    return std::make_unique<CallsContract>(contract);
}

#include "calls_contract.moc"
