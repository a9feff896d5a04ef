// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/process_group.h"
#include "core/workspace/local_server.h"
#include "core/workspace/python_environment.h"
#include "core/workspace/server_files.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! The real MLflow server of a clean home: started, shared, attacked and stopped.
class TestLocalServer final : public QObject {
    Q_OBJECT

private:
    static constexpr int kPatience = 120'000;
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<PythonEnvironment> m_environment;
    std::unique_ptr<LocalServer> m_server;

    //! A home whose path would break a URI that was put together carelessly.
    [[nodiscard]] Home home() const { return Home(m_dir->filePath(u"my home #1 ü?"_s)); }
    [[nodiscard]] ServerFiles files() const { return ServerFiles(home()); }

    template <typename T> [[nodiscard]] static Result<T> resultOf(const Call<T> &call)
    {
        [&] { QTRY_VERIFY_WITH_TIMEOUT(call.isFinished(), kPatience); }();
        return call.isFinished() ? *call.result() : Failure(ErrorKind::Local, u"no end"_s);
    }
    [[nodiscard]] Result<LocalServerStatus> start() { return resultOf(m_server->start()); }
    void stopAndSeeNothingLeft()
    {
        const Result<void> stopped = resultOf(m_server->stop());
        QVERIFY2(stopped.hasValue(), stopped ? "" : qPrintable(stopped.error().text()));
        QVERIFY(files().processes().isEmpty());
        QCOMPARE(m_server->status().state, LocalServerState::Stopped);
    }
    //! Proportional set size: the two processes share pages, which count once.
    static qint64 residentKilobytes(const QList<ProcessInfo> &processes)
    {
        qint64 sum = 0;
        for (const ProcessInfo &process : processes) {
            QFile file(u"/proc/%1/smaps_rollup"_s.arg(process.pid));
            if (!file.open(QIODevice::ReadOnly))
                continue;
            for (const QByteArray &line : file.readAll().split('\n')) {
                if (line.startsWith("Pss:"))
                    sum += line.simplified().split(' ').value(1).toLongLong();
            }
        }
        return sum;
    }
    static int listenOn(quint16 port)
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int yes = 1;
        (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool ok = ::bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0
            && ::listen(fd, 5) == 0;
        return ok ? fd : -1;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_environment = std::make_unique<PythonEnvironment>(home());
        if (!m_environment->status().ready)
            QFAIL("no Python environment: set SIGNALBOX_ENV_DIR to one");
        m_server = std::make_unique<LocalServer>(home(), *m_environment);
    }
    void cleanupTestCase()
    {
        for (const ProcessInfo &process : files().processes())
            signalGroup(process.group, SIGKILL);
    }

    void isStoppedBeforeTheFirstStart()
    {
        QCOMPARE(m_server->status().state, LocalServerState::Stopped);
        QVERIFY(resultOf(m_server->stop()));
        QCOMPARE(m_server->logTail(5), QString());
    }

    void startsOnceForManyStarters()
    {
        LocalServer other(home(), *m_environment);
        QSignalSpy changed(m_server.get(), &LocalServer::statusChanged);
        QElapsedTimer timer;
        timer.start();
        const Call<LocalServerStatus> first = m_server->start();
        const Call<LocalServerStatus> second = other.start();
        const Result<LocalServerStatus> a = resultOf(first);
        const Result<LocalServerStatus> b = resultOf(second);
        QVERIFY2(a.hasValue(), a ? "" : qPrintable(a.error().text()));
        QVERIFY2(b.hasValue(), b ? "" : qPrintable(b.error().text()));
        QCOMPARE(a->pid, b->pid);
        QCOMPARE(a->state, LocalServerState::Running);
        QCOMPARE(a->version, u"3.17.2"_s);
        QVERIFY(QFile::exists(a->store));
        QTRY_VERIFY(!changed.isEmpty());
        QCOMPARE(files().processes().size(), 2); // command line and server
        const qint64 megabytes = residentKilobytes(files().processes()) / 1024;
        qInfo("ready after %lld ms, %lld MB resident", timer.elapsed(), megabytes);
        QVERIFY2(megabytes < 500, qPrintable(QString::number(megabytes)));
    }

    void aRunningOneIsAdoptedAtOnce()
    {
        const qint64 pid = m_server->status().pid;
        QElapsedTimer timer;
        timer.start();
        const Result<LocalServerStatus> again = start();
        QVERIFY(again);
        QCOMPARE(again->pid, pid);
        QVERIFY(timer.elapsed() < 3'000);
    }

    void itsFilesStayInTheHomeAndPrivate()
    {
        const QFileDevice::Permissions others = QFile::ReadOther | QFile::ReadGroup;
        QVERIFY(!(QFile::permissions(files().store()) & others));
        QVERIFY(!(QFile::permissions(files().logFile()) & others));
        QVERIFY(m_server->logTail(50).contains(u"Uvicorn running"_s));
    }

    void stopLeavesNothingAndTheNextStartKeepsThePort()
    {
        const QUrl url = m_server->status().url;
        stopAndSeeNothingLeft();
        QCOMPARE(m_server->status().url, url);
        QVERIFY(isPortFree(static_cast<quint16>(url.port())));
        const Result<LocalServerStatus> again = start();
        QVERIFY2(again.hasValue(), again ? "" : qPrintable(again.error().text()));
        QCOMPARE(again->url, url);
    }

    void orphansOfAKilledServerAreClearedByTheNextStart()
    {
        const LocalServerStatus before = m_server->status();
        ::kill(static_cast<pid_t>(before.pid), SIGKILL);
        QTRY_COMPARE(m_server->status().state, LocalServerState::Orphaned);
        const Result<LocalServerStatus> again = start();
        QVERIFY2(again.hasValue(), again ? "" : qPrintable(again.error().text()));
        QVERIFY(again->pid != before.pid);
        QCOMPARE(files().processes().size(), 2);
        stopAndSeeNothingLeft();
    }

    void aStarterThatGoesAwayLeavesItsServerToTheNext()
    {
        auto starter = std::make_unique<LocalServer>(home(), *m_environment);
        const Call<LocalServerStatus> abandoned = starter->start();
        QTRY_COMPARE(m_server->status().state, LocalServerState::Starting);
        const qint64 pid = m_server->status().pid;
        starter.reset();
        QCOMPARE(abandoned.result()->error().kind, ErrorKind::Cancelled);
        const Result<LocalServerStatus> running = start();
        QVERIFY2(running.hasValue(), running ? "" : qPrintable(running.error().text()));
        QCOMPARE(running->pid, pid);
        stopAndSeeNothingLeft();
    }

    void stopAlsoClearsOrphans()
    {
        const Result<LocalServerStatus> running = start();
        QVERIFY(running);
        ::kill(static_cast<pid_t>(running->pid), SIGKILL);
        stopAndSeeNothingLeft();
    }

    void aTakenPortIsReplacedByAnotherOne()
    {
        const quint16 port = files().record().port;
        const int fd = listenOn(port);
        QVERIFY(fd >= 0);
        const Result<LocalServerStatus> running = start();
        QVERIFY2(running.hasValue(), running ? "" : qPrintable(running.error().text()));
        QVERIFY(running->url.port() != port);
        QCOMPARE(files().record().port, static_cast<quint16>(running->url.port()));
        ::close(fd);
        stopAndSeeNothingLeft();
    }

    void aServerThatCannotStartSaysWhy()
    {
        // A store of ours that is damaged: MLflow ends with an error of its database layer.
        const QString kept = files().store() + u".kept"_s;
        QVERIFY(QFile::rename(files().store(), kept));
        QFile broken(files().store());
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write(QByteArray(4096, 'x'));
        broken.close();
        const Result<LocalServerStatus> failed = start();
        QVERIFY(!failed);
        QVERIFY2(failed.error().message.contains(u"not a database"_s),
            qPrintable(failed.error().message));
        QVERIFY(failed.error().hint.contains(u"server logs"_s));
        QVERIFY(files().processes().isEmpty());
        QVERIFY(broken.remove());
        QVERIFY(QFile::rename(kept, files().store()));
    }
};

QTEST_GUILESS_MAIN(TestLocalServer)
#include "test_local_server.moc"
