// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/journal_folder.h"
#include "core/tracking/sqlite_db.h"
#include "tests/core/tracking/tracking_bench.h"

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kPerCall = 500;

QStringList rowsOf(const FakeMlflow::Run &run)
{
    QStringList rows;
    for (const auto &[row, value] : run.metrics)
        rows << row;
    return rows;
}

} // namespace

//! How the values of one run are dealt out to requests, and what of it may overtake what.
class TestBatches final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TrackingBench> m_bench;
    QStringList m_logged; // rows in the order of their calls

    FakeMlflow &server() { return *m_bench->mlflow; }
    void log(RunSession &run, int points, const QString &key = u"loss"_s)
    {
        for (int done = 0; done < points; done += kPerCall) {
            QList<mlflow::Metric> metrics;
            for (int i = 0; i < std::min(kPerCall, points - done); ++i) {
                const qint64 step = m_logged.size();
                m_logged << u"%1@%2"_s.arg(key, QString::number(step));
                metrics.append({key, 0.5, 0, step, {}, {}, {}});
            }
            (void)run.logMetrics(metrics);
        }
    }
    //! Everything waits for one server that comes up and says who it is.
    void goOnline()
    {
        server().down = false;
        VERIFY_OK(m_bench->outcome(m_bench->server->connectToServer()));
    }
    [[nodiscard]] int batches() const
    {
        return static_cast<int>(m_bench->mlflow->arrived.count(u"batch"_s));
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_bench = std::make_unique<TrackingBench>(m_dir->path());
        m_logged.clear();
        server().experiments.insert(u"experiment"_s, u"1"_s);
        server().down = true;
    }
    void cleanup()
    {
        m_bench.reset();
        m_dir.reset();
    }

    void severalBatchesOfMetricsAreUnderWayAtOnce()
    {
        RunSession run = m_bench->run();
        log(run, 10'000);
        (void)run.finish();
        goOnline();
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(m_bench->fake->mostRunning(), 2);
        QCOMPARE(batches(), 10);
        QStringList rows = rowsOf(server().onlyRun());
        rows.sort();
        m_logged.sort();
        QCOMPARE(rows, m_logged);
        QCOMPARE(server().arrived.last(), u"finish"_s);
    }

    void aServerThatKeepsTheOrderOfArrivalGetsOneBatchAfterTheOther()
    {
        server().version = u"2.22.1"_s;
        RunSession run = m_bench->run();
        log(run, 10'000);
        (void)run.finish();
        goOnline();
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(rowsOf(server().onlyRun()), m_logged);
        QCOMPARE(batches(), 10);
    }

    void theLastWordOnATagStands()
    {
        RunSession run = m_bench->run();
        for (int i = 0; i < 6; ++i) {
            (void)run.setTags({{u"phase"_s, QString::number(i)}});
            log(run, 2500);
        }
        (void)run.finish();
        goOnline();
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(server().onlyRun().tags.value(u"phase"_s), u"5"_s);
        QCOMPARE(server().onlyRun().metrics.size(), 15'000);
    }

    void refusedMetricsOfSeveralBatchesAreParkedAlone()
    {
        server().badKeys = {u"bad"_s, u"worse"_s};
        RunSession run = m_bench->run();
        log(run, 1800);
        log(run, 1, u"bad"_s);
        log(run, 1800);
        log(run, 1, u"worse"_s);
        log(run, 4000);
        (void)run.finish();
        goOnline();
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        QCOMPARE(server().onlyRun().metrics.size(), 7600);
        QStringList parked;
        for (const ParkedItem &item : m_bench->connector->journalStatus().parked)
            parked << item.what;
        QCOMPARE(parked, (QStringList{u"metric bad"_s, u"metric worse"_s}));
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
    }

    void whatArrivedBeforeAnOutageIsNotSentAgain()
    {
        RunSession run = m_bench->run();
        log(run, 8000);
        (void)run.finish();
        int asked = 0;
        server().beforeEach = [&](const FakeRequest &request) {
            if (request.path.endsWith(u"log-batch"_s) && ++asked == 6)
                server().down = true; // for whoever comes next
        };
        goOnline();
        QVERIFY(m_bench->eventually([this] { return server().down; }));
        server().down = false;
        VERIFY_OK(m_bench->outcome(run.synced()));
        QCOMPARE(server().onlyRun().metrics.size(), 8000);
        // The one that was on its way beside the refused one may come again.
        QVERIFY2(batches() <= 8 + 1, QByteArray::number(batches()).constData());
        server().beforeEach = nullptr;
    }

    void anUnreadableRecordIsParkedAndTheRestArrives()
    {
        RunSession run = m_bench->run();
        log(run, 8000);
        VERIFY_OK(m_bench->outcome(run.finish()));
        {
            SqliteDb journal;
            VERIFY_OK(journal.open(JournalFolder(m_dir->filePath(u"journal"_s)).database()));
            VERIFY_OK(journal.exec("UPDATE items SET payload = x'ff' WHERE seq = (SELECT min(seq) "
                                   "+ 7 FROM items WHERE kind = 1)"));
        }
        goOnline();
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        QCOMPARE(server().onlyRun().metrics.size(), 8000 - kPerCall);
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        const QList<ParkedItem> parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QVERIFY(parked.first().reason.contains(u"cannot be read"_s));
    }

    void aRunDeletedOnTheServerIsParkedAsAWhole()
    {
        RunSession run = m_bench->run();
        log(run, 8000);
        int asked = 0;
        server().beforeEach = [&](const FakeRequest &request) {
            if (request.path.endsWith(u"log-batch"_s) && ++asked == 3)
                server().runs.first().deleted = true;
        };
        goOnline();
        VERIFY_KIND(m_bench->outcome(run.synced()), ErrorKind::Conflict);
        const QList<ParkedItem> parked = m_bench->connector->journalStatus().parked;
        QCOMPARE(parked.size(), 1);
        QVERIFY(parked.first().reason.contains(u"deleted"_s));
        server().beforeEach = nullptr;
    }
};

QTEST_GUILESS_MAIN(TestBatches)
#include "test_batches.moc"
