// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/tracking_bench.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QProcess>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

//! A recorder that is killed: what it was promised is kept.
class TestCrash final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    //! Runs the recorder until it has `points` acknowledged points; returns what it said last.
    int recordAndKill(int points)
    {
        QProcess recorder;
        recorder.start(QStringLiteral(CRASH_HELPER), {m_dir->filePath(u"journal"_s)});
        int said = 0;
        const auto listen = [&] {
            while (recorder.canReadLine())
                said = recorder.readLine().trimmed().toInt();
            return said >= points;
        };
        const bool reached = QTest::qWaitFor(listen, 20'000);
        recorder.kill(); // SIGKILL: no destructor, no handler
        recorder.waitForFinished();
        listen();
        return reached ? said : -1;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void acknowledgedPointsSurviveAndTheRunEndsFailed()
    {
        const int said = recordAndKill(500);
        QVERIFY(said >= 500);
        TrackingBench bench(m_dir->path());
        QVERIFY(bench.eventually([&] {
            return !bench.mlflow->runs.isEmpty() && bench.mlflow->onlyRun().status == "FAILED"_L1;
        }));
        const FakeMlflow::Run &run = bench.mlflow->onlyRun();
        QCOMPARE(bench.mlflow->runs.size(), 1);
        QCOMPARE(run.name, u"recorder"_s);
        QVERIFY(run.metrics.size() >= said); // one more batch may be in the journal, unsaid
        QVERIFY(run.metrics.size() <= said + 20);
        for (qsizetype i = 0; i < run.metrics.size(); ++i)
            QCOMPARE(run.metrics.at(i).first, u"loss@%1"_s.arg(i));
        QCOMPARE(run.tags.value(u"signalbox.error.kind"_s), u"Abandoned"_s);
        QVERIFY(run.tags.value(u"signalbox.error.message"_s).contains(u"without finishing"_s));
        QVERIFY(run.endTime > 1'700'000'000'000);
    }

    void aKilledReplayerIsReplacedWithinSeconds()
    {
        QProcess replayer;
        replayer.start(QStringLiteral(CRASH_HELPER), {m_dir->filePath(u"journal"_s), u"hang"_s});
        QVERIFY(QTest::qWaitFor([&] { return replayer.canReadLine(); }, 20'000));
        TrackingBench bench(m_dir->path());
        RunSession run = bench.run(u"mine"_s);
        VERIFY_OK(bench.outcome(run.logMetrics({{u"loss"_s, 0.5, 0, 1, {}, {}, {}}})));
        // It holds the lease and tells so; nothing of ours goes out meanwhile.
        QVERIFY(bench.eventually([&] {
            const auto report = bench.connector->replayerElsewhere();
            return report && report->holdsLease && report->pid == replayer.processId();
        }));
        QVERIFY(bench.connector->journalStatus().replayerElsewhere);
        QVERIFY(bench.mlflow->runs.isEmpty());
        replayer.kill();
        replayer.waitForFinished();
        QElapsedTimer timer;
        timer.start();
        QVERIFY(bench.eventually([&] {
            return bench.mlflow->runNamed(u"mine"_s).metrics.size() == 1
                && bench.mlflow->runNamed(u"recorder"_s).status == "FAILED"_L1;
        }));
        QVERIFY(timer.elapsed() < 5000);
        QVERIFY(!bench.connector->replayerElsewhere());
    }

    void aLivingRecorderIsLeftAlone()
    {
        QProcess recorder;
        recorder.start(QStringLiteral(CRASH_HELPER), {m_dir->filePath(u"journal"_s)});
        QVERIFY(QTest::qWaitFor([&] { return recorder.canReadLine(); }, 20'000));
        TrackingBench bench(m_dir->path());
        // The recorder's own server is away, so it lets us replay; its run stays open.
        QVERIFY(bench.eventually([&] {
            return !bench.mlflow->runs.isEmpty() && bench.mlflow->onlyRun().metrics.size() == 2000;
        }));
        QVERIFY(bench.settles());
        QCOMPARE(bench.mlflow->onlyRun().status, u"RUNNING"_s);
        recorder.kill();
        recorder.waitForFinished();
        QVERIFY(bench.eventually([&] { return bench.mlflow->onlyRun().status == "FAILED"_L1; }));
    }
};

QTEST_GUILESS_MAIN(TestCrash)
#include "test_crash.moc"
