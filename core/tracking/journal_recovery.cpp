// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_recovery.h"

#include "core/tracking/salvage.h"
#include "core/tracking/wal_check.h"

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QTimeZone>
#include <QtCore/QtEndian>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace signalbox::recovery {

namespace {

constexpr qsizetype kPage = 4096;

Failure cannotRepair(const QString &what)
{
    return Failure(ErrorKind::Local,
        u"The journal is damaged and could not be repaired: %1."_s.arg(what),
        u"Free some space and look at the permissions of its folder, then start again; nothing "
        u"was deleted."_s);
}

QString markerOf(const JournalFolder &folder)
{
    return QString(folder.path() % u"/repair");
}

QString logOf(const QString &database)
{
    return QString(database % u"-wal");
}

bool move(const QString &from, const QString &to)
{
    return !QFile::exists(from)
        || std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) == 0;
}

//! The folder that the marker names, made now when it names none yet.
Result<QString> asideFolder(const JournalFolder &folder, qint64 nowMs)
{
    QFile marker(markerOf(folder));
    QString name;
    if (marker.open(QIODevice::ReadOnly))
        name = QString::fromUtf8(marker.readAll()).trimmed();
    marker.close();
    if (!name.startsWith("damaged-"_L1) || name.contains(u'/')) {
        const QString time = QDateTime::fromMSecsSinceEpoch(nowMs, QTimeZone::utc())
                                 .toString(u"yyyyMMdd-HHmmss-zzz"_s);
        name = u"damaged-"_s % time;
        for (int i = 2; QFile::exists(QString(folder.path() % u'/' % name)); ++i)
            name = u"damaged-%1-%2"_s.arg(time, QString::number(i));
        const QByteArray text = name.toUtf8();
        if (!marker.open(QIODevice::WriteOnly | QIODevice::Truncate)
            || marker.write(text) != text.size() || !marker.flush())
            return cannotRepair(marker.errorString());
    }
    const QString path = QString(folder.path() % u'/' % name);
    if (!QDir().mkpath(path)
        || !QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
        return cannotRepair(u"\"%1\" cannot be made"_s.arg(path));
    return path;
}

//! Page 1 of a new journal in place of one that cannot be read: the tables begin on the same pages.
Result<void> replaceFirstPage(const QString &work, const QString &scratch, const MakeTables &make)
{
    QFile::remove(scratch);
    {
        SqliteDb empty;
        if (auto opened = empty.open(scratch); !opened)
            return opened;
        if (auto made = make(empty); !made)
            return made;
    }
    QFile from(scratch);
    QFile to(work);
    if (!from.open(QIODevice::ReadOnly) || !to.open(QIODevice::ReadWrite))
        return cannotRepair(to.errorString());
    QByteArray page = from.read(kPage);
    const auto pages = static_cast<quint32>((to.size() + kPage - 1) / kPage);
    static constexpr qsizetype kPages = 28;
    qToBigEndian(std::max(pages, 1U), page.data() + kPages);
    if (to.write(page) != page.size() || !to.flush())
        return cannotRepair(to.errorString());
    return {};
}

Result<void> copyOver(const QString &from, const QString &to)
{
    QFile::remove(to);
    if (!QFile::exists(from))
        return {};
    if (!QFile::copy(from, to))
        return cannotRepair(u"\"%1\" cannot be copied"_s.arg(from));
    return {};
}

//! A copy to read from: with the log, or with its whole frames when SQLite would cut it short.
Result<void> prepareCopy(const QString &damaged, const QString &work)
{
    QFile::remove(QString(work % u"-shm"));
    for (const QString &end : {QString(), u"-wal"_s}) {
        if (auto copied = copyOver(QString(damaged % end), QString(work % end)); !copied)
            return copied;
    }
    const auto log = wal::inspect(logOf(work));
    if (!log)
        return log.failure();
    if (!log->isDamaged())
        return {};
    const auto applied = wal::apply(logOf(work), work);
    QFile::remove(logOf(work));
    return applied ? Result<void>() : Result<void>(applied.failure());
}

void removeDatabase(const QString &path)
{
    for (const QString &end : {QString(), u"-wal"_s, u"-shm"_s})
        QFile::remove(QString(path % end));
}

//! Copies that no row names any more stay with the damaged journal.
void keepOrphans(const JournalFolder &folder, const QSet<QString> &named, const QString &aside)
{
    const QDir spool(folder.spool());
    const QStringList files = spool.entryList(QDir::Files | QDir::Hidden);
    for (const QString &file : files) {
        if (named.contains(file))
            continue;
        QDir().mkpath(QString(aside % u"/spool"));
        move(spool.filePath(file), QString(aside % u"/spool/" % file));
    }
}

} // namespace

QString Incident::text() const
{
    if (runs == 0 && items == 0)
        return u"The journal was damaged and nothing of it could be read. It is kept in \"%1\"."_s
            .arg(keptIn);
    QString text = u"The journal was damaged. %1 entries of %2 runs were recovered"_s.arg(
        QString::number(items), QString::number(runs));
    if (unreadable > 0)
        text += u"; up to %1 could not be read and may be lost"_s.arg(QString::number(unreadable));
    return QString(text % u". The damaged file is kept in \"" % keptIn % u"\".");
}

Result<bool> isDue(const JournalFolder &folder)
{
    if (QFile::exists(markerOf(folder)))
        return true;
    const auto log = wal::inspect(logOf(folder.database()));
    if (!log)
        return log.failure();
    return log->isDamaged();
}

void ask(const JournalFolder &folder)
{
    QFile marker(markerOf(folder));
    if (!marker.exists())
        (void)marker.open(QIODevice::WriteOnly);
}

Result<Incident> repair(const JournalFolder &folder, qint64 nowMs, const MakeTables &makeTables)
{
    const auto aside = asideFolder(folder, nowMs);
    if (!aside)
        return aside.failure();
    const QString kept = QString(*aside % u"/journal.db");
    const QString work = QString(*aside % u"/work.db");
    const QString fresh = QString(*aside % u"/fresh.db");
    // An interrupted repair has moved some of them, or has even put the new journal in place.
    for (const QString &end : {u"-wal"_s, u"-shm"_s, QString()}) {
        if (!QFile::exists(kept) && !move(QString(folder.database() % end), QString(kept % end)))
            return cannotRepair(u"\"%1\" cannot be moved"_s.arg(folder.database()));
    }
    removeDatabase(fresh);
    if (auto prepared = prepareCopy(kept, work); !prepared)
        return prepared.failure();
    Salvage salvage;
    auto read = salvage.run(work, fresh, makeTables);
    if (!read) {
        removeDatabase(fresh);
        if (auto replaced = replaceFirstPage(work, QString(*aside % u"/scratch.db"), makeTables);
            !replaced)
            return replaced.failure();
        salvage = Salvage();
        read = salvage.run(work, fresh, makeTables);
    }
    if (!read) {
        // Nothing can be read at all: the new journal is an empty one.
        removeDatabase(fresh);
        salvage = Salvage();
        SqliteDb empty;
        if (auto opened = empty.open(fresh); !opened)
            return opened.failure();
        if (auto made = makeTables(empty); !made)
            return made.failure();
    }
    keepOrphans(folder, salvage.spoolFiles(), *aside);
    if (!move(fresh, folder.database()))
        return cannotRepair(u"the new journal cannot be put in place"_s);
    removeDatabase(work);
    removeDatabase(QString(*aside % u"/scratch.db"));
    QFile::remove(markerOf(folder));
    return Incident{*aside, salvage.runs(), salvage.items(), salvage.unreadable()};
}

} // namespace signalbox::recovery
