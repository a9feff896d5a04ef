// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/process_group.h"
#include "core/workspace/server_files.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! The local server's files and processes, with `sleep` in the place of the server.
class TestServerFiles final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] ServerFiles files() const { return ServerFiles(Home(m_dir->path())); }

    //! A daemon that carries the mark of this home, and its record.
    [[nodiscard]] ServerRecord startSleeper(const QStringList &script) const
    {
        DaemonSpec spec = files().daemon(u"/bin/sh"_s, 20'001);
        spec.arguments = script;
        const Result<qint64> pid = startDaemon(spec);
        const std::optional<ProcessInfo> info = processInfo(pid.valueOr(0));
        ServerRecord record;
        record.pid = pid.valueOr(0);
        record.startTime = info ? info->startTime : 0;
        record.port = 20'001;
        record.ready = true;
        return files().write(record) ? record : ServerRecord();
    }
    void endAll() const
    {
        for (const ProcessInfo &process : files().processes())
            signalGroup(process.group, SIGKILL);
        QTRY_VERIFY(files().processes().isEmpty());
    }
    static int listener(quint16 &port)
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(fd, reinterpret_cast<sockaddr *>(&address), size) != 0 || ::listen(fd, 1) != 0
            || ::getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            return -1;
        port = ntohs(address.sin_port);
        return fd;
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(files().prepare());
    }
    void cleanup() { endAll(); }

    void aDaemonLeadsItsOwnSessionAndKeepsItsFilesPrivate()
    {
        const ServerRecord record =
            startSleeper({u"-c"_s, u"echo hello; umask > mask; exec sleep 300"_s});
        const std::optional<ProcessInfo> info = processInfo(record.pid);
        QVERIFY(info);
        QCOMPARE(info->group, record.pid);
        QCOMPARE(::getsid(static_cast<pid_t>(record.pid)), static_cast<pid_t>(record.pid));
        QTRY_COMPARE(files().logTail(5), u"hello"_s);
        QFile mask(files().folder() + u"/mask"_s);
        QTRY_VERIFY(mask.exists() && mask.size() > 0);
        QVERIFY(mask.open(QIODevice::ReadOnly));
        QCOMPARE(mask.readAll().trimmed(), QByteArray("0077"));
        QCOMPARE(QFile(files().logFile()).permissions() & QFile::ReadOther, QFile::Permissions());
    }

    void aProgramThatIsNotThereIsNamed()
    {
        DaemonSpec spec = files().daemon(u"/no/such/python"_s, 20'001);
        const Result<qint64> pid = startDaemon(spec);
        QVERIFY(!pid);
        QVERIFY(pid.error().message.contains(u"/no/such/python"_s));
    }

    void theRecordedProcessIsRecognisedAndNoOther()
    {
        ServerRecord record = startSleeper({u"-c"_s, u"exec sleep 300"_s});
        QVERIFY(files().isAlive(record));
        QCOMPARE(files().status().state, LocalServerState::Running);
        QCOMPARE(files().status().url, QUrl(u"http://127.0.0.1:20001"_s));
        ServerRecord reused = record;
        ++reused.startTime; // the same pid, but another process
        QVERIFY(!files().isAlive(reused));
        ServerRecord foreign;
        foreign.pid = ::getpid();
        foreign.startTime = processInfo(foreign.pid)->startTime;
        QVERIFY(!files().isAlive(foreign)); // lives, but does not carry our mark
        record.ready = false;
        QVERIFY(files().write(record));
        QCOMPARE(files().status().state, LocalServerState::Starting);
    }

    void aChildThatOutlivesTheServerIsAnOrphan()
    {
        const ServerRecord record = startSleeper({u"-c"_s, u"sleep 300 & wait"_s});
        QTRY_COMPARE(files().processes().size(), 2);
        ::kill(static_cast<pid_t>(record.pid), SIGKILL);
        QTRY_COMPARE(files().status().state, LocalServerState::Orphaned);
        endAll();
        QCOMPARE(files().status().state, LocalServerState::Stopped);
    }

    void aCopiedHomeDoesNotOwnTheServerOfTheOriginal()
    {
        const ServerRecord record = startSleeper({u"-c"_s, u"exec sleep 300"_s});
        const QTemporaryDir copy;
        QVERIFY(QFile::copy(m_dir->filePath(u"workspace-id"_s), copy.filePath(u"workspace-id"_s)));
        const ServerFiles other{Home(copy.path())};
        QVERIFY(!other.isAlive(record));
        QVERIFY(other.processes().isEmpty());
    }

    void thePortIsKeptUntilItIsTaken()
    {
        const Result<ServerRecord> first = files().reservePort(false);
        QVERIFY(first);
        QVERIFY(first->port >= 20'000 && first->port < 32'768);
        QCOMPARE(files().reservePort(false).valueOr({}).port, first->port);
        ServerRecord taken = *first;
        const int fd = listener(taken.port);
        QVERIFY(fd >= 0);
        QVERIFY(files().write(taken));
        const Result<ServerRecord> next = files().reservePort(false);
        QVERIFY(next && next->port != taken.port);
        QCOMPARE(files().record().port, next->port);
        ::close(fd);
    }

    void whoListensIsKnown()
    {
        quint16 port = 0;
        const int fd = listener(port);
        QVERIFY(fd >= 0);
        QVERIFY(!isPortFree(port));
        QCOMPARE(listensOn({*processInfo(::getpid())}, port), std::optional(true));
        const ServerRecord record = startSleeper({u"-c"_s, u"exec sleep 300"_s});
        QCOMPARE(listensOn({*processInfo(record.pid)}, port), std::optional(false));
        ::close(fd);
        QVERIFY(isPortFree(port));
    }

    void aForeignDatabaseIsNotOpened()
    {
        const QTemporaryDir dir;
        const ServerFiles fresh{Home(dir.path())};
        QVERIFY(QDir(dir.path()).mkpath(u"workspace"_s));
        QFile database(fresh.store());
        QVERIFY(database.open(QIODevice::WriteOnly));
        const Result<void> prepared = fresh.prepare();
        QVERIFY(!prepared);
        QVERIFY(prepared.error().message.contains(fresh.store()));
        QVERIFY(database.remove());
        QVERIFY(fresh.prepare());
        QVERIFY(database.open(QIODevice::WriteOnly)); // now it is ours
        QVERIFY(fresh.prepare());
        QVERIFY(database.remove());
        QVERIFY(QFile::link(u"/elsewhere/mlflow.db"_s, fresh.store()));
        QVERIFY(!fresh.prepare());
    }

    void theServerHearsOnlyItsOwnAddressAndNoSettingsOfOthers()
    {
        qputenv("MLFLOW_BACKEND_STORE_URI", "postgresql://elsewhere");
        const DaemonSpec spec = files().daemon(u"/env/bin/python"_s, 20'002);
        qunsetenv("MLFLOW_BACKEND_STORE_URI");
        QCOMPARE(spec.arguments.value(spec.arguments.indexOf(u"--host"_s) + 1), u"127.0.0.1"_s);
        QCOMPARE(spec.arguments.value(spec.arguments.indexOf(u"--allowed-hosts"_s) + 1),
            u"127.0.0.1:20002"_s);
        QCOMPARE(spec.arguments.value(spec.arguments.indexOf(u"--workers"_s) + 1), u"1"_s);
        QVERIFY(!spec.environment.contains(u"MLFLOW_BACKEND_STORE_URI"_s));
        QCOMPARE(spec.environment.value(u"MLFLOW_SERVER_ENABLE_JOB_EXECUTION"_s), u"false"_s);
    }
};

QTEST_GUILESS_MAIN(TestServerFiles)
#include "test_server_files.moc"
