// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QString kApi = u"/api/2.0/mlflow/"_s;
const QString kFiles = u"/api/2.0/mlflow-artifacts/artifacts/"_s;
const HeaderList kJson{{"Content-Type", "application/json"}};

} // namespace

//! How MLflow answers: its connections, its forms of an error, what it stores of odd values.
class AnswersContract final : public QObject {
    Q_OBJECT

public:
    explicit AnswersContract(Contract &contract)
        : m(contract)
        , s(contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server &s;

    Result<HttpResponse> post(const QString &call, const QByteArray &body)
    {
        return m.raw(Verb::Post, kApi + call, body, kJson);
    }
    //! A call that does not look at what it sends.
    Result<HttpResponse> logRaw(const RunId &run, const QByteArray &fields)
    {
        return post(u"runs/log-metric"_s,
            "{\"run_id\":\"" + run.text().toLatin1() + "\",\"key\":\"m\"," + fields + "}");
    }

private Q_SLOTS:
    // Connections

    void anIdleConnectionIsClosedByTheServerAndNothingIsLost()
    {
        const RunId id = m.freshRun(); // ours are open and idle from here on
        VERIFY_OK(await(s.runs.get(id)));
        QTcpSocket idle;
        QSignalSpy closed(&idle, &QTcpSocket::disconnected);
        idle.connectToHost(s.url().host(), static_cast<quint16>(s.url().port()));
        QVERIFY(idle.waitForConnected());
        idle.write("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        QVERIFY(closed.wait(15'000)); // five seconds with MLflow 3, at once with MLflow 2
        const ExperimentId experiment = m.freshExperiment();
        QSignalSpy attempts(&s.client(), &RestClient::attemptFinished);
        VERIFY_OK(await(s.runs.create({experiment, u"fresh"_s, {}, kStart, {}})));
        VERIFY_OK(await(s.runs.get(id)));
        QCoreApplication::processEvents();
        QCOMPARE(attempts.count(), 2); // not one of them was tried twice
        RunQuery query;
        query.experimentIds = {experiment};
        QCOMPARE(await(s.runs.search(query))->items.size(), 1);
    }

    // Workspaces

    void eachWorkspaceHasItsOwnThings()
    {
        NEEDS(u"server-info"_s);
        RealServer shared({u"--enable-workspaces"_s});
        const QString why = shared.start();
        QVERIFY2(why.isEmpty(), qPrintable(why));
        RestConfig config;
        config.baseUrl = shared.url();
        mlflow::Server plain(config);
        VERIFY_OK(await(plain.connectToServer()));
        QVERIFY(plain.info()->has(u"workspaces"_s));
        HttpRequest create;
        create.verb = Verb::Post;
        create.path = u"/api/3.0/mlflow/workspaces"_s;
        create.headers = kJson;
        create.body = R"({"name": "team"})";
        VERIFY_OK(await(plain.client().send(create)));

        config.workspace = "team";
        mlflow::Server team(config);
        VERIFY_OK(await(team.connectToServer()));
        const auto id = await(team.experiments.create(u"only here"_s));
        VERIFY_OK(id);
        const auto made = await(team.runs.create({*id, u"ours"_s, {}, kStart, {}}));
        VERIFY_OK(made);
        VERIFY_OK(await(team.artifacts.upload(
            made->info.artifactUri, u"a b.txt"_s, m.localFile("in the team"))));
        const auto file = await(team.artifacts.read(made->info.artifactUri, u"a b.txt"_s));
        VERIFY_OK(file);
        QCOMPARE(*file, "in the team");
        VERIFY_KIND(await(plain.experiments.getByName(u"only here"_s)), ErrorKind::NotFound);

        config.workspace = "nobody";
        mlflow::Server nobody(config);
        const auto search = await(nobody.experiments.search({}));
        VERIFY_KIND(search, ErrorKind::NotFound);
        QVERIFY2(search.error().hint.contains(u"workspace"_s), qPrintable(search.error().hint));
    }

    // Errors

    void everyFormOfAnErrorIsReadAsOne()
    {
        const auto json = post(u"runs/update"_s, "{\"run_id\":\"none\",\"status\":\"FINISHED\"}");
        VERIFY_KIND(json, ErrorKind::NotFound);
        QCOMPARE(json.error().apiCode, u"RESOURCE_DOES_NOT_EXIST"_s);
        const auto page = m.raw(Verb::Get, kApi + u"no/such/call"_s);
        VERIFY_KIND(page, ErrorKind::NotFound); // HTML
        QCOMPARE(page.error().apiCode, QString());
        QVERIFY2(!page.error().message.contains(u'<'), qPrintable(page.error().message));
        QVERIFY2(page.error().message.contains(u"Not Found"_s), qPrintable(page.error().message));
        const auto method = m.raw(Verb::Get, kApi + u"runs/create"_s);
        QVERIFY(!method);
        QCOMPARE(method.error().httpStatus, 405);
    }

    void aForeignHostOrOriginIsToldWithTheServersRemedy()
    {
        NEEDS(u"server-info"_s);
        const auto host = m.raw(Verb::Get, kApi + u"experiments/get?experiment_id=0"_s, {},
            {{"Host", "elsewhere.test"}});
        VERIFY_KIND(host, ErrorKind::Forbidden); // plain text
        QVERIFY2(host.error().hint.contains(u"--allowed-hosts"_s), qPrintable(host.error().hint));
        HeaderList headers = kJson;
        headers.emplaceBack("Origin", "http://elsewhere.test");
        const auto origin =
            m.raw(Verb::Post, kApi + u"experiments/search"_s, "{\"max_results\":1}", headers);
        VERIFY_KIND(origin, ErrorKind::Forbidden);
        QVERIFY2(origin.error().hint.contains(u"Origin"_s), qPrintable(origin.error().hint));
    }

    void whatFastApiRefusesIsReadToo()
    {
        NEEDS(u"server-info"_s);
        VERIFY_OK(m.put(u"folder/file"_s, "x"));
        const auto folder = m.raw(Verb::Get,
            kFiles + m.run().experimentId.text() + u'/' + m.run().id.text()
                + u"/artifacts/folder"_s);
        VERIFY_KIND(folder, ErrorKind::InvalidRequest);
        QVERIFY2(!folder.error().message.contains(u'{'), qPrintable(folder.error().message));
    }

    void aFeatureThatIsSwitchedOffIsNoOutage()
    {
        NEEDS(u"server-info"_s);
        const auto opened = s.breaker().snapshot().opened;
        for (int i = 0; i < 8; ++i)
            VERIFY_KIND(
                m.raw(Verb::Get, u"/api/3.0/mlflow/workspaces"_s), ErrorKind::InvalidRequest);
        QCOMPARE(s.breaker().snapshot().opened, opened);
        VERIFY_OK(await(s.server.health()));
    }

    void aListInPlaceOfABodyIsAServerError()
    {
        const auto reply = post(u"experiments/create"_s, "[\"a\"]");
        QVERIFY(!reply);
        QCOMPARE(reply.error().httpStatus, 500);
    }

    void namesInTheAddressOfADeleteAreNotRead()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        const auto inAddress =
            m.raw(Verb::Delete, kApi % u"registered-models/delete?name="_s % name);
        VERIFY_KIND(inAddress, ErrorKind::InvalidRequest);
        VERIFY_OK(await(s.registry.deleteModel(name)));
    }

    void aBodyWithoutItsTypeIsRefused()
    {
        VERIFY_KIND(m.raw(Verb::Post, kApi + u"experiments/search"_s, "{\"max_results\":1}",
                        {{"Content-Type", "text/plain"}}),
            ErrorKind::InvalidRequest);
    }

    void aSearchWithoutItsSizeIsRefused()
    {
        VERIFY_KIND(post(u"experiments/search"_s, "{}"), ErrorKind::InvalidRequest);
        VERIFY_OK(await(s.experiments.search({})));
        RunQuery query;
        query.experimentIds = {ExperimentId(u"0"_s)};
        query.maxResults = 0; // MLflow 2.9 would hand out the same token for ever
        VERIFY_KIND(await(s.runs.search(query)), ErrorKind::InvalidRequest);
    }

    void aRefusalThatRepeatsTheWholeQuestionIsCut()
    {
        QStringList ids;
        for (int i = 0; i < 10'000; ++i)
            ids.append(u"'%1'"_s.arg(i, 32, 16, QChar(u'0')));
        RunQuery query;
        query.experimentIds = {m.freshExperiment()};
        query.filter = u"attributes.run_id IN ("_s % ids.join(u',') % u')';
        const auto reply = await(s.runs.search(query));
        VERIFY_KIND(reply, ErrorKind::InvalidRequest);
        QVERIFY(reply.error().message.size() < 1200);
    }

    // Values

    void numbersThatAreNoJsonAreStoredAsNothing_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::newRow("Infinity") << QByteArray(R"("value":Infinity,"timestamp":5,"step":7)");
        QTest::newRow("1e400") << QByteArray(R"("value":1e400,"timestamp":5,"step":7)");
        QTest::newRow("half a step") << QByteArray(R"("step":1.5,"value":2,"timestamp":5)");
        QTest::newRow("half a time") << QByteArray(R"("timestamp":5.5,"value":2,"step":7)");
        QTest::newRow("step of 2^63")
            << QByteArray(R"("step":9223372036854775808,"value":2,"timestamp":5)");
    }
    void numbersThatAreNoJsonAreStoredAsNothing()
    {
        QFETCH(const QByteArray, fields);
        const RunId id = m.freshRun();
        VERIFY_OK(logRaw(id, fields)); // says success
        const auto history = await(s.metrics.fullHistory(id, u"m"_s));
        VERIFY_OK(history);
        QCOMPARE(history->size(), 1);
        QCOMPARE(history->at(0).value, 0.0);
        QCOMPARE(history->at(0).timestamp, 0);
        QCOMPARE(history->at(0).step, 0);
    }

    void ourNumbersKeepWhatTheyAre()
    {
        const RunId id = m.freshRun();
        constexpr qint64 last = std::numeric_limits<qint64>::max();
        const Metric metric{u"m"_s, std::numeric_limits<double>::infinity(), 5, last, {}, {}, {}};
        VERIFY_OK(await(s.runs.logMetric(id, metric)));
        const auto history = await(s.metrics.fullHistory(id, u"m"_s));
        VERIFY_OK(history);
        QCOMPARE(history->at(0).value, std::numeric_limits<double>::max());
        QCOMPARE(history->at(0).timestamp, 5);
        QCOMPARE(history->at(0).step, last);
    }

    void longValuesAreCutOrRefusedAndNeverSentByUs()
    {
        const RunId id = m.freshRun();
        const QByteArray run =
            "{\"run_id\":\"" + id.text().toLatin1() + "\",\"key\":\"k\",\"value\":\"";
        if (post(u"runs/log-parameter"_s, run + QByteArray(6001, 'x') + "\"}"))
            QCOMPARE(await(s.runs.get(id))->param(u"k"_s).size(), 6000);
        if (post(u"runs/set-tag"_s, run + QByteArray(8001, 'x') + "\"}"))
            QCOMPARE(await(s.runs.get(id))->tag(u"k"_s).size(), 8000);
        QSignalSpy attempts(&s.client(), &RestClient::attemptFinished);
        VERIFY_KIND(
            await(s.runs.logParam(id, {u"q"_s, QString(6001, u'x')})), ErrorKind::InvalidRequest);
        VERIFY_KIND(
            await(s.runs.setTag(id, {u"q"_s, QString(8001, u'x')})), ErrorKind::InvalidRequest);
        QCOMPARE(attempts.count(), 0);
    }

    void aRunWithoutAStartBeganIn1970()
    {
        const ExperimentId id = m.freshExperiment();
        VERIFY_OK(post(u"runs/create"_s, "{\"experiment_id\":\"" + id.text().toLatin1() + "\"}"));
        RunQuery query;
        query.experimentIds = {id};
        QCOMPARE(await(s.runs.search(query))->items.at(0).info.startTime, 0);
        VERIFY_KIND(await(s.runs.create({id, {}, {}, 0, {}})), ErrorKind::InvalidRequest);
    }

    void aNameWithAnEscapeIsStoredAsAnotherOne()
    {
        const QString root = kFiles % m.run().experimentId.text() % u'/' % m.run().id.text()
            % u"/artifacts/escaped/"_s;
        VERIFY_OK(m.raw(
            Verb::Put, root % u"p%2520x"_s, "x", {{"Content-Type", "application/octet-stream"}}));
        const auto files = await(s.artifacts.list(m.run().id, u"escaped"_s));
        VERIFY_OK(files);
        QCOMPARE(files->at(0).path, u"escaped/p x"_s); // was to be "p%20x"
        VERIFY_KIND(m.put(u"escaped/p%20x"_s, "x"), ErrorKind::InvalidRequest);
    }

    // Registry

    void aVersionOfALoggedModelNeedsItsId()
    {
        NEEDS(u"logged-models"_s);
        const QString name = m.freshName();
        VERIFY_OK(await(s.registry.createModel(name)));
        const auto model = m.freshLoggedModel();
        VERIFY_OK(model);
        CreateVersion request{name, u"models:/"_s + model->id.text(), m.run().id, {}, {}, {}};
        VERIFY_KIND(await(s.registry.createVersion(request)), ErrorKind::InvalidRequest);
        request.modelId = model->id;
        const auto version = await(s.registry.createVersion(request));
        VERIFY_OK(version);
        QCOMPARE(version->loggedModelId(), model->id); // only its source tells
    }

    void promptsAreNoModels()
    {
        const QString name = m.freshName();
        VERIFY_OK(
            await(s.registry.createModel(name, {}, {{u"mlflow.prompt.is_prompt"_s, u"true"_s}})));
        const auto listed = await(s.registry.searchModels(u"name = '%1'"_s.arg(name)));
        VERIFY_OK(listed);
        if (!listed->items.isEmpty())
            QSKIP("this MLflow was asked and knows no prompts");
        VERIFY_KIND(await(s.registry.createModel(name)), ErrorKind::Conflict);
        VERIFY_OK(await(s.registry.deleteModel(name)));
    }
};

std::unique_ptr<QObject> signalbox::test::answersContract(Contract &contract)
{
    return std::make_unique<AnswersContract>(contract);
}

#include "answers_contract.moc"
