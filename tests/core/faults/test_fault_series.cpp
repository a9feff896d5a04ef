// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/faults/fault_bench.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// QtTest would end a long series after five minutes.
[[maybe_unused]] const bool kIsPatient = qputenv("QTEST_FUNCTION_TIMEOUT", "36000000");
constexpr int kBatches = 4;
constexpr int kPoints = 10;
constexpr int kOpenRuns = 4;

int wanted()
{
    bool isNumber = false;
    const int faults = qEnvironmentVariableIntValue("SIGNALBOX_FAULTS", &isNumber);
    return isNumber ? faults : 300;
}

quint32 seed()
{
    bool isNumber = false;
    const int seed = qEnvironmentVariableIntValue("SIGNALBOX_SEED", &isNumber);
    return isNumber ? static_cast<quint32>(seed) : 20'261;
}

//! One run as a caller logs it, and what it was promised.
struct Logged {
    QString name;
    std::unique_ptr<RunSession> session;
    int acknowledged = 0; //!< Points.
    bool finished = false;
};

} // namespace

/*! Writes of every kind through the Connector while answers are spoilt in every way there is.
 *  SIGNALBOX_FAULTS sets how many faults, SIGNALBOX_SEED which. */
class TestFaultSeries final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    std::unique_ptr<FaultBench> m_bench;
    std::unique_ptr<Connector> m_connector;
    std::vector<std::unique_ptr<Logged>> m_runs;
    QList<Call<mlflow::ModelVersion>> m_versions;
    QByteArray m_flaw; // the first thing that should not have been
    QStringList m_unused;

    void reopen()
    {
        m_connector.reset();
        auto opened = Connector::open(
            *m_bench->server, m_dir.filePath(u"journal"_s), {u"faults"_s, {}}, m_bench->clock);
        VERIFY_OK(opened);
        m_connector = std::move(opened).value();
    }
    void note(const Result<Ack> &result, Logged &run, int points)
    {
        if (result)
            run.acknowledged += points;
        else if (m_flaw.isEmpty())
            m_flaw = "not acknowledged: " + whyOf(result);
    }
    void startRun()
    {
        auto run = std::make_unique<Logged>();
        run->name = u"run %1"_s.arg(m_runs.size());
        RunSpec spec;
        spec.experiment = u"faults"_s;
        spec.name = run->name;
        run->session = std::make_unique<RunSession>(m_connector->startRun(spec));
        Logged &r = *run;
        m_runs.push_back(std::move(run));
        const auto watch = [this, &r](const Call<Ack> &call, int points) {
            call.then(
                this, [this, &r, points](const Result<Ack> &result) { note(result, r, points); });
        };
        watch(r.session->logParams({{u"lr"_s, u"0.1"_s}, {u"depth"_s, r.name}}), 0);
        for (int batch = 0; batch < kBatches; ++batch) {
            QList<mlflow::Metric> metrics;
            for (int i = 0; i < kPoints; ++i)
                metrics.append({u"loss"_s, 0.5 * i, 1000, batch * kPoints + i, {}, {}, {}});
            watch(r.session->logMetrics(metrics), kPoints);
        }
        watch(r.session->logText(r.name, u"notes.txt"_s), 0);
        watch(r.session->finish(), 0);
    }
    void registerVersion()
    {
        m_versions.append(m_connector->registerModel(
            {u"model"_s, {}, u"mlflow-artifacts:/x/%1"_s.arg(m_versions.size()), {}, {}, {}}));
        m_versions.last().then(this, [this](const Result<mlflow::ModelVersion> &result) {
            if (!result && m_flaw.isEmpty())
                m_flaw = flawOf(result.error());
        });
    }
    //! Everything that tells why nothing goes on.
    [[nodiscard]] QByteArray trouble() const
    {
        const auto error = m_connector->replayTrouble();
        const JournalStatus left = m_connector->journalStatus();
        const QueueStatus queue = m_bench->server->client().queueStatus();
        const auto &seen = m_bench->faults.seen();
        return u"after %1 faults %2 runs, %3 points, %4 registrations, %5 parked are left; %6 "
               u"requests "
               "on their way (interactive %7, logging %8, files %9 running); "_s
                   .arg(m_bench->faults.injected())
                   .arg(left.pendingRuns)
                   .arg(left.pendingPoints)
                   .arg(left.pendingRegistrations)
                   .arg(left.parked.size())
                   .arg(m_bench->server->client().queued())
                   .arg(queue.interactive.running)
                   .arg(queue.logging.running)
                   .arg(queue.sync.running)
                   .toUtf8()
            + u"breaker %1; server %2, last asked for %3; %4"_s
                  .arg(nameOf(m_bench->server->breaker().state()),
                      m_bench->faults.isUp() ? u"up"_s : u"down"_s,
                      seen.isEmpty() ? u"nothing"_s : QString::fromUtf8(seen.last().path),
                      error ? error->text() : u"no trouble known"_s)
                  .toUtf8();
    }
    void retryParked()
    {
        const auto status = m_connector->journalStatus();
        for (const ParkedItem &item : status.parked) {
            if (item.reason.isEmpty() && m_flaw.isEmpty())
                m_flaw = "parked without a reason: " + item.what.toUtf8();
            (void)m_bench->outcome(m_connector->retryParked(item.sequence));
        }
    }
    //! Until so many faults were injected.
    void raceThrough(int faults)
    {
        quint32 rounds = 0;
        while (m_bench->faults.injected() < faults && m_flaw.isEmpty()) {
            // Mostly three of ten answers; now and then so many that the circuit opens.
            m_bench->faults.setShare(rounds % 4 == 3 ? 0.9 : 0.3);
            for (int i = 0; i < kOpenRuns; ++i)
                startRun();
            registerVersion();
            m_bench->server->breaker().probeNow();
            const int before = m_bench->faults.injected();
            const bool moved = m_bench->eventually([&] {
                return m_connector->journalStatus().isEmpty()
                    || m_bench->faults.injected() >= before + 25;
            });
            QVERIFY2(moved, trouble().constData()); // nothing went on for two hours
            retryParked();
            if (++rounds % 5 == 0) {
                reopen(); // as a new process would find the journal
                QVERIFY(m_connector != nullptr);
            }
        }
    }
    //! With the faults over, everything has to arrive.
    void settle()
    {
        m_bench->faults.calm();
        for (int i = 0; i < 20; ++i) {
            m_bench->server->breaker().reset();
            retryParked();
            const auto left = m_bench->outcome(m_connector->flush(5min));
            VERIFY_OK(left);
            if (left->isEmpty() && left->parked.isEmpty())
                return;
        }
        const auto status = m_connector->journalStatus();
        QFAIL(qPrintable(u"Left over: %1 runs, %2 parked, first because: %3"_s.arg(
            QString::number(status.pendingRuns), QString::number(status.parked.size()),
            status.parked.isEmpty() ? QString::fromUtf8(trouble())
                                    : status.parked.first().reason)));
    }
    [[nodiscard]] QByteArray flawOfRun(const Logged &logged) const
    {
        QList<const FakeMlflow::Run *> living;
        for (const FakeMlflow::Run &run : m_bench->mlflow.runs) {
            if (run.name == logged.name && !run.deleted)
                living.append(&run);
        }
        if (living.size() != 1)
            return "there " + QByteArray::number(living.size()) + " times";
        const FakeMlflow::Run &run = *living.first();
        if (run.status != "FINISHED"_L1)
            return "is " + run.status.toUtf8();
        if (logged.acknowledged != kBatches * kPoints || run.metrics.size() != logged.acknowledged)
            return "has " + QByteArray::number(run.metrics.size()) + " points";
        if (run.params.value(u"depth"_s) != logged.name || run.params.size() != 2)
            return "has other params";
        return {};
    }

private Q_SLOTS:
    void everythingArrivesOnce()
    {
        m_bench = std::make_unique<FaultBench>();
        m_bench->faults.bombBytes = 1024 * 1024;
        reopen();
        m_bench->faults.atRandom(seed(), 0.3);
        raceThrough(wanted());
        QVERIFY2(m_flaw.isEmpty(), m_flaw.constData());
        settle();
        for (const auto &run : m_runs) {
            const QByteArray flaw = flawOfRun(*run);
            QVERIFY2(flaw.isEmpty(), QByteArray(run->name.toUtf8() + ' ' + flaw).constData());
        }
        QSet<QString> texts;
        for (const QByteArray &file : std::as_const(m_bench->mlflow.files))
            texts.insert(QString::fromUtf8(file));
        for (const auto &run : m_runs)
            QVERIFY2(texts.contains(run->name), qPrintable(run->name));
    }

    void noVersionIsThereTwice()
    {
        QVERIFY(m_bench->eventually([this] {
            return std::all_of(m_versions.cbegin(), m_versions.cend(),
                [](const auto &call) { return call.isFinished(); });
        }));
        QSet<QString> operations;
        for (const auto &tags : std::as_const(m_bench->mlflow.versions)) {
            const QString operation = tags.value(u"signalbox.op_id"_s);
            QVERIFY(!operation.isEmpty());
            QVERIFY2(!operations.contains(operation), "a version was created twice");
            operations.insert(operation);
        }
        const auto registered = std::count_if(m_versions.cbegin(), m_versions.cend(),
            [](const auto &call) { return call.result()->hasValue(); });
        QVERIFY(operations.size() >= registered);
    }

    void noSecretIsStored()
    {
        for (const auto &name : {u"journal/journal.db"_s, u"journal/journal.db-wal"_s}) {
            QFile file(m_dir.filePath(name));
            if (file.open(QIODevice::ReadOnly))
                QVERIFY2(!file.readAll().contains("planted-secret"), qPrintable(name));
        }
    }

    void everyKindWasMet()
    {
        const auto &met = m_bench->faults.injectedByKind();
        for (const Fault fault : allFaults()) {
            if (wanted() >= 100)
                QVERIFY2(met.value(fault) > 0, nameOf(fault).constData());
        }
        qInfo("%d faults, %d runs, %d requests, %d breaks of the circuit",
            m_bench->faults.injected(), static_cast<int>(m_runs.size()),
            static_cast<int>(m_bench->faults.seen().size()),
            static_cast<int>(m_bench->server->breaker().snapshot().opened));
        QVERIFY2(m_flaw.isEmpty(), m_flaw.constData());
        m_runs.clear();
        m_connector.reset();
        m_bench.reset();
    }
};

QTEST_GUILESS_MAIN(TestFaultSeries)
#include "test_fault_series.moc"
