// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cmath>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QString kApi = u"/api/2.0/mlflow/"_s;
const HeaderList kJson{{"Content-Type", "application/json"}};

} // namespace

/*! What MLflow does that nobody would expect, each shown on the real server, and that ours does not
 *  fall into it. */
class TrapsContract final : public QObject {
    Q_OBJECT

public:
    explicit TrapsContract(Contract &contract)
        : m(contract)
        , s(contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server &s;

    Metric point(const QString &key, double value, qint64 step = 0, qint64 at = kStart)
    {
        return {key, value, at, step, {}, {}, {}};
    }
    QList<Run> found(const ExperimentId &experiment, const QString &filter)
    {
        RunQuery query;
        query.experimentIds = {experiment};
        query.filter = filter;
        const auto page = await(s.runs.search(query));
        return page ? page->items : QList<Run>();
    }

private Q_SLOTS:
    // Numbers

    void aBareNanWouldLoseTheRestOfABatch()
    {
        const RunId lost = m.freshRun();
        const QByteArray body = "{\"run_id\":\"" + lost.text().toLatin1()
            + "\",\"metrics\":[{\"key\":\"a\",\"value\":1,\"timestamp\":1,\"step\":1},"
              "{\"key\":\"b\",\"value\":NaN,\"timestamp\":1,\"step\":1},"
              "{\"key\":\"c\",\"value\":3,\"timestamp\":1,\"step\":1}],"
              "\"params\":[{\"key\":\"p\",\"value\":\"1\"}]}";
        VERIFY_OK(m.raw(Verb::Post, kApi + u"runs/log-batch"_s, body, kJson)); // says success
        const auto damaged = await(s.runs.get(lost));
        VERIFY_OK(damaged);
        QVERIFY(!damaged->metric(u"c"_s));
        QVERIFY(damaged->params.isEmpty());

        const RunId kept = m.freshRun();
        VERIFY_OK(await(s.runs.logBatch(
            {kept, {point(u"a"_s, 1), point(u"b"_s, std::nan("")), point(u"c"_s, 3)},
                {{u"p"_s, u"1"_s}}, {}})));
        const auto whole = await(s.runs.get(kept));
        VERIFY_OK(whole);
        QVERIFY(std::isnan(whole->metric(u"b"_s).value()));
        QCOMPARE(whole->metric(u"c"_s).value(), 3.0);
        QCOMPARE(whole->param(u"p"_s), u"1"_s);
    }

    void theServersBulkHistoryIsNoJsonWhenAValueIsNan()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.logMetric(id, point(u"m"_s, std::nan("")))));
        const auto reply = m.raw(Verb::Get,
            u"/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=m&run_id="_s + id.text());
        VERIFY_OK(reply);
        QVERIFY2(reply->body.contains("NaN") && !reply->body.contains("\"NaN\""),
            reply->body.constData());
        const auto histories = await(s.metrics.histories({id}, u"m"_s));
        VERIFY_OK(histories);
        QVERIFY(std::isnan(histories->value(id).at(0).value));
    }

    void theSamePointIsKeptOnceAndAnotherValueBesideIt()
    {
        const RunId id = m.freshRun();
        const QList<Metric> points{
            point(u"m"_s, 1), point(u"m"_s, 1), point(u"m"_s, 2), point(u"m"_s, std::nan(""))};
        VERIFY_OK(await(s.runs.logBatch({id, points, {}, {}})));
        VERIFY_OK(await(s.runs.logBatch({id, points, {}, {}})));
        QCOMPARE(await(s.metrics.fullHistory(id, u"m"_s))->size(), 3);
    }

    void theLatestValueIsThatOfTheHighestStep()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.logBatch(
            {id, {point(u"m"_s, 1, 9, kStart), point(u"m"_s, 2, 3, kStart + 1000)}, {}, {}})));
        QCOMPARE(await(s.runs.get(id))->metric(u"m"_s).value(), 1.0);
    }

    // Requests

    void longFiltersTravelAsABody()
    {
        const QString filter = u"name != '"_s % QString(4200, u'x') % u'\'';
        VERIFY_OK(await(s.registry.searchModels(filter, 10, {}, {u"name ASC"_s})));
        VERIFY_OK(await(s.registry.searchVersions(filter, 10, {}, {u"version_number DESC"_s})));
        // Where it is an address, MLflow 2 refuses it with a page of HTML.
        const auto address =
            m.raw(Verb::Get, kApi % u"registered-models/search?max_results=1&filter="_s % filter);
        QCOMPARE(address.hasValue(), s.info()->major() > 2);
    }

    void manyRunsFitIntoOneQuestion()
    {
        NEEDS(u"history-interval"_s);
        QList<RunId> ids;
        for (int i = 0; i < 100; ++i)
            ids.append(RunId(QString(32, QChar(u'a' + i % 6))));
        const RunId real = m.freshRun();
        VERIFY_OK(await(s.runs.logMetric(real, point(u"m"_s, 1))));
        ids.append(real);
        const auto histories = await(s.metrics.sampled(ids, u"m"_s, 10));
        VERIFY_OK(histories);
        QCOMPARE(histories->value(real).size(), 1);
    }

    void pathsThatAreTooLongForMlflow2AreRefusedHere()
    {
        QStringList parts;
        for (int i = 0; i < 20; ++i)
            parts.append(QString(200, u'x'));
        const auto read = await(s.artifacts.read(m.run().artifactUri, parts.join(u'/') % u"/f"_s));
        QVERIFY(!read);
        if (s.info()->major() == 2)
            QCOMPARE(read.error().httpStatus, 0); // never sent
    }

    void anUnknownStatusIsAnsweredWithSuccessAndDropped()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(m.raw(Verb::Post, kApi + u"runs/update"_s,
            "{\"run_id\":\"" + id.text().toLatin1() + "\",\"status\":\"WHATEVER\"}", kJson));
        QCOMPARE(await(s.runs.get(id))->info.status, RunStatus::Running);
        RunUpdate update;
        update.id = id;
        update.status = RunStatus::Unknown;
        VERIFY_KIND(await(s.runs.update(update)), ErrorKind::InvalidRequest);
    }

    void orderingTwiceByOneFieldIsAServerErrorThatWeAvoid()
    {
        const ExperimentId experiment = m.freshExperiment();
        const auto reply = m.raw(Verb::Post, kApi + u"runs/search"_s,
            "{\"experiment_ids\":[\"" + experiment.text().toLatin1()
                + "\"],\"max_results\":1,\"order_by\":[\"metrics.a\",\"metrics.a DESC\"]}",
            kJson);
        QVERIFY(!reply);
        QCOMPARE(reply.error().httpStatus, 500);
        RunQuery query;
        query.experimentIds = {experiment};
        query.orderBy = {u"metrics.a"_s, u"metrics.a DESC"_s};
        VERIFY_OK(await(s.runs.search(query)));
    }

    void theWorkspaceHeaderIsAnErrorWhereThereAreNone()
    {
        NEEDS(u"server-info"_s);
        const auto reply = m.raw(Verb::Get, kApi + u"experiments/get?experiment_id=0"_s, {},
            {{"X-MLFLOW-WORKSPACE", "default"}});
        QVERIFY(!reply);
        QCOMPARE(reply.error().httpStatus, 500);
        RestConfig config;
        config.baseUrl = s.url();
        config.workspace = "team";
        mlflow::Server team(config);
        const auto connected = await(team.connectToServer());
        VERIFY_KIND(connected, ErrorKind::InvalidRequest);
        QVERIFY(connected.error().message.contains(u"workspace"_s));
    }

    // Batches

    void aRefusedParamTakesItsWholeBatchWithIt()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.logParam(id, {u"lr"_s, u"1"_s})));
        VERIFY_KIND(await(s.runs.logBatch({id, {point(u"m"_s, 1)}, {{u"lr"_s, u"2"_s}}, {}})),
            ErrorKind::InvalidRequest);
        QVERIFY(!await(s.runs.get(id))->metric(u"m"_s));
    }

    // Runs

    void aFinishedRunTakesMoreAndKeepsItsEnd()
    {
        const RunId id = m.freshRun();
        RunUpdate end;
        end.id = id;
        end.status = RunStatus::Finished;
        end.endTime = kStart + 5;
        VERIFY_OK(await(s.runs.update(end)));
        VERIFY_OK(await(s.runs.logMetric(id, point(u"late"_s, 1))));
        RunUpdate again;
        again.id = id;
        again.status = RunStatus::Running;
        VERIFY_OK(await(s.runs.update(again)));
        const auto run = await(s.runs.get(id));
        QCOMPARE(run->info.status, RunStatus::Running);
        QCOMPARE(run->info.endTime, kStart + 5);
    }

    void aDeletedRunTakesNothingAndDeletingTwiceIsFine()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.remove(id)));
        VERIFY_OK(await(s.runs.remove(id)));
        VERIFY_KIND(await(s.runs.logMetric(id, point(u"m"_s, 1))), ErrorKind::InvalidRequest);
        RunUpdate update;
        update.id = id;
        update.name = u"new"_s;
        VERIFY_KIND(await(s.runs.update(update)), ErrorKind::InvalidRequest);
        VERIFY_OK(await(s.runs.restore(id)));
        VERIFY_OK(await(s.runs.restore(id)));
        VERIFY_OK(await(s.runs.logMetric(id, point(u"m"_s, 1))));
    }

    void aDeletedExperimentTakesItsRunsWithItAndKeepsItsName()
    {
        const ExperimentId id = m.freshExperiment();
        const QString name = await(s.experiments.get(id))->name;
        const RunId run = m.freshRun(id);
        VERIFY_OK(await(s.experiments.remove(id)));
        QCOMPARE(await(s.runs.get(run))->info.lifecycle, Lifecycle::Deleted);
        QVERIFY(!await(s.runs.create({id, {}, {}, kStart, {}})));
        VERIFY_KIND(await(s.experiments.create(name)), ErrorKind::Conflict);
        QCOMPARE(await(s.experiments.getByName(name))->lifecycle, Lifecycle::Deleted);
        VERIFY_OK(await(s.experiments.restore(id)));
        QCOMPARE(await(s.runs.get(run))->info.lifecycle, Lifecycle::Active);
    }

    void theNameOfARunIsATagToo()
    {
        const RunId id = m.freshRun();
        VERIFY_OK(await(s.runs.setTag(id, {u"mlflow.runName"_s, u"by tag"_s})));
        QCOMPARE(await(s.runs.get(id))->info.name, u"by tag"_s);
    }

    void theHistoryOfAnUnknownRunIsEmpty()
    {
        const auto none = await(s.metrics.fullHistory(RunId(QString(32, u'0')), u"m"_s));
        VERIFY_OK(none);
        QVERIFY(none->isEmpty());
    }

    // Search

    void searchKnowsOnlyUpperCaseStatesAndNoEndOfARunningRun()
    {
        const ExperimentId id = m.freshExperiment();
        std::ignore = m.freshRun(id);
        QCOMPARE(found(id, u"status = 'RUNNING'"_s).size(), 1);
        QCOMPARE(found(id, u"status = 'running'"_s).size(), 0);
        QCOMPARE(found(id, u"attributes.end_time > 0"_s).size(), 0);
        QCOMPARE(found(ExperimentId(u"987654"_s), {}).size(), 0); // unknown is empty, no error
    }

    void theLastFullPageMayHaveATokenToNothing()
    {
        const ExperimentId id = m.freshExperiment();
        std::ignore = m.freshRun(id);
        std::ignore = m.freshRun(id);
        RunQuery query;
        query.experimentIds = {id};
        query.maxResults = 2;
        const auto page = await(s.runs.search(query));
        VERIFY_OK(page);
        QCOMPARE(page->items.size(), 2);
        if (page->nextToken.isEmpty())
            return; // MLflow 3 knows that it was the last
        query.pageToken = page->nextToken;
        const auto none = await(s.runs.search(query));
        VERIFY_OK(none);
        QVERIFY(none->items.isEmpty() && none->nextToken.isEmpty());
    }

    void manyRunIdsCanBeAskedForAtOnce()
    {
        const ExperimentId id = m.freshExperiment();
        QStringList ids{u"'"_s % m.freshRun(id).text() % u"'"_s};
        for (int i = 0; i < 499; ++i)
            ids.append(u"'%1'"_s.arg(i, 32, 16, QChar(u'0')));
        QCOMPARE(found(id, u"attributes.run_id IN ("_s % ids.join(u',') % u")"_s).size(), 1);
    }

    // Registry

    void stagesCannotBeSearchedFor()
    {
        VERIFY_KIND(await(s.registry.searchVersions(u"current_stage = 'Staging'"_s)),
            ErrorKind::InvalidRequest);
    }

    void archivingOthersWhileArchivingIsAServerErrorThatWeAvoid()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        const auto reply = m.raw(Verb::Post, kApi + u"model-versions/transition-stage"_s,
            "{\"name\":\"" + name.toUtf8()
                + "\",\"version\":\"1\",\"stage\":\"Archived\",\"archive_existing_versions\":true}",
            kJson);
        QVERIFY(!reply);
        QCOMPARE(reply.error().httpStatus, 500);
        VERIFY_OK(await(s.registry.transitionStage(name, u"1"_s, u"Archived"_s, true)));
    }

    void reservedAliasesAreRefusedAndUnknownOnesAreNoError()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        for (const QString &alias : {u"latest"_s, u"v2"_s})
            VERIFY_KIND(await(s.registry.setAlias(name, alias, u"1"_s)), ErrorKind::InvalidRequest);
        VERIFY_OK(await(s.registry.deleteAlias(name, u"nobody"_s)));
        VERIFY_OK(await(s.registry.deleteModelTag(name, u"nobody"_s)));
        VERIFY_KIND(await(s.registry.versionByAlias(name, u"nobody"_s)), ErrorKind::NotFound);
    }

    void aModelInProductionIsDeletedWithoutAWord()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(await(s.registry.transitionStage(name, u"1"_s, u"Production"_s, false)));
        VERIFY_OK(await(s.registry.deleteModel(name)));
        VERIFY_KIND(await(s.registry.getVersion(name, u"1"_s)), ErrorKind::NotFound);
    }

    void everyCreateMakesAnotherOne()
    {
        const ExperimentId id = m.freshExperiment();
        QVERIFY(m.freshRun(id, u"same"_s) != m.freshRun(id, u"same"_s));
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        QCOMPARE(m.freshVersion(name)->version, u"1"_s);
        QCOMPARE(m.freshVersion(name)->version, u"2"_s);
    }
};

std::unique_ptr<QObject> signalbox::test::trapsContract(Contract &contract)
{
    return std::make_unique<TrapsContract>(contract);
}

#include "traps_contract.moc"
