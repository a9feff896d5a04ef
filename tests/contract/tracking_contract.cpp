// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

QStringList namesOf(const Page<Run> &page)
{
    QStringList names;
    for (const Run &run : page.items)
        names.append(run.info.name);
    return names;
}

} // namespace

//! Health, experiments, runs and metrics against a real server.
class TrackingContract final : public QObject {
    Q_OBJECT

public:
    explicit TrackingContract(Contract &contract)
        : m(contract)
        , m_server(&contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server *m_server;

private Q_SLOTS:
    // Server

    void saysWhoItIs()
    {
        VERIFY_OK(await(m_server->server.health()));
        const auto version = await(m_server->server.version());
        VERIFY_OK(version);
        const QString wanted = qEnvironmentVariable("SIGNALBOX_MLFLOW", u"3.17"_s);
        QVERIFY2(version->startsWith(wanted % u'.'), qPrintable(*version));
        const auto info = await(m_server->server.info());
        VERIFY_OK(info);
        const bool new3 = wanted == u"3.17"_s;
        QCOMPARE(info->storeType, new3 ? u"SqlStore"_s : QString());
        for (const QString &word : {u"stages"_s, u"aliases"_s})
            QVERIFY2(info->has(word), qPrintable(word));
        for (const QString &word :
            {u"logged-models"_s, u"experiment-tag-delete"_s, u"server-info"_s})
            QCOMPARE(info->has(word), new3);
        for (const QString &word : {u"graphql"_s, u"history-interval"_s})
            QCOMPARE(info->has(word), wanted != u"2.9"_s);
        QVERIFY(!info->has(u"workspaces"_s));
        QVERIFY(!info->has(u"multipart-upload"_s)); // a local folder takes no parts
    }

    void asksOnceForManyCallers()
    {
        QSignalSpy attempts(&m_server->client(), &RestClient::attemptFinished);
        const auto first = m_server->connectToServer();
        const auto second = m_server->connectToServer();
        first.cancel(); // giving up concerns only oneself
        VERIFY_OK(await(second));
        // /version, and server-info or one question for each feature
        QCOMPARE(attempts.count(), m.has(u"server-info"_s) ? 2 : 4);
    }

    // Experiments

    void createsFindsAndRenamesExperiments()
    {
        const QString name = u"ünïcode + & = "_s + m.freshName();
        const auto id = await(m_server->experiments.create(name, {{u"team"_s, u"x"_s}}));
        VERIFY_OK(id);
        const auto found = await(m_server->experiments.getByName(name));
        VERIFY_OK(found);
        QCOMPARE(found->id, *id);
        QCOMPARE(found->name, name);
        QCOMPARE(tagValue(found->tags, u"team"_s), u"x"_s);
        QVERIFY(found->artifactLocation.startsWith(u"mlflow-artifacts:/"_s));
        QVERIFY(found->creationTime > 0);

        VERIFY_OK(await(m_server->experiments.setTag(*id, {u"note"_s, u"a \"quoted\" ü"_s})));
        VERIFY_OK(await(m_server->experiments.rename(*id, name + u"!"_s)));
        const auto after = await(m_server->experiments.get(*id));
        VERIFY_OK(after);
        QCOMPARE(after->name, QString(name + u"!"_s));
        QCOMPARE(tagValue(after->tags, u"note"_s), u"a \"quoted\" ü"_s);
    }

    void takenNamesAreAConflictAlsoOfDeletedOnes()
    {
        const QString name = m.freshName();
        const auto id = await(m_server->experiments.create(name));
        VERIFY_OK(id);
        VERIFY_KIND(await(m_server->experiments.create(name)), ErrorKind::Conflict);
        VERIFY_OK(await(m_server->experiments.remove(*id)));
        VERIFY_KIND(await(m_server->experiments.create(name)), ErrorKind::Conflict);
        QCOMPARE(await(m_server->experiments.get(*id))->lifecycle, Lifecycle::Deleted);
        VERIFY_OK(await(m_server->experiments.restore(*id)));
        QCOMPARE(await(m_server->experiments.get(*id))->lifecycle, Lifecycle::Active);
    }

    void missingExperimentsAreNotFound()
    {
        VERIFY_KIND(
            await(m_server->experiments.get(ExperimentId(u"999999"_s))), ErrorKind::NotFound);
        VERIFY_KIND(await(m_server->experiments.getByName(u"no such"_s)), ErrorKind::NotFound);
    }

    void pagesThroughExperiments()
    {
        for (int i = 0; i < 3; ++i)
            std::ignore = m.freshExperiment();
        ExperimentQuery query;
        query.maxResults = 2;
        query.orderBy = {u"experiment_id ASC"_s};
        const auto first = await(m_server->experiments.search(query));
        VERIFY_OK(first);
        QCOMPARE(first->items.size(), 2);
        QVERIFY(!first->nextToken.isEmpty());
        query.pageToken = first->nextToken;
        const auto second = await(m_server->experiments.search(query));
        VERIFY_OK(second);
        QVERIFY(second->items.at(0).id != first->items.at(1).id);
        query.filter = u"name = 'nothing is called so'"_s;
        query.pageToken.clear();
        const auto none = await(m_server->experiments.search(query));
        VERIFY_OK(none); // the server says `{}`
        QVERIFY(none->items.isEmpty());
    }

    // Runs

    void livesThroughARun()
    {
        const ExperimentId experiment = m.freshExperiment();
        const auto created = await(m_server->runs.create(
            {experiment, u"my run"_s, u"ann"_s, kStart, {{u"op"_s, u"42"_s}}}));
        VERIFY_OK(created);
        QCOMPARE(created->info.status, RunStatus::Running);
        QCOMPARE(created->info.startTime, kStart);
        QCOMPARE(created->info.userId, u"ann"_s);
        const RunId id = created->info.id;

        RunUpdate update;
        update.id = id;
        update.status = RunStatus::Finished;
        update.endTime = kStart + 5;
        update.name = u"renamed"_s;
        const auto updated = await(m_server->runs.update(update));
        VERIFY_OK(updated);
        QCOMPARE(updated->status, RunStatus::Finished);
        const auto run = await(m_server->runs.get(id));
        VERIFY_OK(run);
        QCOMPARE(run->info.endTime, kStart + 5);
        QCOMPARE(run->info.name, u"renamed"_s);
        QCOMPARE(run->tag(u"op"_s), u"42"_s);
        QCOMPARE(run->info.artifactUri,
            QString(u"mlflow-artifacts:/"_s + experiment.text() + u"/"_s + id.text()
                + u"/artifacts"_s));
    }

    void keepsNumbersThroughTheRoundTrip()
    {
        const RunId id = m.freshRun();
        constexpr qint64 bigStep = 9'007'199'254'740'993;
        Batch batch;
        batch.runId = id;
        batch.metrics = {{u"nan"_s, std::nan(""), kStart, 0, {}, {}, {}},
            {u"inf"_s, -std::numeric_limits<double>::infinity(), kStart, 0, {}, {}, {}},
            {u"big"_s, 0.1, kStart, bigStep, {}, {}, {}},
            {u"tiny"_s, 5e-324, kStart, -3, {}, {}, {}},
            {u"last"_s, 1.0 / 3.0, kStart, 0, {}, {}, {}}};
        batch.params = {{u"p ü/x"_s, u"line\nbreak \"q\" ü"_s}};
        batch.tags = {{u"t"_s, u""_s}};
        VERIFY_OK(await(m_server->runs.logBatch(batch)));
        const auto run = await(m_server->runs.get(id));
        VERIFY_OK(run);
        QVERIFY(std::isnan(run->metric(u"nan"_s).value()));
        // The store keeps infinity as its greatest number.
        QCOMPARE(run->metric(u"inf"_s).value(), std::numeric_limits<double>::lowest());
        QCOMPARE(run->metric(u"tiny"_s).value(), 5e-324);
        QCOMPARE(run->metric(u"last"_s).value(), 1.0 / 3.0); // nothing after the NaN was lost
        QCOMPARE(run->param(u"p ü/x"_s), u"line\nbreak \"q\" ü"_s);
        const auto history = await(m_server->metrics.history(id, u"big"_s));
        VERIFY_OK(history);
        QCOMPARE(history->items.at(0).step, bigStep);
    }

    void sendingABatchAgainChangesNothing()
    {
        const RunId id = m.freshRun();
        Batch batch;
        batch.runId = id;
        for (int i = 0; i < 5; ++i)
            batch.metrics.append({u"loss"_s, 1.0 / (i + 1), kStart + i, i, {}, {}, {}});
        batch.params = {{u"lr"_s, u"0.1"_s}, {u"lr"_s, u"0.1"_s}};
        VERIFY_OK(await(m_server->runs.logBatch(batch)));
        VERIFY_OK(await(m_server->runs.logBatch(batch)));
        const auto history = await(m_server->metrics.fullHistory(id, u"loss"_s));
        VERIFY_OK(history);
        QCOMPARE(history->size(), 5);
        batch.params = {{u"lr"_s, u"0.2"_s}};
        VERIFY_KIND(await(m_server->runs.logBatch(batch)), ErrorKind::InvalidRequest);
    }

    void refusesBadRequestsWithoutSendingThem()
    {
        const RunId id = m.freshRun();
        QSignalSpy attempts(&m_server->client(), &RestClient::attemptFinished);
        Batch batch;
        batch.runId = id;
        batch.params = {{u"p"_s, QString(6001, u'x')}};
        VERIFY_KIND(await(m_server->runs.logBatch(batch)), ErrorKind::InvalidRequest);
        batch.params.clear();
        for (int i = 0; i < 1001; ++i)
            batch.metrics.append({u"m"_s, 0.0, kStart, i, {}, {}, {}});
        VERIFY_KIND(await(m_server->runs.logBatch(batch)), ErrorKind::InvalidRequest);
        VERIFY_KIND(
            await(m_server->runs.setTag(id, {u"a#b"_s, u"x"_s})), ErrorKind::InvalidRequest);
        RunUpdate update;
        update.id = id;
        update.status = RunStatus::Unknown;
        VERIFY_KIND(await(m_server->runs.update(update)), ErrorKind::InvalidRequest);
        VERIFY_KIND(await(m_server->runs.create({ExperimentId(u"0"_s), {}, {}, 0, {}})),
            ErrorKind::InvalidRequest);
        QCOMPARE(attempts.count(), 0);
    }

    void searchesRuns()
    {
        const ExperimentId experiment = m.freshExperiment();
        const RunId a = m.freshRun(experiment, u"a"_s, kStart);
        const RunId b = m.freshRun(experiment, u"b"_s, kStart + 1);
        const RunId c = m.freshRun(experiment, u"c"_s, kStart + 2);
        const auto log = [this](const RunId &id, double v) {
            return await(
                m_server->runs.logBatch({id, {{u"acc"_s, v, kStart, 0, {}, {}, {}}}, {}, {}}));
        };
        VERIFY_OK(log(a, 0.3));
        VERIFY_OK(log(b, 0.9));
        VERIFY_OK(log(c, 0.6));
        RunQuery query;
        query.experimentIds = {experiment};
        // The same field twice would be the server's internal error.
        query.orderBy = {u"metrics.acc DESC"_s, u"metrics.acc ASC"_s};
        query.maxResults = 2;
        const auto first = await(m_server->runs.search(query));
        VERIFY_OK(first);
        QCOMPARE(namesOf(*first), QStringList({u"b"_s, u"c"_s}));
        query.pageToken = first->nextToken;
        const auto second = await(m_server->runs.search(query));
        VERIFY_OK(second);
        QCOMPARE(namesOf(*second), QStringList({u"a"_s}));

        query.pageToken.clear();
        query.filter = u"metrics.acc > 0.5 AND status = 'RUNNING'"_s;
        QCOMPARE(await(m_server->runs.search(query))->items.size(), 2);
        query.filter = u"metrics.acc > 5"_s;
        QVERIFY(await(m_server->runs.search(query))->items.isEmpty());
        query.filter = u"metrics.acc >"_s;
        VERIFY_KIND(await(m_server->runs.search(query)), ErrorKind::InvalidRequest);
    }

    void deletesAndRestoresRuns()
    {
        const ExperimentId experiment = m.freshExperiment();
        const RunId id = m.freshRun(experiment);
        VERIFY_OK(await(m_server->runs.remove(id)));
        VERIFY_KIND(await(m_server->runs.setTag(id, {u"a"_s, u"b"_s})), ErrorKind::InvalidRequest);
        RunQuery query;
        query.experimentIds = {experiment};
        QVERIFY(await(m_server->runs.search(query))->items.isEmpty());
        query.viewType = ViewType::All;
        const auto all = await(m_server->runs.search(query));
        QCOMPARE(all->items.at(0).info.lifecycle, Lifecycle::Deleted);
        VERIFY_OK(await(m_server->runs.restore(id)));
        VERIFY_OK(await(m_server->runs.setTag(id, {u"a"_s, u"b"_s})));
        QCOMPARE(await(m_server->runs.get(id))->tag(u"a"_s), u"b"_s);
        VERIFY_OK(await(m_server->runs.deleteTag(id, u"a"_s)));
        VERIFY_KIND(await(m_server->runs.deleteTag(id, u"a"_s)), ErrorKind::NotFound);
        VERIFY_KIND(await(m_server->runs.get(RunId(QString(32, u'0')))), ErrorKind::NotFound);
    }

    void recordsDatasetsAndProducedModelsRepeatably()
    {
        const ExperimentId experiment = m.freshExperiment();
        const RunId id = m.freshRun(experiment);
        const DatasetInput input{u"cancer"_s, u"abc123"_s, u"local"_s, u"{\"uri\":\"x.csv\"}"_s,
            u"{}"_s, u"{\"num_rows\":569}"_s, {{u"mlflow.data.context"_s, u"training"_s}}};
        VERIFY_OK(await(m_server->runs.logInputs(id, {input})));
        VERIFY_OK(await(m_server->runs.logInputs(id, {input})));
        QCOMPARE(await(m_server->runs.get(id))->datasets.size(), 1);
        NEEDS(u"logged-models"_s);
        QList<ModelOutput> outputs;
        for (const QString &name : {u"m1"_s, u"m2"_s}) {
            const auto model = await(
                m_server->loggedModels.create({experiment, name, u"classifier"_s, id, {}, {}}));
            VERIFY_OK(model);
            outputs.append({model->id, 0});
        }
        VERIFY_OK(await(m_server->runs.logOutputs(id, outputs.first(1))));
        // As after a lost reply: the first one is known already, the second is new.
        VERIFY_OK(await(m_server->runs.logOutputs(id, outputs)));
        const auto run = await(m_server->runs.get(id));
        VERIFY_OK(run);
        QCOMPARE(run->datasets.size(), 1);
        QCOMPARE(run->datasets.at(0).profile, input.profile);
        QCOMPARE(tagValue(run->datasets.at(0).tags, u"mlflow.data.context"_s), u"training"_s);
        QCOMPARE(run->outputs.size(), 2);
    }

    void readsLongHistoriesPageByPage()
    {
        const RunId id = m.freshRun();
        for (int part = 0; part < 3; ++part) {
            Batch batch;
            batch.runId = id;
            for (int i = 0; i < 1000; ++i)
                batch.metrics.append(
                    {u"loss"_s, 1.0, kStart + part * 1000 + i, part * 1000 + i, {}, {}, {}});
            VERIFY_OK(await(m_server->runs.logBatch(batch)));
        }
        const auto page = await(m_server->metrics.history(id, u"loss"_s, {}, 1000));
        VERIFY_OK(page);
        if (!page->nextToken.isEmpty()) { // MLflow 2 sends everything, whatever was asked
            QCOMPARE(page->items.size(), 1000);
            const auto next =
                await(m_server->metrics.history(id, u"loss"_s, page->nextToken, 1000));
            VERIFY_OK(next);
            QCOMPARE(next->items.at(0).step, 1000);
        }
        const auto all = await(m_server->metrics.fullHistory(id, u"loss"_s));
        VERIFY_OK(all);
        QCOMPARE(all->size(), 3000);
        QCOMPARE(all->last().step, 2999);
        QVERIFY(await(m_server->metrics.fullHistory(id, u"unknown"_s))->isEmpty());
    }

    // Outage; last, because it restarts the server.

    void comesBackAfterAnOutageWithTheSameData()
    {
        const RunId id = m.freshRun();
        const quint16 port = static_cast<quint16>(m.real().url().port());
        m.real().kill();
        VERIFY_KIND(await(m_server->server.health()), ErrorKind::Network);
        const QString why = m.real().restart();
        QVERIFY2(why.isEmpty(), qPrintable(why));
        QCOMPARE(m.real().url().port(), int(port));
        VERIFY_OK(await(m_server->server.health()));
        QCOMPARE(await(m_server->runs.get(id))->info.id, id);
    }
};

std::unique_ptr<QObject> signalbox::test::trackingContract(Contract &contract)
{
    return std::make_unique<TrackingContract>(contract);
}

#include "tracking_contract.moc"
