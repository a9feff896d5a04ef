// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/salvage.h"

#include <algorithm>
#include <limits>

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

/*! So many keys of a table are tried one by one behind pages that cannot be read. The highest key
 *  is no bound: it may be damaged itself, and a journal that has seen millions is no less usual. */
constexpr int kProbes = 200'000;
//! After those, steps grow by this share of the gap: a thousand more tries reach any key.
constexpr qint64 kStepShare = 64;

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

//! The rows of one table in order of their keys, as far as they can be read.
class TableCopy final {
public:
    TableCopy(SqliteDb &from, SqliteDb &to, const SalvageTable &table,
        const std::function<void(const Query &)> &see)
        : m_from(from)
        , m_to(to)
        , m_table(table)
        , m_see(see)
        , m_isNew(!Query(from, table.next).problem())
    {
    }
    [[nodiscard]] bool exists() const
    {
        return m_isNew || !Query(m_from, m_table.nextBefore).problem();
    }
    [[nodiscard]] int count() const { return m_count; }
    [[nodiscard]] qint64 key() const { return m_key; }
    //! All that follows; false when it ended before a page that cannot be read.
    [[nodiscard]] Result<bool> onwards()
    {
        return read(m_isNew ? m_table.next : m_table.nextBefore);
    }
    //! The row with the next key, which need not be there; false when that cannot be told.
    [[nodiscard]] Result<bool> one()
    {
        ++m_key;
        return read(m_isNew ? m_table.one : m_table.oneBefore);
    }
    void skip(qint64 keys) { m_key += keys; }

private:
    [[nodiscard]] Result<bool> read(const char *sql)
    {
        Query query(m_from, sql);
        query.bind(m_key);
        while (query.next()) {
            m_key = query.integer(0);
            if (auto kept = keep(m_to, m_table, query); !kept)
                return kept.failure();
            m_see(query);
            ++m_count;
        }
        return !query.problem();
    }
    SqliteDb &m_from;
    SqliteDb &m_to;
    const SalvageTable &m_table;
    const std::function<void(const Query &)> &m_see;
    bool m_isNew;
    int m_count = 0;
    qint64 m_key = -1;
};

//! Far from the end of the numbers, so that steps cannot run over it.
constexpr qint64 kHighest = std::numeric_limits<qint64>::max() / 2;

//! Behind the bad page, to the next row that can be read; false when there is none.
Result<bool> passGap(TableCopy &rows, qint64 highest, int &probes, int &unreadable)
{
    const int before = rows.count();
    const qint64 begin = rows.key();
    while (rows.count() == before) {
        const bool single = probes < kProbes;
        const qint64 step = single ? 1 : std::max<qint64>(1, (rows.key() - begin) / kStepShare);
        if (rows.key() >= highest || step > highest - rows.key())
            return false;
        if (!single)
            rows.skip(step);
        const auto read = single ? rows.one() : rows.onwards();
        if (!read)
            return read;
        probes += single ? 1 : 0;
        unreadable += *read ? 0 : 1;
        if (!single && *read)
            return false; // that was the end
    }
    return true;
}

} // namespace

Result<int> Salvage::copy(SqliteDb &from, SqliteDb &to, const SalvageTable &table, const See &see)
{
    TableCopy rows(from, to, table, see);
    if (!rows.exists())
        return Failure(ErrorKind::Local, u"The damaged journal shows no tables."_s, {});
    Query last(from, table.highest);
    const bool isKnown = last.next();
    const qint64 highest = isKnown ? std::min(last.integer(0), kHighest) : kHighest;
    int probes = 0;
    int unreadable = 0;
    for (bool more = true; more;) {
        const auto whole = rows.onwards();
        if (!whole)
            return whole.failure();
        if (*whole)
            break;
        const auto passed = passGap(rows, highest, probes, unreadable);
        if (!passed)
            return passed.failure();
        more = *passed;
    }
    m_unreadable += isKnown ? unreadable : 0;
    return rows.count();
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
