// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mlflow/server.h"
#include "tests/support/await.h"
#include "tests/support/fake_transport.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cmath>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QString kApi = u"/api/2.0/mlflow/"_s;
const QString kServerInfo = u"/api/3.0/mlflow/server-info"_s;
const QString kHistory = kApi + u"metrics/get-history"_s;
const RunId kRun(u"3bfa221a446142c482d59b535e286e35"_s);
const QByteArray kLoginPage = "<html><title>Sign in</title><body>Please sign in</body></html>";

FakeReply version(const QByteArray &text)
{
    return FakeReply::text(200, text, "text/html; charset=utf-8");
}

} // namespace

//! What goes over the wire and what is made of the answers, without a network.
class TestMlflowApi final : public QObject {
    Q_OBJECT

private:
    FakeTransport *m_fake = nullptr; // owned by m_server
    std::unique_ptr<mlflow::Server> m_server;

private Q_SLOTS:
    void init()
    {
        auto transport = std::make_unique<FakeTransport>();
        m_fake = transport.get();
        RestConfig config;
        config.baseUrl = QUrl(u"http://mlflow.example:5000"_s);
        config.retry.random = [] { return 0.0; };
        m_server = std::make_unique<mlflow::Server>(config, std::move(transport));
    }

    // Who is there?

    void recognisesGenerations_data()
    {
        QTest::addColumn<QByteArray>("number");
        QTest::addColumn<bool>("saysInfo");
        QTest::addColumn<QString>("has");
        QTest::addColumn<QString>("hasNot");
        QTest::newRow("2.9.2") << QByteArray("2.9.2") << false << u"stages aliases"_s
                               << u"graphql history-interval logged-models server-info"_s;
        QTest::newRow("2.22.1") << QByteArray("2.22.1") << false
                                << u"stages aliases graphql history-interval"_s
                                << u"logged-models server-info"_s;
        QTest::newRow("3.5.0") << QByteArray("3.5.0") << false
                               << u"stages aliases graphql history-interval logged-models"_s
                               << u"server-info workspaces"_s;
        QTest::newRow("3.17.2") << QByteArray("3.17.2\n") << true
                                << u"graphql logged-models server-info workspaces"_s << QString();
        QTest::newRow("from the future")
            << QByteArray("4.0.0.dev0") << true << u"stages logged-models"_s << QString();
    }
    void recognisesGenerations()
    {
        QFETCH(const QByteArray, number);
        QFETCH(const bool, saysInfo);
        QFETCH(const QString, has);
        QFETCH(const QString, hasNot);
        m_fake->on(Verb::Get, u"/version"_s, version(number));
        const auto knows = [this](const QString &call) { // the real server's "wrong method"
            m_fake->on(Verb::Get, kApi + call, FakeReply::text(405, "<html>", "text/html"));
        };
        if (has.contains(u"history-interval"_s))
            knows(u"metrics/get-history-bulk-interval"_s);
        if (has.contains(u"logged-models"_s))
            knows(u"logged-models"_s);
        m_fake->on(Verb::Get, kServerInfo,
            saysInfo ? FakeReply::json(R"({"store_type":"SqlStore","workspaces_enabled":true})")
                     : FakeReply::text(404, "<html>Not Found</html>", "text/html"));
        const auto info = await(m_server->server.info());
        VERIFY_OK(info);
        QCOMPARE(info->version, QString::fromUtf8(number.trimmed()));
        QCOMPARE(info->storeType, saysInfo ? u"SqlStore"_s : QString());
        for (const QString &word : has.split(u' ', Qt::SkipEmptyParts))
            QVERIFY2(info->has(word), qPrintable(word));
        for (const QString &word : hasNot.split(u' ', Qt::SkipEmptyParts))
            QVERIFY2(!info->has(word), qPrintable(word));
    }

    void saysWhenSomethingElseAnswers_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("word");
        QTest::newRow("web page") << 200 << kLoginPage << u"not an MLflow server"_s;
        QTest::newRow("no such page") << 404 << kLoginPage << u"not an MLflow server"_s;
        QTest::newRow("empty") << 200 << QByteArray() << u"not an MLflow server"_s;
        QTest::newRow("number only") << 200 << QByteArray("17") << u"not an MLflow server"_s;
        QTest::newRow("too old") << 200 << QByteArray("2.8.1") << u"older than 2.9"_s;
        QTest::newRow("much too old") << 200 << QByteArray("1.30.0") << u"older than 2.9"_s;
    }
    void saysWhenSomethingElseAnswers()
    {
        QFETCH(const int, status);
        QFETCH(const QByteArray, body);
        QFETCH(const QString, word);
        m_fake->on(Verb::Get, u"/version"_s, FakeReply::text(status, body, "text/html"));
        const auto info = await(m_server->connectToServer());
        VERIFY_KIND(info, ErrorKind::Decode);
        QVERIFY2(info.error().message.contains(word), qPrintable(info.error().message));
        QVERIFY(!info.error().hint.isEmpty());
        QVERIFY(!m_server->info());
    }

    void reportsHealthOnlyWhenItIsMlflows()
    {
        m_fake->once(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
        VERIFY_OK(await(m_server->server.health()));
        m_fake->once(Verb::Get, u"/health"_s, FakeReply::text(200, kLoginPage, "text/html"));
        VERIFY_KIND(await(m_server->server.health()), ErrorKind::Decode);
    }

    void asksForCredentials()
    {
        m_fake->on(Verb::Get, u"/version"_s,
            FakeReply::text(401, "You are not authenticated.", "text/html"));
        VERIFY_KIND(await(m_server->server.info()), ErrorKind::Unauthorized);
    }

    void connectsAgainAfterAFailureAndTellsOnlyNews()
    {
        QSignalSpy changed(m_server.get(), &mlflow::Server::infoChanged);
        m_fake->once(Verb::Get, u"/version"_s, FakeReply::text(401, "no", "text/html"));
        VERIFY_KIND(await(m_server->connectToServer()), ErrorKind::Unauthorized);
        m_fake->on(Verb::Get, u"/version"_s, version("2.22.1"));
        const auto a = m_server->connectToServer();
        const auto b = m_server->connectToServer();
        VERIFY_OK(await(a));
        VERIFY_OK(await(b));
        QCOMPARE(m_fake->count(Verb::Get, u"/version"_s), 2); // shared the second time
        VERIFY_OK(await(m_server->connectToServer()));
        QCOMPARE(changed.count(), 1);
        m_fake->on(Verb::Get, u"/version"_s, version("3.17.2")); // the server was updated
        VERIFY_OK(await(m_server->connectToServer()));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(m_server->info()->major(), 3);
    }

    // Writing

    void aReplyThatNamesNothingIsNoSuccess()
    {
        m_fake->on(Verb::Post, kApi + u"runs/create"_s, FakeReply::json("{}"));
        const auto run = await(m_server->runs.create({ExperimentId(u"1"_s), {}, {}, 1, {}}));
        VERIFY_KIND(run, ErrorKind::Decode);
        QVERIFY(run.error().ambiguous); // it may exist: look it up
        m_fake->on(
            Verb::Post, kApi + u"runs/set-tag"_s, FakeReply::text(200, kLoginPage, "text/html"));
        VERIFY_KIND(await(m_server->runs.setTag(kRun, {u"a"_s, u"b"_s})), ErrorKind::Decode);
    }

    void createsAreSentOnceAndTheRestAgain()
    {
        m_fake->on(Verb::Post, kApi + u"runs/create"_s, FakeReply::brokenOff());
        const auto run = await(m_server->runs.create({ExperimentId(u"1"_s), {}, {}, 1, {}}));
        VERIFY_KIND(run, ErrorKind::Network);
        QVERIFY(run.error().ambiguous);
        QCOMPARE(m_fake->count(Verb::Post, kApi + u"runs/create"_s), 1);

        m_fake->once(Verb::Post, kApi + u"runs/log-batch"_s, FakeReply::brokenOff());
        m_fake->on(Verb::Post, kApi + u"runs/log-batch"_s, FakeReply::json("{}"));
        VERIFY_OK(await(m_server->runs.logBatch({kRun, {}, {{u"p"_s, u"1"_s}}, {}})));
        QCOMPARE(m_fake->count(Verb::Post, kApi + u"runs/log-batch"_s), 2);
    }

    void batchesHoldOnlyJson()
    {
        m_fake->on(Verb::Post, kApi + u"runs/log-batch"_s, FakeReply::json("{}"));
        VERIFY_OK(await(m_server->runs.logBatch({kRun,
            {{u"nan"_s, std::nan(""), 1, 0, {}, {}, {}},
                {u"big"_s, 0.1, 1, 9'007'199'254'740'993, {}, {}, {}}},
            {{u"p"_s, u"1"_s}, {u"p"_s, u"1"_s}}, {}})));
        const FakeRequest &sent = m_fake->last(Verb::Post, kApi + u"runs/log-batch"_s);
        const QJsonArray metrics = sent.json().value(u"metrics"_s).toArray();
        QCOMPARE(metrics.at(0).toObject().value(u"value"_s).toString(), u"NaN"_s);
        QVERIFY(sent.request.body.contains("9007199254740993"));
        QCOMPARE(sent.json().value(u"params"_s).toArray().size(), 1); // repeats would be refused
        QCOMPARE(sent.header("content-type"), "application/json");
    }

    void refusesBatchesAboveAMillionBytes()
    {
        Batch batch;
        batch.runId = kRun;
        for (int i = 0; i < 100; ++i)
            batch.params.append({u"p%1"_s.arg(i), QString(5999, QChar(0x65e5))});
        VERIFY_KIND(await(m_server->runs.logBatch(batch)), ErrorKind::InvalidRequest);
        QCOMPARE(m_fake->count(), 0);
    }

    void outputsMayBeSentAgain_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("sqlite") << u"(sqlite3.IntegrityError) UNIQUE constraint failed: inputs.a"_s;
        QTest::newRow("postgres") << u"duplicate key value violates unique constraint \"x\""_s;
        QTest::newRow("mysql") << u"(1062, \"Duplicate entry 'RUN_OUTPUT' for key 'x'\")"_s;
    }
    void outputsMayBeSentAgain()
    {
        QFETCH(const QString, text);
        const QString path = kApi + u"runs/outputs"_s;
        m_fake->once(Verb::Post, path, FakeReply::mlflowError(400, u"BAD_REQUEST"_s, text));
        m_fake->on(Verb::Post, path, FakeReply::json("{}"));
        VERIFY_OK(await(m_server->runs.logOutputs(
            kRun, {{LoggedModelId(u"m-1"_s), 0}, {LoggedModelId(u"m-2"_s), 0}})));
        QCOMPARE(m_fake->count(Verb::Post, path), 2); // the second one went out all the same
        m_fake->on(Verb::Post, path,
            FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s, u"no such model"_s));
        VERIFY_KIND(await(m_server->runs.logOutputs(kRun, {{LoggedModelId(u"m-1"_s), 0}})),
            ErrorKind::InvalidRequest);
    }

    void inputsAreSentAgainWhenAnotherRunNamedTheSameDataAtTheSameTime()
    {
        const QString path = kApi + u"runs/log-inputs"_s;
        m_fake->once(Verb::Post, path,
            FakeReply::mlflowError(400, u"BAD_REQUEST"_s,
                u"(sqlite3.IntegrityError) UNIQUE constraint failed: datasets.name"_s));
        m_fake->on(Verb::Post, path, FakeReply::json("{}"));
        mlflow::DatasetInput input;
        input.name = u"churn.csv"_s;
        input.digest = u"9f3c1a2b"_s;
        input.sourceType = u"local"_s;
        input.source = u"{}"_s;
        VERIFY_OK(await(m_server->runs.logInputs(kRun, {input})));
        QCOMPARE(m_fake->count(Verb::Post, path), 2);
    }

    void whatIsSetByKeyIsSentAgainWhenAnotherCallerWasFirst_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"registered-models/set-tag", "registered-models/alias",
                 "model-versions/set-tag", "runs/set-tag", "runs/log-batch"})
            QTest::newRow(call) << QString::fromLatin1(call);
    }
    void whatIsSetByKeyIsSentAgainWhenAnotherCallerWasFirst()
    {
        QFETCH(const QString, call);
        const mlflow::Tag tag{u"owner"_s, u"ü"_s};
        const QHash<QString, std::function<Call<void>()>> send{
            {u"registered-models/set-tag"_s,
                [&] { return m_server->registry.setModelTag(u"m"_s, tag); }},
            {u"registered-models/alias"_s,
                [&] { return m_server->registry.setAlias(u"m"_s, u"champion"_s, u"1"_s); }},
            {u"model-versions/set-tag"_s,
                [&] { return m_server->registry.setVersionTag(u"m"_s, u"1"_s, tag); }},
            {u"runs/set-tag"_s, [&] { return m_server->runs.setTag(kRun, tag); }},
            {u"runs/log-batch"_s, [&] {
                 return m_server->runs.logBatch({kRun, {}, {}, {tag}});
             }}};
        const QString path = kApi + call;
        const FakeReply taken = FakeReply::mlflowError(400, u"BAD_REQUEST"_s,
            u"(sqlite3.IntegrityError) UNIQUE constraint failed: tags.key"_s);
        m_fake->once(Verb::Post, path, taken);
        m_fake->on(Verb::Post, path, FakeReply::json("{}"));
        VERIFY_OK(await(send[call]()));
        QCOMPARE(m_fake->count(Verb::Post, path), 2);
        m_fake->on(Verb::Post, path, taken); // never longer than three times in all
        VERIFY_KIND(await(send[call]()), ErrorKind::InvalidRequest);
        QCOMPARE(m_fake->count(Verb::Post, path), 5);
    }

    void archivesOnlyWhereTheServerCan()
    {
        const QString path = kApi + u"model-versions/transition-stage"_s;
        m_fake->on(
            Verb::Post, path, FakeReply::json(R"({"model_version":{"name":"m","version":"1"}})"));
        for (const auto &[stage, flag] : {std::pair(u"Staging"_s, true), {u"production"_s, true},
                 {u"Archived"_s, false}, {u"None"_s, false}}) {
            VERIFY_OK(await(m_server->registry.transitionStage(u"m"_s, u"1"_s, stage, true)));
            const QJsonObject body = m_fake->last(Verb::Post, path).json();
            QCOMPARE(body.value(u"archive_existing_versions"_s), QJsonValue(flag));
            QCOMPARE(body.value(u"version"_s), QJsonValue(u"1"_s)); // never a number
        }
    }

    void deletesCarryTheirNamesInTheBody()
    {
        const QString path = kApi + u"registered-models/alias"_s;
        m_fake->on(Verb::Delete, path, FakeReply::json("{}"));
        VERIFY_OK(await(m_server->registry.deleteAlias(u"a+b"_s, u"champion"_s)));
        const FakeRequest &sent = m_fake->last(Verb::Delete, path);
        QCOMPARE(sent.json().value(u"name"_s).toString(), u"a+b"_s);
        QVERIFY(sent.request.query.isEmpty());
    }

    // Reading

    void historiesAlwaysAskForAPageSize()
    {
        m_fake->on(Verb::Get, kHistory, FakeReply::json("{}"));
        const auto none = await(m_server->metrics.fullHistory(kRun, u"a+b c"_s));
        VERIFY_OK(none);
        QVERIFY(none->isEmpty());
        const FakeRequest &sent = m_fake->last(Verb::Get, kHistory);
        QCOMPARE(sent.query(u"max_results"_s), u"25000"_s);
        QVERIFY2(sent.url.toEncoded().contains("metric_key=a%2Bb%20c"),
            sent.url.toEncoded().constData());
        VERIFY_KIND(
            await(m_server->metrics.history(kRun, u"k"_s, {}, 25'001)), ErrorKind::InvalidRequest);
    }

    void historiesEndWhenATokenRepeats()
    {
        m_fake->on(Verb::Get, kHistory,
            FakeReply::json(R"({"metrics":[{"key":"k","value":1}],"next_page_token":"same"})"));
        VERIFY_KIND(await(m_server->metrics.fullHistory(kRun, u"k"_s)), ErrorKind::Decode);
        QCOMPARE(m_fake->count(), 2);
    }

    void historiesEndWithAnEmptyPage()
    {
        m_fake->once(Verb::Get, kHistory,
            FakeReply::json(R"({"metrics":[{"key":"k","value":1}],"next_page_token":"t"})"));
        m_fake->once(Verb::Get, kHistory, FakeReply::json("{}")); // MLflow 2 ends like this
        const auto all = await(m_server->metrics.fullHistory(kRun, u"k"_s));
        VERIFY_OK(all);
        QCOMPARE(all->size(), 1);
    }

    void searchesSendTheirPageSizeAndEachOrderOnce()
    {
        const QString path = kApi + u"runs/search"_s;
        m_fake->on(Verb::Post, path, FakeReply::json("{}"));
        RunQuery query;
        query.experimentIds = {ExperimentId(u"1"_s)};
        query.orderBy = {u"metrics.a DESC"_s, u"metrics.a ASC"_s};
        VERIFY_OK(await(m_server->runs.search(query)));
        const QJsonObject body = m_fake->last(Verb::Post, path).json();
        QCOMPARE(body.value(u"max_results"_s).toInt(), 1000);
        QCOMPARE(body.value(u"order_by"_s).toArray().size(), 1);
        query.maxResults = 0;
        VERIFY_KIND(await(m_server->runs.search(query)), ErrorKind::InvalidRequest);
    }

    void missingAliasesAreNotFoundAndOtherRefusalsStay()
    {
        const QString path = kApi + u"registered-models/alias"_s;
        m_fake->on(Verb::Get, path,
            FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s,
                u"Registered model alias champion not found."_s));
        VERIFY_KIND(
            await(m_server->registry.versionByAlias(u"m"_s, u"champion"_s)), ErrorKind::NotFound);
        m_fake->on(Verb::Get, path,
            FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s, u"Invalid alias name"_s));
        VERIFY_KIND(
            await(m_server->registry.versionByAlias(u"m"_s, u"a/b"_s)), ErrorKind::InvalidRequest);
    }

    // Files

    void uploadsEndAsStoredOnlyWhenTheServerSaysSo()
    {
        QTemporaryDir dir;
        QFile file(dir.filePath(u"f"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("bytes") == 5);
        file.close();
        const QString path = u"/api/2.0/mlflow-artifacts/artifacts/1/r/a%20b"_s;
        const auto upload = [&] {
            return await(
                m_server->artifacts.upload(u"mlflow-artifacts:/1/r"_s, u"a b"_s, file.fileName()));
        };
        for (const QByteArray &answer : {QByteArray(), QByteArray("{}")}) {
            m_fake->once(Verb::Put, path, FakeReply::text(200, answer));
            VERIFY_OK(upload());
            QCOMPARE(m_fake->last(Verb::Put, path).request.body, "bytes");
        }
        m_fake->once(Verb::Put, path, FakeReply::text(200, kLoginPage, "text/html"));
        VERIFY_KIND(upload(), ErrorKind::Decode);
    }
};

QTEST_GUILESS_MAIN(TestMlflowApi)
#include "test_mlflow_api.moc"
