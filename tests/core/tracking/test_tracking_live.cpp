// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/qnam_transport.h"
#include "core/tracking/connector.h"
#include "tests/contract/real_server.h"
#include "tests/support/await.h"

#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

//! A real network on which some replies get lost after the server has done its work.
class LossyTransport final : public Transport {
public:
    QStringList lose; //!< Ends of paths; each loses one reply.

    [[nodiscard]] Call<HttpResponse> send(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) override
    {
        const auto sent = m_network.send(url, request, inactivity);
        const auto matches = [&](const QString &end) { return request.path.endsWith(end); };
        const auto it = std::find_if(lose.begin(), lose.end(), matches);
        if (it == lose.end())
            return sent;
        lose.erase(it);
        Promise<HttpResponse> promise;
        sent.then(this, [promise](const Result<HttpResponse> &) {
            promise.resolve(Failure(ErrorKind::Network, u"The connection broke off."_s));
        });
        return promise.call();
    }

private:
    QnamTransport m_network;
};

} // namespace

//! The journal and a real MLflow: what is acknowledged arrives exactly once.
class TestTrackingLive final : public QObject {
    Q_OBJECT

private:
    RealServer m_real;
    QTemporaryDir m_dir;
    LossyTransport *m_network = nullptr;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;

    RunSession run(const QString &name)
    {
        RunSpec spec;
        spec.experiment = u"live"_s;
        spec.name = name;
        return m_connector->startRun(spec);
    }
    QList<mlflow::Run> runsNamed(const QString &name)
    {
        mlflow::RunQuery query;
        query.experimentIds = {await(m_server->experiments.getByName(u"live"_s)).value().id};
        query.filter = u"attributes.run_name = '%1'"_s.arg(name);
        query.viewType = mlflow::ViewType::All;
        const auto page = await(m_server->runs.search(query));
        return page ? page->items : QList<mlflow::Run>();
    }
    ModelFolder modelFolder()
    {
        const QDir root(m_dir.filePath(u"model"_s));
        root.mkpath(u"."_s);
        QFile out(root.filePath(u"MLmodel"_s));
        if (out.open(QIODevice::WriteOnly))
            out.write("flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n");
        return {root.path(), u"classifier"_s, u"sklearn"_s, {}, {}};
    }

private Q_SLOTS:
    void initTestCase()
    {
        const QString why = m_real.start();
        QVERIFY2(why.isEmpty(), qPrintable(why));
        auto network = std::make_unique<LossyTransport>();
        m_network = network.get();
        RestConfig config;
        config.baseUrl = m_real.url();
        m_server = std::make_unique<mlflow::Server>(config, std::move(network));
        auto opened = Connector::open(*m_server, m_dir.filePath(u"journal"_s), {u"live"_s, {}});
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
    }
    void cleanupTestCase() { m_connector.reset(); }

    void lostRepliesMakeNothingTwice()
    {
        m_network->lose = {u"experiments/create"_s, u"runs/create"_s, u"runs/log-batch"_s,
            u"/logged-models"_s, u"runs/update"_s};
        RunSession session = run(u"lossy"_s);
        (void)session.logParams({{u"lr"_s, u"0.1"_s}});
        (void)session.logMetrics({{u"loss"_s, 0.5, 0, 1, {}, {}, {}}});
        (void)session.logModel(modelFolder());
        (void)session.finish();
        const auto link = await(session.synced());
        VERIFY_OK(link);
        QVERIFY(m_network->lose.isEmpty());
        const auto runs = runsNamed(u"lossy"_s);
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.first().info.id, link->runId);
        QCOMPARE(runs.first().info.status, mlflow::RunStatus::Finished);
        QCOMPARE(runs.first().outputs.size(), 1);
        const auto models = await(m_server->loggedModels.search({link->experimentId}, {}));
        VERIFY_OK(models);
        QCOMPARE(models->items.size(), 1);
        QCOMPARE(models->items.first().status, u"LOGGED_MODEL_READY"_s);
        QCOMPARE(models->items.first().id, link->modelId);
    }

    void aLostVersionReplyMakesNoSecondVersion()
    {
        const auto runs = runsNamed(u"lossy"_s);
        m_network->lose = {u"model-versions/create"_s};
        const auto version = await(m_connector->registerModel({u"live-model"_s,
            runs.first().outputs.first().modelId, {}, runs.first().info.id, {}, {}}));
        VERIFY_OK(version);
        QCOMPARE(version->version, u"1"_s);
        QCOMPARE(await(m_server->registry.versions(u"live-model"_s))->size(), 1);
    }

    void aServerKilledInTheMiddleGetsEverythingOnce()
    {
        static constexpr int kBatches = 40;
        static constexpr int kPoints = 100;
        RunSession session = run(u"outage"_s);
        Call<Ack> last;
        for (int batch = 0; batch < kBatches; ++batch) {
            QList<mlflow::Metric> metrics;
            for (int i = 0; i < kPoints; ++i)
                metrics.append({u"loss"_s, 0.25 * i, 0, batch * kPoints + i, {}, {}, {}});
            last = session.logMetrics(metrics);
            if (batch == kBatches / 4) {
                QTRY_VERIFY_WITH_TIMEOUT(!session.runId().isEmpty(), 20'000);
                m_real.kill();
            }
        }
        (void)session.logText(u"kept"_s, u"notes.txt"_s);
        VERIFY_OK(await(last));
        VERIFY_OK(await(session.finish()));
        const auto offline = await(m_connector->flush(500ms));
        VERIFY_OK(offline);
        QVERIFY(!offline->isEmpty());
        const QString why = m_real.restart();
        QVERIFY2(why.isEmpty(), qPrintable(why));
        const auto link = await(session.synced());
        VERIFY_OK(link);
        const auto history = await(m_server->metrics.fullHistory(link->runId, u"loss"_s));
        VERIFY_OK(history);
        QSet<qint64> steps;
        for (const mlflow::Metric &metric : *history)
            steps.insert(metric.step);
        QCOMPARE(history->size(), kBatches * kPoints);
        QCOMPARE(steps.size(), kBatches * kPoints);
        const auto runs = runsNamed(u"outage"_s);
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.first().info.status, mlflow::RunStatus::Finished);
        const auto notes = await(m_server->artifacts.read(link->artifactUri, u"notes.txt"_s));
        VERIFY_OK(notes);
        QCOMPARE(*notes, QByteArray("kept"));
    }

    void shutDownEndsTheRunAsKilled()
    {
        RunSession session = run(u"interrupted"_s);
        (void)session.logMetrics({{u"loss"_s, 1.0, 0, 0, {}, {}, {}}});
        VERIFY_OK(await(m_connector->shutDown(u"SIGTERM arrived."_s, 20s)));
        const auto runs = runsNamed(u"interrupted"_s);
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.first().info.status, mlflow::RunStatus::Killed);
        QVERIFY(runs.first().info.endTime >= runs.first().info.startTime);
    }

    void aRefusedParamIsParkedAlone()
    {
        RunSession session = run(u"refused"_s);
        (void)session.logParams({{u"lr"_s, u"0.1"_s}});
        VERIFY_OK(await(session.synced()));
        (void)session.logParams({{u"depth"_s, u"3"_s}, {u"lr"_s, u"0.2"_s}, {u"seed"_s, u"1"_s}});
        VERIFY_KIND(await(session.synced()), ErrorKind::Conflict);
        (void)session.finish();
        const auto left = await(m_connector->flush(20s));
        VERIFY_OK(left);
        QVERIFY(left->isEmpty());
        QCOMPARE(left->parked.size(), 1);
        QCOMPARE(left->parked.first().what, u"param lr"_s);
        const mlflow::Run stored = runsNamed(u"refused"_s).first();
        QCOMPARE(stored.param(u"lr"_s), u"0.1"_s);
        QCOMPARE(stored.param(u"depth"_s), u"3"_s);
        QCOMPARE(stored.param(u"seed"_s), u"1"_s);
        QCOMPARE(stored.tag(u"signalbox.parked"_s), u"1"_s);
    }
};

QTEST_GUILESS_MAIN(TestTrackingLive)
#include "test_tracking_live.moc"
