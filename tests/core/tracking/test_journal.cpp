// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"
#include "core/tracking/spool.h"
#include "tests/support/await.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

QList<codec::Entry> points(int count, const QString &key = u"loss"_s)
{
    QList<codec::Entry> entries;
    for (int i = 0; i < count; ++i)
        entries << mlflow::Metric{key, 0.5, 1000 + i, i, {}, {}, {}};
    return entries;
}

NewRun newRun(const QString &id)
{
    NewRun run;
    run.localId = id;
    run.title = id;
    run.startMs = 1000;
    return run;
}

NewItem fileItem()
{
    NewItem item;
    item.kind = ItemKind::File;
    item.what = u"artifact a"_s;
    return item;
}

qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * 4096;
}

//! Lowers a limit of this process for one test.
class FileSizeLimit final {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }
    Q_DISABLE_COPY_MOVE(FileSizeLimit)

private:
    rlimit m_before{};
};

} // namespace

//! What is acknowledged is there afterwards; what cannot be kept is not acknowledged.
class TestJournal final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    QString dir() const { return QString(m_dir->path() % u"/journal"); }
    std::unique_ptr<Journal> opened()
    {
        auto journal = Journal::open(dir(), {u"local"_s, u"Local"_s}, systemClock());
        return journal ? std::move(journal).value() : nullptr;
    }
    QString written(const QString &name, const QByteArray &content)
    {
        QFile file(m_dir->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            return {};
        return file.fileName();
    }
    QStringList spooled() const { return QDir(dir() % u"/spool").entryList(QDir::Files); }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void whatIsAcknowledgedIsThereAfterReopening()
    {
        {
            const auto journal = opened();
            QVERIFY(journal);
            VERIFY_OK(await(journal->addRun(newRun(u"r1"_s))));
            const auto ack =
                await(journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(2500))));
            VERIFY_OK(ack);
            QVERIFY(ack->sequence > 0);
        }
        const auto journal = opened();
        QCOMPARE(journal->status().pendingPoints, 2500);
        QCOMPARE(journal->status().pendingRuns, 1);
        QCOMPARE(journal->status().pendingBatches, 3); // none larger than the server takes
    }

    void queuedWritesSurviveTheDestructor()
    {
        {
            const auto journal = opened();
            (void)journal->addRun(newRun(u"r1"_s));
            for (int i = 0; i < 100; ++i)
                (void)journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(10)));
        }
        QCOMPARE(opened()->status().pendingPoints, 1000);
    }

    void nothingIsLoggedOutsideARun()
    {
        const auto journal = opened();
        const auto ack =
            await(journal->addItems(LocalRunId(u"nobody"_s), codec::batchItems(points(1))));
        VERIFY_KIND(ack, ErrorKind::Local);
        QVERIFY(journal->status().isEmpty());
    }

    void aBadWriteDoesNotFailItsNeighbours()
    {
        const auto journal = opened();
        const auto run = journal->addRun(newRun(u"r1"_s));
        const auto bad = journal->addItems(LocalRunId(u"nobody"_s), codec::batchItems(points(1)));
        const auto good = journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(1)));
        VERIFY_OK(await(run));
        VERIFY_OK(await(good));
        VERIFY_KIND(await(bad), ErrorKind::Local);
    }

    void foldersAndFilesAreForTheirOwnerOnly()
    {
        const auto journal = opened();
        VERIFY_OK(await(journal->addRun(newRun(u"r1"_s))));
        const auto modeOf = [](const QString &path) {
            struct stat info { };
            return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_mode & 0777U
                                                                           : 0U;
        };
        QCOMPARE(modeOf(dir()), 0700U);
        QCOMPARE(modeOf(QString(dir() % u"/spool")), 0700U);
        QCOMPARE(modeOf(QString(dir() % u"/journal.db")), 0600U);
    }

    void aFileIsCopiedAndHashedBeforeTheAcknowledgement()
    {
        const auto journal = opened();
        const QByteArray content(3'000'000, 'x');
        const QString path = written(u"data.bin"_s, content);
        (void)journal->addRun(newRun(u"r1"_s));
        const auto copied = std::make_shared<SpooledFile>();
        const auto added = journal->addFiles(LocalRunId(u"r1"_s), fileItem(),
            [path, copied](const JournalFolder &folder) -> Result<QList<SpooledFile>> {
                auto file = spool::copyFile(folder, path, u"data.bin"_s);
                if (!file)
                    return file.failure();
                *copied = file.value();
                return QList<SpooledFile>{file.value()};
            });
        // Logged after the file, so committed after it, although it needs no copy.
        const auto later = journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(1)));
        VERIFY_OK(await(added));
        VERIFY_OK(await(later));
        QVERIFY(later.result()->value().sequence > added.result()->value().sequence);
        QVERIFY(QFile::remove(path));
        QCOMPARE(copied->size, content.size());
        QCOMPARE(copied->sha256.toLatin1(),
            QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
        QFile copy(journal->folder().spool(copied->spool));
        QVERIFY(copy.open(QIODevice::ReadOnly));
        QCOMPARE(copy.readAll(), content);
    }

    void aFileThatIsNoneIsRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("missing") << u"/nonexistent/file"_s;
        QTest::newRow("folder") << u"/tmp"_s;
        QTest::newRow("device") << u"/dev/zero"_s;
    }
    void aFileThatIsNoneIsRefused()
    {
        QFETCH(QString, path);
        const JournalFolder folder(dir());
        VERIFY_OK(folder.prepare());
        const auto copied = spool::copyFile(folder, path, u"a"_s);
        VERIFY_KIND(copied, ErrorKind::InvalidInput);
        QVERIFY(copied.error().message.contains(path));
        QVERIFY(spooled().isEmpty());
    }

    void aRefusedFileLeavesNoCopyBehind()
    {
        const auto journal = opened();
        const auto ack = await(journal->addFiles(LocalRunId(u"nobody"_s), fileItem(),
            [](const JournalFolder &folder) -> Result<QList<SpooledFile>> {
                const auto kept = spool::writeBytes(folder, "text", u"a"_s);
                if (!kept)
                    return kept.failure();
                return QList<SpooledFile>{kept.value()};
            }));
        VERIFY_KIND(ack, ErrorKind::Local);
        QTRY_VERIFY(spooled().isEmpty());
    }

    void aFullDiskIsAnErrorBeforeTheAcknowledgement()
    {
        const QString path = written(u"large.bin"_s, QByteArray(400'000, 'x'));
        const auto journal = opened();
        VERIFY_OK(await(journal->addRun(newRun(u"r1"_s))));
        VERIFY_OK(await(journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(10)))));
        {
            const FileSizeLimit limit(200'000);
            const auto file = await(journal->addFiles(LocalRunId(u"r1"_s), fileItem(),
                [path](const JournalFolder &folder) -> Result<QList<SpooledFile>> {
                    const auto copied = spool::copyFile(folder, path, u"a"_s);
                    if (!copied)
                        return copied.failure();
                    return QList<SpooledFile>{copied.value()};
                }));
            VERIFY_KIND(file, ErrorKind::Local);
            QVERIFY(!file.error().hint.isEmpty());
            const auto many =
                await(journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(20'000))));
            VERIFY_KIND(many, ErrorKind::Local);
            QVERIFY(!many.error().hint.isEmpty());
        }
        QVERIFY(spooled().isEmpty());
        // The journal goes on once there is room, without what it refused.
        VERIFY_OK(await(journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(5)))));
        const auto status = await(journal->refreshStatus());
        VERIFY_OK(status);
        QCOMPARE(status->pendingPoints, 15);
        QCOMPARE(status->pendingArtifacts, 0);
    }

    void aFileThatIsNoJournalIsKeptAsideAndReported()
    {
        QDir().mkpath(dir());
        QVERIFY(!written(u"journal/journal.db"_s, QByteArray(8192, 'z')).isEmpty());
        const auto journal = opened();
        QVERIFY(journal);
        QCOMPARE(journal->status().incidents.size(), 1);
        QVERIFY(journal->status().incidents.first().contains(u"damaged"_s));
        const QStringList aside = QDir(dir()).entryList({u"damaged-*"_s}, QDir::Dirs);
        QCOMPARE(aside.size(), 1);
        QFile kept(dir() % u'/' % aside.first() % u"/journal.db"_s);
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), QByteArray(8192, 'z'));
    }

    void aNetworkFileSystemIsRefusedWithTheRemedy_data()
    {
        QTest::addColumn<quint64>("type");
        QTest::addColumn<QString>("name");
        QTest::newRow("nfs") << quint64(0x6969) << u"NFS"_s;
        QTest::newRow("smb") << quint64(0xfe534d42) << u"SMB"_s;
        QTest::newRow("ceph") << quint64(0x00c36400) << u"Ceph"_s;
        QTest::newRow("local") << quint64(0xef53) << QString();
    }
    void aNetworkFileSystemIsRefusedWithTheRemedy()
    {
        QFETCH(quint64, type);
        QFETCH(QString, name);
        const auto prepared = JournalFolder(dir()).prepare(
            [type](const QString &) { return std::optional<unsigned long>(type); });
        QCOMPARE(prepared.hasValue(), name.isEmpty());
        if (prepared)
            return;
        QVERIFY(prepared.error().message.contains(name));
        QVERIFY(prepared.error().hint.contains(u"SIGNALBOX_HOME"_s));
    }

    void anotherIdentityDoesNotGetThisJournal()
    {
        VERIFY_OK(await(opened()->addRun(newRun(u"r1"_s))));
        const auto other = Journal::open(dir(), {u"profile-2"_s, u"Other"_s}, systemClock());
        VERIFY_KIND(other, ErrorKind::Local);
        QVERIFY(other.error().message.contains(u"Local"_s));
        // A profile that was given another name is the same one.
        VERIFY_OK(Journal::open(dir(), {u"local"_s, u"Renamed"_s}, systemClock()));
    }

    void memoryStaysBoundedWhileTheServerIsAway()
    {
        const auto journal = opened();
        VERIFY_OK(await(journal->addRun(newRun(u"r1"_s))));
        const qint64 before = residentBytes();
        for (int i = 0; i < 200; ++i) {
            (void)journal->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(1000)));
            if (journal->isFull())
                QTRY_VERIFY(!journal->isFull());
        }
        QTRY_VERIFY(journal->isIdle());
        const auto status = await(journal->refreshStatus());
        VERIFY_OK(status);
        QCOMPARE(status->pendingPoints, 200'000);
        // 200 000 points take some 8 MB in the file; the process keeps its queue and a page cache.
        QVERIFY2(residentBytes() - before < 48 * 1024 * 1024,
            qPrintable(QString::number(residentBytes() - before)));
    }

    void aFolderThatCannotBeWrittenIsReported()
    {
        QVERIFY(!written(u"journal"_s, "a file in its place").isEmpty());
        const auto journal = Journal::open(dir(), {}, systemClock());
        VERIFY_KIND(journal, ErrorKind::Local);
        QVERIFY(journal.error().message.contains(dir()));
    }

    void aFolderOfSomebodyElseIsReported()
    {
        const QString closed = m_dir->filePath(u"closed"_s);
        QVERIFY(QDir().mkpath(closed));
        const auto owner = QFile::ReadOwner | QFile::ExeOwner;
        QVERIFY(QFile::setPermissions(m_dir->path(), owner | QFile::WriteOwner | QFile::ExeOther));
        QVERIFY(QFile::setPermissions(closed, owner | QFile::ReadOther | QFile::ExeOther));
        static constexpr uid_t kNobody = 65534;
        const bool isRoot = ::geteuid() == 0; // who may write everywhere
        QVERIFY(!isRoot || ::seteuid(kNobody) == 0);
        const auto journal = Journal::open(QString(closed % u"/journal"), {}, systemClock());
        QVERIFY(!isRoot || ::seteuid(0) == 0);
        VERIFY_KIND(journal, ErrorKind::Local);
        QVERIFY(journal.error().message.contains(closed));
        QVERIFY(journal.error().hint.contains(u"permission"_s));
    }

    void ownersLeaveNoLockBehind()
    {
        const QDir owners(dir() % u"/owners"_s);
        {
            const auto journal = opened();
            VERIFY_OK(await(journal->addRun(newRun(u"r1"_s))));
            QCOMPARE(owners.entryList(QDir::Files), QStringList{journal->owner()});
        }
        QVERIFY(owners.entryList(QDir::Files).isEmpty());
        // Of a process that was killed long ago; a new one may not have locked its own yet.
        for (const QString &name : {u"dead"_s, u"new"_s})
            QVERIFY(!written(QString(u"journal/owners/" % name), "").isNull());
        QFile dead(owners.filePath(u"dead"_s));
        QVERIFY(dead.open(QIODevice::ReadWrite));
        QVERIFY(dead.setFileTime(
            QDateTime::currentDateTimeUtc().addDays(-1), QFile::FileModificationTime));
        dead.close();
        const auto journal = opened();
        QCOMPARE(owners.entryList(QDir::Files), QStringList{u"new"_s});
    }

    void twoInstancesShareOneJournalAndSeeEachOther()
    {
        const auto one = opened();
        const auto two = opened();
        QSignalSpy noticed(two.get(), &Journal::changedElsewhere);
        VERIFY_OK(await(one->addRun(newRun(u"r1"_s))));
        VERIFY_OK(await(two->addRun(newRun(u"r2"_s))));
        VERIFY_OK(await(one->addItems(LocalRunId(u"r1"_s), codec::batchItems(points(3)))));
        QTRY_VERIFY(!noticed.isEmpty());
        QTRY_COMPARE(two->status().pendingPoints, 3);
        QTRY_COMPARE(two->status().pendingRuns, 2);
    }
};

QTEST_GUILESS_MAIN(TestJournal)
#include "test_journal.moc"
