// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"
#include "core/tracking/spool.h"
#include "core/tracking/sqlite_db.h"
#include "core/tracking/wal_check.h"
#include "tests/support/await.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <functional>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kRuns = 40;
constexpr int kBatches = 3;
constexpr int kPoints = 20;
constexpr qint64 kPage = 4096;
constexpr qint64 kFrame = kPage + 24;
constexpr qint64 kLogHeader = 32;

QList<codec::Entry> points()
{
    QList<codec::Entry> entries;
    for (int i = 0; i < kPoints; ++i)
        entries << mlflow::Metric{u"loss"_s, 0.5, 1000 + i, i, {}, {}, {}};
    return entries;
}

} // namespace

//! A journal whose files were damaged while nobody looked: nothing is lost in silence.
class TestRecovery final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;

    QString dir() const { return QString(m_dir->path() % u"/journal"); }
    QString database() const { return QString(dir() % u"/journal.db"); }
    QString log() const { return QString(dir() % u"/journal.db-wal"); }
    std::unique_ptr<Journal> opened(const QString &folder)
    {
        auto journal = Journal::open(folder, {u"local"_s, u"Local"_s}, systemClock());
        if (!journal)
            qWarning() << journal.error().text();
        return journal ? std::move(journal).value() : nullptr;
    }
    std::unique_ptr<Journal> opened() { return opened(dir()); }

    //! Runs with points; the last write of each run is acknowledged when this returns.
    static void fill(Journal &journal)
    {
        for (int i = 0; i < kRuns; ++i) {
            NewRun run;
            run.localId = u"run%1"_s.arg(i);
            run.title = run.localId;
            run.startMs = 1000;
            VERIFY_OK(await(journal.addRun(run)));
            for (int k = 0; k < kBatches; ++k)
                VERIFY_OK(
                    await(journal.addItems(LocalRunId(run.localId), codec::batchItems(points()))));
        }
        NewItem item;
        item.kind = ItemKind::File;
        item.what = u"artifact a"_s;
        VERIFY_OK(await(journal.addFiles(LocalRunId(u"run0"_s), item,
            [](const JournalFolder &folder) -> Result<QList<SpooledFile>> {
                const auto kept = spool::writeBytes(folder, "text", u"a"_s);
                return kept ? Result<QList<SpooledFile>>(QList<SpooledFile>{kept.value()})
                            : Result<QList<SpooledFile>>(kept.failure());
            })));
    }
    //! A journal whose log is not written back yet, as a kill leaves it.
    void fillAndLeaveALog()
    {
        const QString living = QString(m_dir->path() % u"/living");
        const auto journal = opened(living);
        fill(*journal);
        QDir().mkpath(QString(dir() % u"/spool"));
        for (const QString &name : {u"journal.db"_s, u"journal.db-wal"_s})
            QVERIFY(QFile::copy(living % u'/' % name, QString(dir() % u'/' % name)));
        const QDir spool(QString(living % u"/spool"));
        for (const QString &name : spool.entryList(QDir::Files))
            QVERIFY(QFile::copy(spool.filePath(name), dir() % u"/spool/"_s % name));
    }
    static void change(const QString &path, const std::function<void(QByteArray &)> &edit)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray bytes = file.readAll();
        edit(bytes);
        QVERIFY(file.resize(0) && file.seek(0));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    static void scribble(QByteArray &bytes, qint64 at, int count)
    {
        for (qint64 i = at; i < std::min<qint64>(at + count, bytes.size()); ++i)
            bytes[i] = static_cast<char>(0xA5);
    }
    void damageAPage()
    {
        change(database(), [](QByteArray &bytes) {
            // A leaf of the items, somewhere in the middle.
            for (qint64 page = bytes.size() / kPage / 2; page < bytes.size() / kPage; ++page) {
                if (bytes.at(page * kPage) == 0x0D) {
                    scribble(bytes, page * kPage, 8);
                    return;
                }
            }
            QFAIL("no leaf was found");
        });
    }
    //! What is lost is told, the damaged file is kept, and the journal goes on.
    void verifyIncident(qint64 atLeast)
    {
        const auto journal = opened();
        QVERIFY(journal);
        const JournalStatus status = journal->status();
        QCOMPARE(status.incidents.size(), 1);
        QVERIFY2(
            status.incidents.first().contains(u"damaged-"_s), qPrintable(status.incidents.first()));
        QVERIFY2(status.pendingPoints >= atLeast,
            qPrintable(QString::number(status.pendingPoints) % u": "_s % status.incidents.first()));
        const QStringList aside =
            QDir(dir()).entryList({u"damaged-*"_s}, QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(aside.size(), 1);
        QVERIFY(QFile::exists(dir() % u'/' % aside.first() % u"/journal.db"_s));
        NewRun run;
        run.localId = u"afterwards"_s;
        VERIFY_OK(await(journal->addRun(run)));
        VERIFY_OK(await(journal->addItems(LocalRunId(run.localId), codec::batchItems(points()))));
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void aWholeJournalIsLeftAlone()
    {
        fillAndLeaveALog();
        const auto journal = opened();
        QVERIFY(journal->status().incidents.isEmpty());
        QCOMPARE(journal->status().pendingPoints, kRuns * kBatches * kPoints);
    }

    void anUnfinishedTransactionIsNoDamage()
    {
        fillAndLeaveALog();
        change(log(), [](QByteArray &bytes) {
            // The beginning of a frame of a transaction that was never committed.
            bytes += bytes.mid(kLogHeader, 4) + QByteArray(4, '\0') + bytes.mid(kLogHeader + 8, 8)
                + QByteArray(500, 'x');
        });
        const auto journal = opened();
        QVERIFY(journal->status().incidents.isEmpty());
        QCOMPARE(journal->status().pendingPoints, kRuns * kBatches * kPoints);
    }

    void aDamagedLogIsNoticedAndMostOfItIsKept()
    {
        fillAndLeaveALog();
        qint64 frames = 0;
        change(log(), [&frames](QByteArray &bytes) {
            frames = (bytes.size() - kLogHeader) / kFrame;
            scribble(bytes, kLogHeader + frames / 2 * kFrame + 100, 40);
        });
        QVERIFY(frames > 20);
        const auto report = wal::inspect(log());
        VERIFY_OK(report);
        QVERIFY(report->skipped >= frames / 2 - 1);
        verifyIncident(kRuns * kBatches * kPoints * 8 / 10);
    }

    void aLogWithoutItsHeaderIsNoticedAndRead()
    {
        fillAndLeaveALog();
        change(log(), [](QByteArray &bytes) { scribble(bytes, 0, 16); });
        verifyIncident(kRuns * kBatches * kPoints * 8 / 10);
    }

    void aLogOfGarbageIsNoticed()
    {
        {
            fill(*opened());
        }
        QFile file(log());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(100'000, 'g'));
        file.close();
        const auto journal = opened();
        QVERIFY(journal);
        QCOMPARE(journal->status().pendingPoints, kRuns * kBatches * kPoints);
    }

    void aPageThatCannotBeReadCostsWhatIsOnIt()
    {
        {
            fill(*opened());
        }
        damageAPage();
        verifyIncident(kRuns * kBatches * kPoints / 2);
    }

    void wideGapsBetweenKeysDoNotHoldUpTheRepair()
    {
        {
            fill(*opened());
        }
        {
            SqliteDb db;
            VERIFY_OK(db.open(database()));
            // As after billions that were delivered; and the highest key is damaged too.
            VERIFY_OK(
                db.exec("UPDATE items SET seq = -seq; UPDATE items SET seq = -seq * 100000000;"
                        "UPDATE files SET seq = seq * 100000000;"
                        "UPDATE sqlite_sequence SET seq = 4000000000000000000;"));
        }
        damageAPage();
        verifyIncident(kRuns * kBatches * kPoints / 2);
    }

    void aFirstPageOfGarbageCostsNothingElse()
    {
        {
            fill(*opened());
        }
        change(database(), [](QByteArray &bytes) { scribble(bytes, 0, 2000); });
        verifyIncident(kRuns * kBatches * kPoints);
        QCOMPARE(opened()->status().pendingArtifacts, 1);
    }

    void aTruncatedFileKeepsItsBeginning()
    {
        {
            fill(*opened());
        }
        change(database(), [](QByteArray &bytes) { bytes.truncate(bytes.size() * 3 / 4); });
        verifyIncident(0);
    }

    void anInterruptedRepairIsFinishedLater()
    {
        {
            fill(*opened());
        }
        // As if the repair had been killed after it had moved the files.
        const QString aside = QString(dir() % u"/damaged-1");
        QVERIFY(QDir().mkpath(aside));
        QVERIFY(QFile::rename(database(), aside % u"/journal.db"_s));
        QFile marker(dir() % u"/repair"_s);
        QVERIFY(marker.open(QIODevice::WriteOnly));
        marker.write("damaged-1");
        marker.close();
        verifyIncident(kRuns * kBatches * kPoints);
        QVERIFY(!QFile::exists(marker.fileName()));
    }

    void aJournalThatIsInUseIsNotRepairedUnderItsUser()
    {
        const auto living = opened();
        fill(*living);
        change(database(), [](QByteArray &bytes) { scribble(bytes, 0, 100); });
        const auto second = Journal::open(dir(), {u"local"_s, u"Local"_s}, systemClock());
        if (!second)
            QVERIFY(second.error().hint.contains(u"End every program"_s));
        QVERIFY(QDir(dir()).entryList({u"damaged-*"_s}, QDir::Dirs).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestRecovery)
#include "test_recovery.moc"
