// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_store.h"

#include "core/base/logging.h"
#include "core/tracking/journal_recovery.h"
#include "core/tracking/journal_tables.h"

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kKeepMs = 30LL * 24 * 3600 * 1000;
constexpr qint64 kCheckedBytes = 16 * 1024 * 1024;
constexpr std::chrono::milliseconds kOpenWait{10'000};
constexpr qint64 kOrphanAgeMs = 3600LL * 1000;

} // namespace

Result<void> JournalStore::open(const JournalFolder &folder, qint64 nowMs)
{
    m_folder = folder;
    auto alone = ProcessLock::tryTake(folder.useLock());
    if (!alone)
        return alone.failure();
    const bool mayRepair = alone->has_value();
    if (!mayRepair) {
        // Somebody else opens it at this moment, or even repairs it.
        alone = ProcessLock::take(folder.useLock(), ProcessLock::Mode::Shared, kOpenWait);
        if (!alone)
            return alone.failure();
        if (!alone->has_value())
            return Failure(ErrorKind::Local,
                u"The journal \"%1\" is being opened or repaired by another process."_s.arg(
                    folder.database()),
                u"Try again in a moment."_s);
    }
    m_use = std::move(*std::move(alone).value());
    const auto due = mayRepair ? recovery::isDue(folder) : Result<bool>(false);
    if (!due)
        return due.failure();
    auto opened = *due ? repair(nowMs) : openDatabase();
    if (!opened && m_foundDamage && mayRepair && !*due)
        opened = repair(nowMs);
    if (!opened)
        return opened;
    m_use.share();
    return tidy(nowMs);
}

Result<void> JournalStore::openDatabase()
{
    if (auto opened = m_db.open(m_folder.database()); !opened)
        return opened;
    QFile::setPermissions(m_folder.database(), QFile::ReadOwner | QFile::WriteOwner);
    // The page cache is small because rows are read once; the WAL shrinks again after an outage.
    auto ready = m_db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                           "PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 16777216;"
                           // Debian's SQLite would write zeros over all that has arrived.
                           "PRAGMA secure_delete = FAST;");
    if (ready)
        ready = checkVersion();
    if (ready)
        ready = checkWhole();
    m_foundDamage = m_foundDamage || m_db.isDamaged();
    return ready;
}

Result<void> JournalStore::repair(qint64 nowMs)
{
    m_db.close();
    const auto repaired =
        recovery::repair(m_folder, nowMs, [](SqliteDb &db) { return makeJournalTables(db, 0); });
    if (!repaired)
        return repaired.failure();
    m_foundDamage = false;
    qCWarning(lcTracking) << repaired->text();
    if (auto opened = openDatabase(); !opened)
        return opened;
    Query note(m_db, "INSERT INTO incidents(at_ms, text) VALUES(?, ?)");
    return note.bind(nowMs).bind(repaired->text()).run();
}

Result<void> JournalStore::checkVersion()
{
    // Another process may be creating the same journal at this moment.
    if (auto begun = m_db.exec("BEGIN IMMEDIATE"); !begun)
        return begun;
    qint64 version = 0;
    {
        Query query(m_db, "PRAGMA user_version");
        if (query.next())
            version = query.integer(0);
        if (query.problem())
            return *query.problem();
    }
    if (auto made = makeJournalTables(m_db, version); !made) {
        rollback();
        return made;
    }
    if (auto done = m_db.exec("COMMIT"); !done)
        return done;
    if (version > kJournalVersion)
        return Failure(ErrorKind::Local,
            u"The journal \"%1\" was written by a newer Signalbox."_s.arg(m_folder.database()),
            u"Update this program, or choose another SIGNALBOX_HOME."_s);
    return {};
}

Result<void> JournalStore::checkWhole()
{
    // A large journal is not read as a whole at every start; damage there shows when it is used,
    // and has it examined at the next start.
    if (QFileInfo(m_folder.database()).size() > kCheckedBytes)
        return {};
    Query check(m_db, "PRAGMA integrity_check(1)");
    const QString verdict = check.next() ? check.text(0) : QString();
    if (check.problem())
        return *check.problem();
    if (verdict == "ok"_L1)
        return {};
    m_foundDamage = true;
    return m_db.damage(verdict);
}

Result<JournalIdentity> JournalStore::identity()
{
    JournalIdentity identity;
    Query query(m_db, "SELECT key, value FROM about");
    while (query.next()) {
        if (query.text(0) == "identity"_L1)
            identity.key = query.text(1);
        else if (query.text(0) == "title"_L1)
            identity.title = query.text(1);
    }
    if (query.problem())
        return *query.problem();
    return identity;
}

Result<void> JournalStore::setAbout(const char *key, const QString &value)
{
    Query query(m_db, "INSERT OR REPLACE INTO about(key, value) VALUES(?, ?)");
    return query.bind(QString::fromLatin1(key)).bind(value).run();
}

Result<void> JournalStore::claim(const JournalIdentity &identity)
{
    const auto known = this->identity();
    if (!known)
        return known.failure();
    if (identity.key.isEmpty() || (known->key == identity.key && known->title == identity.title))
        return {};
    if (!known->key.isEmpty() && known->key != identity.key)
        return Failure(ErrorKind::Local,
            u"The journal \"%1\" belongs to another connection (%2): what waits in it is not sent "
            u"under this one."_s.arg(m_folder.path(), known->title),
            u"Connect as \"%1\", or move the folder to where it came from."_s.arg(known->title));
    if (auto begun = m_db.exec("BEGIN IMMEDIATE"); !begun)
        return begun;
    auto named = setAbout("identity", identity.key);
    if (named)
        named = setAbout("title", identity.title);
    const auto done = named ? m_db.exec("COMMIT") : named;
    if (!done)
        rollback();
    return done;
}

Result<void> JournalStore::tidy(qint64 nowMs)
{
    Query old(m_db,
        "DELETE FROM runs WHERE ended = 1 AND refusal = '' AND touched_ms < ?"
        " AND NOT EXISTS (SELECT 1 FROM items WHERE items.run = runs.id)");
    if (auto removed = old.bind(nowMs - kKeepMs).run(); !removed)
        return removed;
    Query past(m_db, "DELETE FROM incidents WHERE at_ms < ?");
    if (auto removed = past.bind(nowMs - kKeepMs).run(); !removed)
        return removed;
    Query forgotten(m_db, "DELETE FROM dropped WHERE dropped_ms < ?");
    if (auto removed = forgotten.bind(nowMs - kKeepMs).run(); !removed)
        return removed;
    m_folder.forgetDeadOwners();
    // Copies whose process died before it could name them in the journal.
    const QDir spool(m_folder.spool());
    const auto entries = spool.entryInfoList(QDir::Files | QDir::Hidden);
    const QDateTime limit = QDateTime::currentDateTimeUtc().addMSecs(-kOrphanAgeMs);
    for (const QFileInfo &entry : entries) {
        if (entry.lastModified() > limit)
            continue;
        Query known(m_db, "SELECT 1 FROM files WHERE spool = ?");
        if (!known.bind(entry.fileName()).next() && !known.problem())
            QFile::remove(entry.filePath());
    }
    return {};
}

Result<void> JournalStore::begin(bool durable)
{
    if (durable != m_durable) {
        if (auto set =
                m_db.exec(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            !set)
            return set;
        m_durable = durable;
    }
    return m_db.exec("BEGIN IMMEDIATE");
}

Result<void> JournalStore::commit()
{
    if (auto done = m_db.exec("COMMIT"); !done)
        return done;
    for (const QString &name : std::as_const(m_garbage))
        QFile::remove(m_folder.spool(name));
    m_garbage.clear();
    return {};
}

void JournalStore::rollback()
{
    if (m_db.isDamaged())
        recovery::ask(m_folder);
    m_garbage.clear();
    if (!m_db.inTransaction())
        return;
    const auto ignored = m_db.exec("ROLLBACK");
    Q_UNUSED(ignored)
}

Result<qint64> JournalStore::addRun(const NewRun &run)
{
    Query query(m_db,
        "INSERT INTO runs(local_id, owner, parent, title, spec, start_ms, touched_ms)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6)");
    query.bind(run.localId).bind(run.owner).bind(run.parent).bind(run.title).bind(run.spec);
    if (auto done = query.bind(run.startMs).run(); !done)
        return done.failure();
    return m_db.lastInsertId();
}

Result<qint64> JournalStore::addItems(
    const QString &localId, const QList<NewItem> &items, qint64 nowMs)
{
    Query find(m_db, "SELECT id, ended, refusal <> '' FROM runs WHERE local_id = ?");
    if (!find.bind(localId).next()) {
        if (find.problem())
            return *find.problem();
        return Failure(ErrorKind::Local,
            u"The run was not recorded, so nothing can be logged to it."_s,
            u"Look for the earlier error; start a new run once it is solved."_s);
    }
    const qint64 run = find.integer(0);
    if (find.integer(1) != 0)
        return Failure(ErrorKind::Local, u"The run has ended already."_s,
            u"Log before the run is finished, or start another run."_s);
    const ItemState state = find.integer(2) != 0 ? ItemState::Held : ItemState::Pending;
    qint64 last = 0;
    bool ends = false;
    for (const NewItem &item : items) {
        const Result<qint64> added = insertItem(run, item, state, nowMs);
        if (!added)
            return added;
        last = added.value();
        ends = ends || item.kind == ItemKind::Finish;
    }
    Query touch(m_db, "UPDATE runs SET touched_ms = ?, ended = ? WHERE id = ?");
    if (auto done = touch.bind(nowMs).bind(ends ? 1 : 0).bind(run).run(); !done)
        return done.failure();
    return last;
}

Result<qint64> JournalStore::insertItem(
    qint64 run, const NewItem &item, ItemState state, qint64 nowMs)
{
    Query query(m_db,
        "INSERT INTO items(run, kind, state, metrics, params, tags, bytes, what, created_ms,"
        " payload, progress) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(run).bind(static_cast<qint64>(item.kind)).bind(static_cast<qint64>(state));
    query.bind(item.metrics).bind(item.params).bind(item.tags).bind(item.bytes).bind(item.what);
    if (auto done = query.bind(nowMs).bind(item.payload).bind(item.progress).run(); !done)
        return done.failure();
    const qint64 seq = m_db.lastInsertId();
    for (const SpooledFile &file : item.files) {
        Query add(m_db, "INSERT INTO files(seq, path, spool, size, sha256) VALUES(?, ?, ?, ?, ?)");
        add.bind(seq).bind(file.path).bind(file.spool).bind(file.size);
        if (auto done = add.bind(file.sha256).run(); !done)
            return done.failure();
    }
    return seq;
}

Result<void> JournalStore::removeItem(qint64 seq)
{
    Query files(m_db, "SELECT spool FROM files WHERE seq = ?");
    files.bind(seq);
    while (files.next())
        m_garbage << files.text(0);
    if (files.problem())
        return *files.problem();
    if (auto done = Query(m_db, "DELETE FROM files WHERE seq = ?").bind(seq).run(); !done)
        return done;
    return Query(m_db, "DELETE FROM items WHERE seq = ?").bind(seq).run();
}

Result<int> JournalStore::endRunsOf(const QString &owner, const QList<NewItem> &items, qint64 nowMs)
{
    QStringList open;
    Query query(m_db, "SELECT local_id FROM runs WHERE owner = ? AND ended = 0");
    query.bind(owner);
    while (query.next())
        open << query.text(0);
    if (query.problem())
        return *query.problem();
    for (const QString &localId : std::as_const(open)) {
        if (const auto added = addItems(localId, items, nowMs); !added)
            return added.failure();
    }
    return static_cast<int>(open.size());
}

Result<qint64> JournalStore::lastActivity(const QString &owner)
{
    Query query(m_db, "SELECT max(touched_ms) FROM runs WHERE owner = ? AND ended = 0");
    const qint64 last = query.bind(owner).next() ? query.integer(0) : 0;
    if (query.problem())
        return *query.problem();
    return last;
}

} // namespace signalbox
