// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "tests/core/tracking/tracking_bench.h"

#include <QtCore/QDir>
#include <QtTest/QSignalSpy>

#include <stdexcept>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QList<mlflow::Metric> steps(int count, const QString &key = u"loss"_s, int from = 0)
{
    QList<mlflow::Metric> metrics;
    for (int i = from; i < from + count; ++i)
        metrics.append({key, 0.5 + i, 0, i, {}, {}, {}});
    return metrics;
}

} // namespace

//! What reaches the server, how often and in which order.
class TestReplay final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TrackingBench> m_bench;

    FakeMlflow &server() { return *m_bench->mlflow; }
    QString file(const QString &name, const QByteArray &content)
    {
        const QString path = m_dir->filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile out(path);
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            return {};
        return path;
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_bench = std::make_unique<TrackingBench>(m_dir->path());
    }
    void cleanup()
    {
        m_bench.reset();
        m_dir.reset();
    }

    void aRunArrivesWholeAndInOrder()
    {
        {
            RunSession run = m_bench->run(u"first"_s);
            (void)run.logArtifact(file(u"a.txt"_s, "hello"), u"notes/a.txt"_s);
            (void)run.logText(u"text"_s, u"b.txt"_s);
            (void)run.logParams({{u"lr"_s, u"0.1"_s}});
            (void)run.logMetrics(steps(3));
            (void)run.setTags({{u"team"_s, u"x"_s}});
            (void)run.logInputs({{u"data"_s, u"d1"_s, u"local"_s, u"file"_s, {}, {}, {}}});
        } // leaving the scope ends the run
        QVERIFY(m_bench->settles());
        const FakeMlflow::Run &run = server().onlyRun();
        QCOMPARE(run.name, u"first"_s);
        QCOMPARE(run.status, u"FINISHED"_s);
        QVERIFY(run.endTime > 0);
        QCOMPARE(run.params.value(u"lr"_s), u"0.1"_s);
        QCOMPARE(run.tags.value(u"team"_s), u"x"_s);
        QCOMPARE(run.metrics.size(), 3);
        QCOMPARE(run.datasets, QStringList{u"data"_s});
        QCOMPARE(server().files.size(), 2);
        QVERIFY(server().files.contains(u"1/run0002/artifacts/notes/a.txt"_s));
        QCOMPARE(server().files.value(u"1/run0002/artifacts/notes/a.txt"_s), "hello");
        QCOMPARE(server().arrived.first(), u"experiment"_s);
        QCOMPARE(server().arrived.at(1), u"create"_s);
        QCOMPARE(server().arrived.last(), u"finish"_s);
        QVERIFY(QDir(m_dir->filePath(u"journal/spool"_s)).entryList(QDir::Files).isEmpty());
    }

    void aLostCreateReplyMakesNoSecondRun()
    {
        server().loseReplies = 1;
        server().experiments.insert(u"experiment"_s, u"1"_s);
        RunSession run = m_bench->run();
        (void)run.logMetrics(steps(1));
        const auto link = m_bench->outcome(run.synced());
        VERIFY_OK(link);
        QCOMPARE(server().runs.size(), 1);
        QCOMPARE(link->runId.text(), server().runs.firstKey());
        QCOMPARE(run.runId(), link->runId);
        QCOMPARE(server().arrived.count(u"create"_s), 1);
    }

    void aCreateThatArrivesLateLosesAgainstTheOldest()
    {
        server().experiments.insert(u"experiment"_s, u"1"_s);
        RunSession run = m_bench->run();
        FakeMlflow::Run twin;
        twin.tags.insert(u"signalbox.op_id"_s, run.localId().text());
        int searches = 0;
        // The first create seems lost, and its run appears only after we looked for it.
        server().loseCreates = 1;
        server().beforeEach = [&](const FakeRequest &request) {
            if (request.path.endsWith(u"runs/search"_s) && ++searches == 2)
                server().runs.insert(u"run0000"_s, twin);
        };
        const auto link = m_bench->outcome(run.synced());
        VERIFY_OK(link);
        QCOMPARE(searches, 2);
        QCOMPARE(link->runId.text(), u"run0000"_s);
        QCOMPARE(server().runs.size(), 2);
        QCOMPARE(server().livingRuns(), 1);
        QVERIFY(!server().runs.value(u"run0000"_s).deleted);
        server().beforeEach = nullptr;
    }

    void outagesDelayAndLoseNothing()
    {
        server().down = true;
        RunSession run = m_bench->run();
        for (int i = 0; i < 30; ++i)
            (void)run.logMetrics(steps(100, u"loss"_s, 100 * i));
        VERIFY_OK(m_bench->outcome(run.finish()));
        QVERIFY(run.runId().isEmpty());
        const auto left = m_bench->outcome(m_bench->connector->flush(2s));
        VERIFY_OK(left);
        QCOMPARE(left->pendingPoints, 3000);
        QVERIFY(!left->isEmpty());
        server().down = false;
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(server().onlyRun().metrics.size(), 3000);
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        QCOMPARE(server().arrived.count(u"batch"_s), 3); // merged up to the server's limit
    }

    void aRefusedValueIsParkedAndTheRestGoesOn()
    {
        server().badKeys = {u"bad"_s};
        QSignalSpy parked(m_bench->connector.get(), &Connector::itemParked);
        RunSession run = m_bench->run();
        QList<mlflow::Metric> metrics = steps(300);
        metrics.insert(177, {u"bad"_s, 1.0, 0, 0, {}, {}, {}});
        (void)run.logMetrics(metrics);
        const auto synced = m_bench->outcome(run.synced());
        VERIFY_KIND(synced, ErrorKind::Conflict);
        (void)run.finish();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().metrics.size(), 300);
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"1"_s);
        QCOMPARE(parked.count(), 1);
        const QList<ParkedItem> items = m_bench->connector->journalStatus().parked;
        QCOMPARE(items.size(), 1);
        QCOMPARE(items.first().what, u"metric bad"_s);
        QVERIFY(items.first().reason.contains(u"Invalid value"_s));
        QVERIFY(!m_bench->connector->isSettled(run.runId()));
    }

    void aRunDeletedOnTheServerParksAsAWhole()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.synced()));
        server().runs.first().deleted = true;
        const int before = m_bench->fake->count();
        (void)run.logMetrics(steps(2000));
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        QVERIFY(m_bench->fake->count() - before < 5);
        const auto left = m_bench->outcome(m_bench->connector->flush(1s));
        VERIFY_OK(left);
        QVERIFY(left->isEmpty());
        QCOMPARE(left->parked.size(), 1);
        QVERIFY(left->parked.first().reason.contains(u"deleted"_s));
    }

    void aDeletedExperimentParksWithTheRemedy()
    {
        server().experiments.insert(u"experiment"_s, u"1"_s);
        server().deletedExperiments.insert(u"experiment"_s);
        RunSession run = m_bench->run();
        const auto synced = m_bench->outcome(run.synced());
        VERIFY_KIND(synced, ErrorKind::Conflict);
        QVERIFY(synced.error().message.contains(u"Restore it"_s));
        QVERIFY(server().runs.isEmpty());
    }

    void aParkedRunGoesOutOnceItsCauseIsGone()
    {
        server().experiments.insert(u"experiment"_s, u"1"_s);
        server().deletedExperiments.insert(u"experiment"_s);
        {
            RunSession run = m_bench->run();
            (void)run.logMetrics(steps(5));
            VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        }
        QVERIFY(m_bench->settles());
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QCOMPARE(parked.first().what, u"run run"_s);
        server().deletedExperiments.clear();
        VERIFY_OK(m_bench->outcome(m_bench->connector->retryParked(parked.first().sequence)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().metrics.size(), 5);
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        QVERIFY(m_bench->connector->journalStatus().parked.isEmpty());
    }

    void aDroppedItemIsForgotten()
    {
        server().badKeys = {u"bad"_s};
        RunSession run = m_bench->run();
        (void)run.logMetrics({{u"bad"_s, 1.0, 0, 0, {}, {}, {}}});
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        QVERIFY(m_bench->settles());
        const auto parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        VERIFY_OK(m_bench->outcome(m_bench->connector->dropParked(parked.first().sequence)));
        VERIFY_OK(m_bench->outcome(run.synced()));
        QVERIFY(m_bench->eventually([&] { return m_bench->connector->isSettled(run.runId()); }));
    }

    void aRunOverWhichTheServerFailsDoesNotHoldUpTheOthers_data()
    {
        QTest::addColumn<int>("status");
        QTest::newRow("the server itself") << 500;
        QTest::newRow("a gateway, over a heavy batch") << 504;
    }
    void aRunOverWhichTheServerFailsDoesNotHoldUpTheOthers()
    {
        QFETCH(int, status);
        server().failingStatus = status;
        server().failingRuns = {u"poison"_s, u"venom"_s};
        RunSession poison = m_bench->run(u"poison"_s);
        RunSession venom = m_bench->run(u"venom"_s);
        VERIFY_OK(m_bench->outcome(poison.synced()));
        VERIFY_OK(m_bench->outcome(venom.synced()));
        (void)poison.logMetrics(steps(1));
        (void)venom.logMetrics(steps(1));
        RunSession healthy = m_bench->run(u"healthy"_s);
        for (int i = 0; i < 5; ++i) {
            (void)healthy.logMetrics(steps(1, u"loss"_s, i));
            VERIFY_OK(m_bench->outcome(healthy.synced()));
        }
        QCOMPARE(server().runNamed(u"healthy"_s).metrics.size(), 5);
        QVERIFY(server().runNamed(u"poison"_s).metrics.isEmpty());
        server().failingRuns.clear(); // nothing was given up
        VERIFY_OK(m_bench->outcome(poison.synced()));
        VERIFY_OK(m_bench->outcome(venom.synced()));
        QCOMPARE(server().runNamed(u"poison"_s).metrics.size(), 1);
    }

    void whileNobodyAnswersTheJournalAsksEveryFiveSeconds()
    {
        server().down = true;
        RunSession run = m_bench->run();
        (void)run.logMetrics(steps(1));
        const CircuitBreaker &breaker = m_bench->server->breaker();
        QVERIFY(m_bench->eventually([&] { return breaker.snapshot().opened >= 4; }));
        QVERIFY(m_bench->eventually([&] { return m_bench->connector->nextProbe() > 0ms; }));
        QVERIFY(*m_bench->connector->nextProbe() <= 5s);
        const int asked = m_bench->fake->count();
        const auto before = m_bench->clock.now();
        QVERIFY(m_bench->eventually([&] { return m_bench->fake->count() > asked; }));
        QVERIFY(m_bench->clock.now() - before <= 6s);
        server().down = false;
        VERIFY_OK(m_bench->outcome(run.synced()));
        QVERIFY(!m_bench->connector->nextProbe());
    }

    void aFileBelowAFileIsRefusedAtOnce()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.logText(u"x"_s, u"a/b.txt"_s)));
        VERIFY_KIND(m_bench->outcome(run.logText(u"x"_s, u"a/b.txt/c"_s)), ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(run.logText(u"x"_s, u"a"_s)), ErrorKind::InvalidInput);
        VERIFY_OK(m_bench->outcome(run.logText(u"newer"_s, u"a/b.txt"_s)));
        QVERIFY(m_bench->settles());
        QCOMPARE(server().files.first(), "newer");
    }

    void aChildWaitsForItsParentAndNamesIt()
    {
        RunSession parent = m_bench->run(u"parent"_s);
        RunSpec spec;
        spec.experiment = u"experiment"_s;
        spec.name = u"child"_s;
        spec.parent = parent.localId();
        RunSession child = m_bench->connector->startRun(spec);
        VERIFY_OK(m_bench->outcome(child.synced()));
        QCOMPARE(server().runNamed(u"child"_s).tags.value(u"mlflow.parentRunId"_s),
            parent.runId().text());
    }

    void whatTheServerWouldCorruptIsRefusedAtOnce()
    {
        RunSession run = m_bench->run();
        VERIFY_KIND(m_bench->outcome(run.logParams({{u"p"_s, QString(6001, u'x')}})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(run.setTags({{u"t"_s, QString(8001, u'x')}})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(run.logMetrics({{u"a//b"_s, 1.0, 0, 0, {}, {}, {}}})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(run.logText(u"x"_s, u"a#b"_s)), ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(run.logModel({m_dir->path(), u"m"_s, {}, {}, {}})),
            ErrorKind::InvalidInput);
        VERIFY_OK(m_bench->outcome(run.synced()));
        QVERIFY(server().onlyRun().params.isEmpty());
    }

    void anExceptionEndsTheRunAsFailed()
    {
        try {
            RunSession run = m_bench->run();
            (void)run.logMetrics(steps(1));
            throw std::runtime_error("boom");
        } catch (const std::exception &) {
        }
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().status, u"FAILED"_s);
        QCOMPARE(server().onlyRun().metrics.size(), 1);
    }

    void afterTheEndNothingIsTaken()
    {
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.finish(RunOutcome::failed(
            makeError(ErrorKind::Engine, u"The engine crashed at http://me:pw@host."_s)))));
        QVERIFY(!run.isLive());
        VERIFY_KIND(m_bench->outcome(run.logMetrics(steps(1))), ErrorKind::Local);
        VERIFY_KIND(m_bench->outcome(run.finish()), ErrorKind::Local);
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().status, u"FAILED"_s);
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.error.kind"_s), u"Engine"_s);
        const QString message = server().onlyRun().tags.value(u"signalbox.error.message"_s);
        QVERIFY(message.contains(u"crashed"_s) && !message.contains(u"pw"_s));
    }

    void shutDownEndsLiveRunsAsKilled()
    {
        RunSession run = m_bench->run();
        // Whoever collects values for a batch gets the chance to log them.
        const QObject context;
        connect(m_bench->connector.get(), &Connector::aboutToShutDown, &context,
            [&run] { (void)run.logMetrics(steps(1)); });
        VERIFY_OK(m_bench->outcome(m_bench->connector->shutDown(u"SIGTERM arrived."_s, 60s)));
        QCOMPARE(server().onlyRun().status, u"KILLED"_s);
        QCOMPARE(
            server().onlyRun().tags.value(u"signalbox.error.message"_s), u"SIGTERM arrived."_s);
        QCOMPARE(server().onlyRun().metrics.size(), 1);
    }

    void shutDownDoesNotWaitForADeadServer()
    {
        server().down = true;
        RunSession run = m_bench->run();
        const auto before = m_bench->clock.now();
        VERIFY_OK(m_bench->outcome(m_bench->connector->shutDown(u"SIGTERM arrived."_s, 3s)));
        QVERIFY(m_bench->clock.now() - before < 4s);
        server().down = false;
        m_bench->reopen();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().status, u"KILLED"_s);
    }

    void aClosedConnectorLeavesNoRunBehind()
    {
        RunSession run = m_bench->run();
        m_bench->connector.reset();
        QVERIFY(!run.isLive());
        VERIFY_KIND(m_bench->outcome(run.logMetrics(steps(1))), ErrorKind::Local);
        m_bench->reopen();
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().status, u"KILLED"_s);
    }

    void twoConnectorsReplayOneJournalOnce()
    {
        TrackingBench other(m_dir->path());
        RunSession one = m_bench->run(u"one"_s);
        RunSession two = other.run(u"two"_s);
        for (int i = 0; i < 20; ++i) {
            (void)one.logMetrics(steps(10, u"loss"_s, 10 * i));
            (void)two.logMetrics(steps(10, u"loss"_s, 10 * i));
        }
        const auto first = one.synced();
        const auto second = two.synced();
        QVERIFY(m_bench->eventually([&] {
            other.clock.advance(100ms);
            return first.isFinished() && second.isFinished();
        }));
        VERIFY_OK(*first.result());
        VERIFY_OK(*second.result());
        // Whoever held the lease sent it; each run exists once on one of the two servers.
        QCOMPARE(server().runs.size() + other.mlflow->runs.size(), 2);
        QVERIFY(!one.runId().isEmpty());
        QVERIFY(m_bench->eventually([&] {
            other.clock.advance(100ms);
            return !two.runId().isEmpty();
        }));
    }

    void noSecretStaysInTheJournal()
    {
        rememberSecret(u"hunter2-hunter2"_s);
        server().down = true;
        RunSession run = m_bench->run();
        VERIFY_OK(m_bench->outcome(run.finish(RunOutcome::failed(
            Error{ErrorKind::Network, 0, {}, u"token hunter2-hunter2 refused"_s, {}, {}, {}, 0}))));
        const QDir journal(m_dir->filePath(u"journal"_s));
        for (const QFileInfo &entry : journal.entryInfoList(QDir::Files)) {
            QFile in(entry.filePath());
            QVERIFY(in.open(QIODevice::ReadOnly));
            const QByteArray content = in.readAll();
            QVERIFY(!content.contains("hunter2"));
            QVERIFY(!content.contains(QByteArray("h\0u\0n\0t\0e\0r\0", 12)));
        }
    }

    void healthNeverFails()
    {
        server().down = true;
        auto health = m_bench->outcome(m_bench->connector->health());
        VERIFY_OK(health);
        QVERIFY(!health->reachable);
        QVERIFY(health->error);
        RunSession run = m_bench->run();
        QVERIFY(
            m_bench->eventually([&] { return m_bench->connector->replayTrouble().has_value(); }));
        server().down = false;
        m_bench->server->breaker().reset();
        health = m_bench->outcome(m_bench->connector->health());
        VERIFY_OK(health);
        QVERIFY(health->reachable);
        QCOMPARE(health->server.version, u"3.17.2"_s);
    }
};

QTEST_GUILESS_MAIN(TestReplay)
#include "test_replay.moc"
