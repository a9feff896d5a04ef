// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/file_lock.h"
#include "core/workspace/home.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <array>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestHome final : public QObject {
    Q_OBJECT

private:
    static mode_t modeOf(const QString &path)
    {
        struct stat info { };
        return ::stat(path.toLocal8Bit().constData(), &info) == 0 ? info.st_mode & 0777 : 0;
    }

private Q_SLOTS:
    void takesTheFolderTheUserChose()
    {
        const QTemporaryDir dir;
        qputenv("SIGNALBOX_HOME", (dir.path() + u"/mine"_s).toLocal8Bit());
        QCOMPARE(Home::fromEnvironment().root(), dir.path() + u"/mine"_s);
        qunsetenv("SIGNALBOX_HOME");
        qputenv("XDG_DATA_HOME", dir.path().toLocal8Bit());
        QCOMPARE(Home::fromEnvironment().root(), dir.path() + u"/signalbox"_s);
        qunsetenv("XDG_DATA_HOME");
    }

    void makesFoldersForTheUserAlone()
    {
        const QTemporaryDir dir;
        const Home home(dir.path() + u"/a/b"_s);
        const Result<QString> folder = home.folder(u"x/y"_s);
        QVERIFY(folder);
        QCOMPARE(modeOf(*folder), mode_t(0700));
        QCOMPARE(modeOf(home.root()), mode_t(0700));
    }

    void aFileInTheWayIsNamedWithTheRemedy()
    {
        const QTemporaryDir dir;
        QFile file(dir.filePath(u"home"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Result<QString> folder = Home(file.fileName()).folder(u"jobs"_s);
        QVERIFY(!folder);
        QCOMPARE(folder.error().kind, ErrorKind::Local);
        QVERIFY(folder.error().message.contains(file.fileName()));
        QVERIFY(folder.error().hint.contains(u"SIGNALBOX_HOME"_s));
    }

    void everyJobGetsItsOwnFolder()
    {
        const QTemporaryDir dir;
        const Home home(dir.path());
        const Result<QString> one = home.newJobFolder();
        const Result<QString> two = home.newJobFolder();
        QVERIFY(one && two);
        QVERIFY(*one != *two);
        QVERIFY(one->startsWith(home.path(u"jobs"_s)));
        QCOMPARE(modeOf(*one), mode_t(0700));
    }

    void foldersOfCrashedJobsGoAfterAWeek()
    {
        const QTemporaryDir dir;
        const Home home(dir.path());
        const QString abandoned = home.newJobFolder().valueOr({});
        const QString young = home.newJobFolder().valueOr({});
        QVERIFY(QDir(abandoned).mkdir(u"model"_s));
        const time_t then = ::time(nullptr) - 8 * 24 * 3600;
        const std::array<timespec, 2> times{timespec{then, 0}, timespec{then, 0}};
        QCOMPARE(
            ::utimensat(AT_FDCWD, QFile::encodeName(abandoned).constData(), times.data(), 0), 0);
        QVERIFY(home.newJobFolder().hasValue());
        QVERIFY(!QFileInfo::exists(abandoned));
        QVERIFY(QFileInfo::exists(young));
    }

    void theWorkspaceKeepsItsIdentityAlsoWhenMadeByManyAtOnce()
    {
        const QTemporaryDir dir;
        QStringList ids(8);
        {
            std::vector<std::jthread> threads;
            for (QString &id : ids)
                threads.emplace_back(
                    [&id, &dir] { id = Home(dir.path()).workspaceId().valueOr({}); });
        }
        QCOMPARE(ids.first().size(), 32);
        QCOMPARE(QSet<QString>(ids.begin(), ids.end()).size(), 1);
        QCOMPARE(Home(dir.path()).workspaceId().valueOr({}), ids.first());
    }

    void theEnvironmentMayBeSharedByHomes()
    {
        qunsetenv("SIGNALBOX_ENV_DIR");
        QCOMPARE(Home(u"/x"_s).environmentDir(), u"/x/env"_s);
        qputenv("SIGNALBOX_ENV_DIR", "/shared/env/");
        QCOMPARE(Home(u"/x"_s).environmentDir(), u"/shared/env"_s);
        qunsetenv("SIGNALBOX_ENV_DIR");
    }

    void findsTheResourcesOfTheSourceTree()
    {
        QVERIFY(QFileInfo::exists(Home::resourcesDir() + u"/engine/requirements.lock"_s));
    }

    void aLockIsHeldByOneAtATime()
    {
        const QTemporaryDir dir;
        FileLock first(dir.filePath(u"lock"_s));
        FileLock second(dir.filePath(u"lock"_s));
        QVERIFY(first.tryLock());
        QVERIFY(!second.tryLock());
        QVERIFY(second.problem().isEmpty());
        FileLock moved = std::move(first);
        QVERIFY(!second.tryLock());
        moved.unlock();
        QVERIFY(second.tryLock());
        FileLock nowhere(dir.filePath(u"no/such/folder"_s));
        QVERIFY(!nowhere.tryLock());
        QVERIFY(!nowhere.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestHome)
#include "test_home.moc"
