// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mlflow/server.h"
#include "tests/support/await.h"
#include "tests/support/fake_transport.h"

#include <QtCore/QJsonArray>
#include <QtTest/QTest>

#include <cmath>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QString kApi = u"/api/2.0/mlflow/"_s;
const QString kBatch = kApi + u"runs/log-batch"_s;
const QString kServerInfo = u"/api/3.0/mlflow/server-info"_s;
const RunId kRun(u"3bfa221a446142c482d59b535e286e35"_s);

FakeReply version(const QByteArray &text)
{
    return FakeReply::text(200, text, "text/html; charset=utf-8");
}

} // namespace

//! Requests that must be built differently than one would think.
class TestMlflowRequests final : public QObject {
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

    void longQuestionsTravelAsABody()
    {
        const QString search = kApi + u"registered-models/search"_s;
        m_fake->on(Verb::Get, search, FakeReply::json("{}"));
        VERIFY_OK(await(m_server->registry.searchModels(u"name = 'a'"_s, 7)));
        QVERIFY(m_fake->last(Verb::Get, search).request.body.isEmpty());
        const QString filter = u"name = '%1'"_s.arg(QString(4000, u'x'));
        VERIFY_OK(await(m_server->registry.searchModels(filter, 7, {}, {u"name ASC"_s})));
        const FakeRequest &sent = m_fake->last(Verb::Get, search);
        QVERIFY(sent.request.query.isEmpty());
        QCOMPARE(sent.json()[u"filter"_s].toString(), filter);
        QCOMPARE(sent.json()[u"max_results"_s].toInt(), 7);
        QCOMPARE(sent.json()[u"order_by"_s].toArray().size(), 1); // a list, also with one
    }

    void saysThatThereAreNoWorkspaces()
    {
        auto transport = std::make_unique<FakeTransport>();
        transport->on(Verb::Get, u"/version"_s, version("3.17.2"));
        transport->on(Verb::Get, kServerInfo, FakeReply::json(R"({"store_type":"SqlStore"})"));
        RestConfig config;
        config.baseUrl = QUrl(u"http://mlflow.example:5000"_s);
        config.workspace = "team-a";
        mlflow::Server server(config, std::move(transport));
        const auto connected = await(server.connectToServer());
        VERIFY_KIND(connected, ErrorKind::InvalidRequest);
        QVERIFY(connected.error().message.contains(u"team-a"_s));
    }

    void readsRunsOfMlflow2ThroughTheOlderAddress()
    {
        m_fake->on(Verb::Get, u"/version"_s, version("2.22.1"));
        m_fake->on(Verb::Get, u"/get-artifact"_s, FakeReply::text(200, "content"));
        const QString list = kApi + u"artifacts/list"_s;
        m_fake->on(Verb::Get, list,
            FakeReply::json(
                QJsonObject{{u"files"_s, QJsonArray{QJsonObject{{u"path"_s, u"ü.txt"_s}}}}}));
        VERIFY_OK(await(m_server->connectToServer()));
        const auto text = await(m_server->artifacts.read(
            u"mlflow-artifacts:/1/"_s + kRun.text() + u"/artifacts"_s, u"ü.txt"_s));
        VERIFY_OK(text);
        QCOMPARE(*text, "content");
        QCOMPARE(m_fake->last(Verb::Get, u"/get-artifact"_s).query(u"path"_s), u"ü.txt"_s);
        // That address fails for what is not there as if the server were broken: not asked.
        VERIFY_KIND(await(m_server->artifacts.read(
                        u"mlflow-artifacts:/1/"_s + kRun.text() + u"/artifacts"_s, u"absent"_s)),
            ErrorKind::NotFound);
        QCOMPARE(m_fake->count(Verb::Get, u"/get-artifact"_s), 1);
    }

    // MLflow 2 fails on a NaN that it has already, and with it refuses the whole batch.
    void aBatchWithAKnownNanIsStoredAllTheSame()
    {
        QList<int> stored;
        m_fake->answerWith([&stored](const FakeRequest &request) -> std::optional<FakeReply> {
            const QJsonArray metrics = request.json()[u"metrics"_s].toArray();
            if (request.request.body.contains("NaN"))
                return FakeReply::mlflowError(
                    400, u"BAD_REQUEST"_s, u"UNIQUE constraint failed: metrics.key"_s);
            stored.append(static_cast<int>(metrics.size()));
            return FakeReply::json("{}");
        });
        VERIFY_OK(await(m_server->runs.logBatch({kRun,
            {{u"a"_s, 1, 1, 0, {}, {}, {}}, {u"b"_s, std::nan(""), 1, 0, {}, {}, {}},
                {u"c"_s, 3, 1, 0, {}, {}, {}}},
            {}, {}})));
        QCOMPARE(stored, QList<int>({2}));
    }

    void anotherRefusalOfABatchWithNanStaysOne()
    {
        m_fake->on(
            Verb::Post, kBatch, FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s, u"no"_s));
        VERIFY_KIND(await(m_server->runs.logBatch(
                        {kRun, {{u"b"_s, std::nan(""), 1, 0, {}, {}, {}}}, {}, {}})),
            ErrorKind::InvalidRequest);
        QCOMPARE(m_fake->count(Verb::Post, kBatch), 1);
    }
};

QTEST_GUILESS_MAIN(TestMlflowRequests)
#include "test_mlflow_requests.moc"
