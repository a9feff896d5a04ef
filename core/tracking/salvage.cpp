// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/salvage.h"

using namespace Qt::StringLiterals;

namespace signalbox {

//! Texts are literals: the key stands first, `next` reads from a key on, `one` a single row.
struct SalvageTable {
    const char *next;
    const char *one;
    const char *insert;
    int columns;
    const char *nextBefore; //!< The same for the columns of the first version.
    const char *oneBefore;
    const char *highest; //!< The highest key that was ever given.
};

namespace {

//! So far keys are tried one by one behind pages that cannot be read.
constexpr qint64 kProbes = 200'000; // when nothing tells the highest key

#define SIGNALBOX_OLD_RUN                                                                          \
    "id, local_id, owner, parent, title, spec, start_ms, touched_ms, phase, ended, refusal,"       \
    " run_id, experiment_id, artifact_uri, model_id"
#define SIGNALBOX_RUN SIGNALBOX_OLD_RUN ", attempts, lane"
#define SIGNALBOX_OLD_ITEM                                                                         \
    "seq, run, kind, state, metrics, params, tags, bytes, what, reason, payload, progress"
#define SIGNALBOX_ITEM SIGNALBOX_OLD_ITEM ", created_ms, attempts, after_run"
#define SIGNALBOX_FILE "id, seq, path, spool, size, sha256, sent"

constexpr SalvageTable kRuns{"SELECT " SIGNALBOX_RUN " FROM runs WHERE id > ? ORDER BY id",
    "SELECT " SIGNALBOX_RUN " FROM runs WHERE id = ?",
    "INSERT OR IGNORE INTO runs(" SIGNALBOX_RUN ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", 17,
    "SELECT " SIGNALBOX_OLD_RUN " FROM runs WHERE id > ? ORDER BY id",
    "SELECT " SIGNALBOX_OLD_RUN " FROM runs WHERE id = ?",
    "SELECT seq FROM sqlite_sequence WHERE name = 'runs'"};
constexpr SalvageTable kItems{"SELECT " SIGNALBOX_ITEM " FROM items WHERE seq > ? ORDER BY seq",
    "SELECT " SIGNALBOX_ITEM " FROM items WHERE seq = ?",
    "INSERT OR IGNORE INTO items(" SIGNALBOX_ITEM ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", 15,
    "SELECT " SIGNALBOX_OLD_ITEM " FROM items WHERE seq > ? ORDER BY seq",
    "SELECT " SIGNALBOX_OLD_ITEM " FROM items WHERE seq = ?",
    "SELECT seq FROM sqlite_sequence WHERE name = 'items'"};
constexpr SalvageTable kFiles{"SELECT " SIGNALBOX_FILE " FROM files WHERE id > ? ORDER BY id",
    "SELECT " SIGNALBOX_FILE " FROM files WHERE id = ?",
    "INSERT OR IGNORE INTO files(" SIGNALBOX_FILE ") VALUES(?,?,?,?,?,?,?)", 7,
    "SELECT " SIGNALBOX_FILE " FROM files WHERE id > ? ORDER BY id",
    "SELECT " SIGNALBOX_FILE " FROM files WHERE id = ?", "SELECT max(id) FROM files"};

Result<void> keep(SqliteDb &to, const SalvageTable &table, const Query &row)
{
    Query insert(to, table.insert);
    for (int i = 0; i < table.columns; ++i) {
        if (i < row.columns())
            insert.bindCopy(row, i);
        else
            insert.bind(QString()); // reads as 0 and as empty
    }
    return insert.run();
}

} // namespace

Result<int> Salvage::copy(SqliteDb &from, SqliteDb &to, const SalvageTable &table, const See &see)
{
    const bool isNew = !Query(from, table.next).problem();
    if (!isNew && Query(from, table.nextBefore).problem())
        return Failure(ErrorKind::Local, u"The damaged journal shows no tables."_s, {});
    int rows = 0;
    qint64 key = -1;
    Query last(from, table.highest);
    const bool isKnown = last.next();
    const qint64 highest = isKnown ? last.integer(0) : kProbes;
    const auto take = [&](Query &query) -> Result<void> {
        while (query.next()) {
            key = query.integer(0);
            if (auto kept = keep(to, table, query); !kept)
                return kept;
            see(query);
            ++rows;
        }
        return {};
    };
    for (;;) {
        Query range(from, isNew ? table.next : table.nextBefore);
        if (auto taken = take(range.bind(key)); !taken)
            return taken.failure();
        if (!range.problem())
            return rows;
        // Behind the bad page: one key after the other, until a row can be read again.
        for (const int before = rows; rows == before;) {
            if (key >= highest)
                return rows;
            Query single(from, isNew ? table.one : table.oneBefore);
            const qint64 tried = ++key;
            if (auto taken = take(single.bind(tried)); !taken)
                return taken.failure();
            m_unreadable += isKnown && single.problem() ? 1 : 0;
        }
    }
}

Result<void> Salvage::dropOrphans(SqliteDb &to)
{
    Query items(to, "SELECT count(*) FROM items WHERE run NOT IN (SELECT id FROM runs)");
    if (items.next())
        m_unreadable += static_cast<int>(items.integer(0));
    Query holes(to,
        "SELECT count(*) FROM files WHERE seq NOT IN (SELECT seq FROM items) OR seq IN"
        " (SELECT seq FROM items WHERE run NOT IN (SELECT id FROM runs))");
    if (holes.next())
        m_unreadable += static_cast<int>(holes.integer(0));
    return to.exec("DELETE FROM items WHERE run NOT IN (SELECT id FROM runs);"
                   "DELETE FROM files WHERE seq NOT IN (SELECT seq FROM items);");
}

Result<void> Salvage::copyAll(SqliteDb &from, SqliteDb &to)
{
    const auto ignore = [](const Query &) {};
    const auto runs = copy(from, to, kRuns, ignore);
    if (!runs)
        return runs.failure();
    const auto items = copy(from, to, kItems, ignore);
    if (!items)
        return items.failure();
    const auto files =
        copy(from, to, kFiles, [this](const Query &row) { m_spoolFiles.insert(row.text(3)); });
    if (!files)
        return files.failure();
    if (auto cleaned = dropOrphans(to); !cleaned)
        return cleaned;
    m_runs = runs.value();
    Query count(to, "SELECT count(*) FROM items");
    m_items = count.next() ? static_cast<int>(count.integer(0)) : items.value();
    return {};
}

Result<void> Salvage::run(
    const QString &damaged, const QString &fresh, const MakeTables &makeTables)
{
    SqliteDb from;
    SqliteDb to;
    if (auto opened = from.open(damaged); !opened)
        return opened;
    if (auto opened = to.open(fresh); !opened)
        return opened;
    if (auto made = makeTables(to); !made)
        return made;
    if (auto begun = to.exec("BEGIN"); !begun)
        return begun;
    if (auto copied = copyAll(from, to); !copied)
        return copied;
    return to.exec("COMMIT");
}

} // namespace signalbox
