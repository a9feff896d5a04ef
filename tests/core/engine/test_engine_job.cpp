// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "core/engine/engine_job.h"
#include "core/engine/process_table.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! Drives jobs whose engine is a few lines of shell.
class TestEngineJob final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    [[nodiscard]] std::unique_ptr<EngineJob> job(const QByteArray &script) const
    {
        EngineLaunch launch;
        launch.program = u"/bin/sh"_s;
        launch.arguments = {u"-c"_s, QString::fromUtf8(script)};
        launch.environment = QProcessEnvironment::systemEnvironment();
        launch.jobDir = m_dir->path();
        launch.grace = std::chrono::milliseconds(200);
        return std::make_unique<EngineJob>(
            launch, QJsonObject{{u"op"_s, u"train"_s}, {u"seed"_s, 42}});
    }
    [[nodiscard]] static Result<QJsonObject> resultOf(const Call<QJsonObject> &call)
    {
        [&] { QTRY_VERIFY_WITH_TIMEOUT(call.isFinished(), 10'000); }();
        return call.isFinished() ? *call.result() : Failure(ErrorKind::Local, u"no end"_s);
    }
    [[nodiscard]] Result<QJsonObject> run(const QByteArray &script) const
    {
        const auto j = job(script);
        return resultOf(j->start());
    }
    static bool groupLives(qint64 group) { return !processesOfGroup(group).isEmpty(); }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void theRequestGoesInAndTheResultComesOut()
    {
        const auto j = job("cat > request.json; echo to the log >&2;"
                           "echo '{\"event\":\"result\",\"op\":\"train\",\"rows\":7}'");
        const Result<QJsonObject> result = resultOf(j->start());
        QVERIFY2(result.hasValue(), result ? "" : qPrintable(result.error().text()));
        QCOMPARE(result->value(u"rows").toInt(), 7);
        QFile request(m_dir->filePath(u"request.json"_s));
        QVERIFY(request.open(QIODevice::ReadOnly));
        const QByteArray text = request.readAll();
        QVERIFY(text.contains("\"protocol\":1"));
        QVERIFY(text.contains("\"job_dir\":"));
        QFile log(j->logFile());
        QVERIFY(log.open(QIODevice::ReadOnly));
        QCOMPARE(log.readAll(), QByteArray("to the log\n"));
    }

    void eventsArriveInOrderAndChecked()
    {
        const auto j =
            job("echo '{\"event\":\"progress\",\"phase\":\"fit\",\"done\":1,\"total\":3}'\n"
                "echo "
                "'{\"event\":\"metric\",\"key\":\"loss\",\"value\":\"-Infinity\",\"step\":2,"
                "\"timestamp\":1700000000000}'\n"
                "echo '{\"event\":\"telepathy\"}'\n"
                "mkdir model; echo x > model/MLmodel; echo '{}' > a.json\n"
                "echo '{\"event\":\"artifact\",\"path\":\"a.json\",\"to\":\"out/a.json\"}'\n"
                "echo "
                "'{\"event\":\"model\",\"path\":\"model\",\"name\":\"m\",\"flavor\":\"sklearn\"}'\n"
                "printf '{\"event\":\"result\"}'; sleep 0.05; echo");
        QSignalSpy progress(j.get(), &EngineJob::progress);
        QSignalSpy metric(j.get(), &EngineJob::metric);
        QSignalSpy artifact(j.get(), &EngineJob::artifact);
        QSignalSpy model(j.get(), &EngineJob::model);
        QVERIFY(resultOf(j->start()));
        QCOMPARE(progress.first(), (QVariantList{u"fit"_s, qint64(1), qint64(3)}));
        QCOMPARE(metric.first().at(2).toLongLong(), 2);
        QVERIFY(qIsInf(metric.first().at(1).toDouble()));
        QCOMPARE(artifact.first(), (QVariantList{m_dir->filePath(u"a.json"_s), u"out/a.json"_s}));
        const QJsonObject announced = model.first().first().toJsonObject();
        QCOMPARE(announced[u"path"].toString(), m_dir->filePath(u"model"_s));
        QCOMPARE(announced[u"flavor"].toString(), u"sklearn"_s);
    }

    void anErrorOfTheDataKeepsItsKindAndRemedy()
    {
        const Result<QJsonObject> result =
            run("echo '{\"event\":\"error\",\"kind\":\"no_such_target\",\"message\":\"no column "
                "y\",\"hint\":\"columns: a, b\"}'; exit 1");
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::InvalidInput);
        QCOMPARE(result.error().apiCode, u"no_such_target"_s);
        QCOMPARE(result.error().hint, u"columns: a, b"_s);
    }

    void brokenProtocolEndsTheEngine_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::newRow("prose") << QByteArray("echo hello; sleep 60");
        QTest::newRow("endless line") << QByteArray("yes | tr -d '\\n'");
        QTest::newRow("foreign file")
            << QByteArray("ln -s /etc/passwd p; echo "
                          "'{\"event\":\"artifact\",\"path\":\"p\",\"to\":\"p\"}'; sleep 60");
        QTest::newRow("missing file")
            << QByteArray("echo '{\"event\":\"artifact\",\"path\":\"p\",\"to\":\"p\"}'; sleep 60");
    }

    void brokenProtocolEndsTheEngine()
    {
        QFETCH(const QByteArray, script);
        const auto j = job(script);
        const Result<QJsonObject> result = resultOf(j->start());
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Engine);
        QCOMPARE(result.error().apiCode, u"protocol"_s);
        QTRY_VERIFY(!groupLives(j->processId()));
    }

    void aDeadEngineSaysWhatItSaidLast()
    {
        rememberSecret(u"hunter22"_s);
        const Result<QJsonObject> silent = run("echo boom hunter22 >&2; exit 3");
        QCOMPARE(silent.error().kind, ErrorKind::Engine);
        QVERIFY(silent.error().message.contains(u"code 3"_s));
        QVERIFY(silent.error().message.contains(u"boom ***"_s));
        const Result<QJsonObject> killed = run("kill -KILL $$");
        QVERIFY(killed.error().message.contains(u"SIGKILL"_s));
        QVERIFY(killed.error().hint.contains(u"memory"_s));
        const Result<QJsonObject> crashed = run("kill -SEGV $$");
        QVERIFY(crashed.error().message.contains(u"SIGSEGV"_s));
        QCOMPARE(exitCodeFor(crashed.error()), 7);
    }

    void successNeedsResultAndCleanExit()
    {
        QCOMPARE(run("exit 0").error().kind, ErrorKind::Engine);
        QCOMPARE(run("echo '{\"event\":\"result\"}'; exit 4").error().kind, ErrorKind::Engine);
        QVERIFY(run("printf '{\"event\":\"result\"}\\n'"));
    }

    void aMissingProgramNamesTheRemedy()
    {
        EngineLaunch launch;
        launch.program = u"/no/such/python"_s;
        launch.jobDir = m_dir->path();
        EngineJob j(launch, {});
        const Result<QJsonObject> result = resultOf(j.start());
        QCOMPARE(result.error().kind, ErrorKind::Engine);
        QVERIFY(result.error().hint.contains(u"env create"_s));
    }

    void cancelAsksFirst()
    {
        const auto j =
            job("trap 'echo asked > asked; exit 130' TERM; echo '{\"event\":\"log\",\"level\":"
                "\"info\",\"text\":\"up\"}'; while :; do sleep 0.02; done");
        QSignalSpy up(j.get(), &EngineJob::logLine);
        const Call<QJsonObject> call = j->start();
        QTRY_COMPARE(up.size(), 1);
        j->cancel();
        j->cancel();
        QCOMPARE(resultOf(call).error().kind, ErrorKind::Cancelled);
        QVERIFY(QFile::exists(m_dir->filePath(u"asked"_s)));
    }

    void cancelKillsTheWholeGroupAfterTheGrace()
    {
        const auto j = job("trap '' TERM; sleep 300 & echo '{\"event\":\"log\",\"level\":\"info\","
                           "\"text\":\"up\"}'; while :; do sleep 0.02; done");
        QSignalSpy up(j.get(), &EngineJob::logLine);
        const Call<QJsonObject> call = j->start();
        QTRY_COMPARE(up.size(), 1);
        call.cancel();
        QCOMPARE(call.result()->error().kind, ErrorKind::Cancelled);
        QTRY_VERIFY(!groupLives(j->processId()));
    }

    void deletingTheJobLeavesNothingRunning()
    {
        auto j = job("sleep 300 & sleep 300");
        const Call<QJsonObject> call = j->start();
        const qint64 group = j->processId();
        QVERIFY(groupLives(group));
        j.reset();
        QTRY_VERIFY(!groupLives(group));
        QCOMPARE(call.result()->error().kind, ErrorKind::Cancelled);
    }

    void aChattyEngineLosesNothingAndDoesNotFreezeTheLoop()
    {
        const auto j =
            job("seq 0 19999 | sed 's/.*/{\"event\":\"metric\",\"key\":\"loss\",\"value\":1,"
                "\"step\":&,\"timestamp\":1}/'; echo '{\"event\":\"result\"}'");
        qint64 next = 0;
        bool ordered = true;
        connect(
            j.get(), &EngineJob::metric, this, [&](const QString &, double, qint64 step, qint64) {
                ordered = ordered && step == next;
                ++next;
            });
        QVERIFY(resultOf(j->start()));
        QCOMPARE(next, 20'000);
        QVERIFY(ordered);
    }

    void theLogIsBounded()
    {
        const auto j =
            job("head -c 20000000 /dev/zero | tr '\\0' x >&2; echo '{\"event\":\"result\"}'");
        QVERIFY(resultOf(j->start()));
        QVERIFY(QFile(j->logFile()).size() < 9 * 1024 * 1024);
    }
};

QTEST_GUILESS_MAIN(TestEngineJob)
#include "test_engine_job.moc"
