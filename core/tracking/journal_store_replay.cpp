// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/batch_dealer.h"
#include "core/tracking/journal_store.h"

// The half of the store that the replayer uses.
namespace signalbox {

namespace {

using namespace Qt::StringLiterals;

RunRow rowOf(const Query &query)
{
    RunRow row;
    row.id = query.integer(0);
    row.localId = query.text(1);
    row.title = query.text(2);
    row.spec = query.blob(3);
    row.startMs = query.integer(4);
    row.phase = static_cast<RunPhase>(query.integer(5));
    row.ended = query.integer(6) != 0;
    row.runId = query.text(7);
    row.experimentId = query.text(8);
    row.artifactUri = query.text(9);
    row.modelId = query.text(10);
    row.refusal = query.text(11);
    row.parentRunId = query.text(12);
    row.parentRefusal = query.text(13);
    row.isRegistry = query.integer(14) != 0;
    return row;
}

#define SIGNALBOX_RUN_ROW                                                                          \
    "SELECT r.id, r.local_id, r.title, r.spec, r.start_ms, r.phase, r.ended, r.run_id,"            \
    " r.experiment_id, r.artifact_uri, r.model_id, r.refusal, coalesce(p.run_id, ''),"             \
    " coalesce(p.refusal, ''), r.lane FROM runs r LEFT JOIN runs p ON p.local_id = r.parent "

} // namespace

Result<QList<RunRow>> JournalStore::runsToReplay(int limit)
{
    // A run whose parent is not on the server yet waits for it, unless the parent never comes.
    Query query(m_db,
        SIGNALBOX_RUN_ROW "WHERE r.refusal = '' AND (r.phase < 2 OR EXISTS"
                          " (SELECT 1 FROM items i WHERE i.run = r.id AND i.state = 0))"
                          " AND (r.phase = 2 OR p.id IS NULL OR p.phase = 2 OR p.refusal <> '')"
                          // The first version of a lane may wait for the run that it comes from.
                          " AND (r.lane = 0 OR NOT EXISTS (SELECT 1 FROM items h JOIN runs d"
                          " ON d.local_id = h.after_run WHERE h.seq ="
                          " (SELECT min(seq) FROM items WHERE run = r.id AND state = 0)"
                          " AND d.refusal = '' AND (d.phase < 2 OR EXISTS (SELECT 1 FROM items w"
                          " WHERE w.run = d.id AND w.state = 0 AND w.kind <= 4))))"
                          " ORDER BY r.id LIMIT ?");
    query.bind(limit);
    QList<RunRow> rows;
    while (query.next())
        rows << rowOf(query);
    if (query.problem())
        return *query.problem();
    return rows;
}

Result<Chunk> JournalStore::nextChunk(qint64 run)
{
    Chunk chunk;
    Query query(m_db, SIGNALBOX_RUN_ROW "WHERE r.id = ?");
    if (query.bind(run).next())
        chunk.run = rowOf(query);
    if (query.problem())
        return *query.problem();
    if (chunk.run.id == 0 || !chunk.run.refusal.isEmpty() || chunk.needsCreate())
        return chunk;
    if (chunk.run.isRegistry) {
        const auto head = headOfLane(run);
        if (!head)
            return head.failure();
        chunk.items = head.value();
        return chunk;
    }
    Query parked(m_db, "SELECT count(*) FROM items WHERE run = ? AND state = 1");
    if (parked.bind(run).next())
        chunk.parked = static_cast<int>(parked.integer(0));
    for (const ItemKind kind :
        {ItemKind::Batch, ItemKind::Inputs, ItemKind::File, ItemKind::Model, ItemKind::Finish}) {
        const auto items = pendingItems(run, kind);
        if (!items)
            return items.failure();
        if (!items.value().isEmpty()) {
            chunk.items = items.value();
            break;
        }
    }
    return chunk;
}

Result<RunRow> JournalStore::runNamed(const QString &localId)
{
    Query query(m_db, SIGNALBOX_RUN_ROW "WHERE r.local_id = ?");
    const RunRow row = query.bind(localId).next() ? rowOf(query) : RunRow();
    if (query.problem())
        return *query.problem();
    return row;
}

Result<QList<ItemRow>> JournalStore::pendingItems(qint64 run, ItemKind kind)
{
    QList<ItemRow> items;
    BatchDealer dealer;
    Query query(m_db,
        "SELECT seq, payload, progress, what, metrics, params, tags, bytes FROM items"
        " WHERE run = ? AND state = 0 AND kind = ? ORDER BY seq");
    query.bind(run).bind(static_cast<qint64>(kind));
    while (query.next()) {
        const auto batch =
            dealer.place({query.integer(4), query.integer(5), query.integer(6), query.integer(7)});
        if (!batch || (kind != ItemKind::Batch && !items.isEmpty()))
            break;
        ItemRow item;
        item.seq = query.integer(0);
        item.kind = kind;
        item.payload = query.blob(1);
        item.progress = query.blob(2);
        item.what = query.text(3);
        item.batch = *batch;
        items << item;
    }
    if (query.problem())
        return *query.problem();
    if (kind == ItemKind::File || kind == ItemKind::Model) {
        for (ItemRow &item : items) {
            const auto files = filesOf(item.seq);
            if (!files)
                return files.failure();
            item.files = files.value();
        }
    }
    return items;
}

Result<QList<FileRow>> JournalStore::filesOf(qint64 seq)
{
    QList<FileRow> files;
    Query query(
        m_db, "SELECT id, path, spool, size, sha256, sent FROM files WHERE seq = ? ORDER BY id");
    query.bind(seq);
    while (query.next()) {
        FileRow row;
        row.id = query.integer(0);
        row.file = {query.text(2), query.text(1), query.integer(3), query.text(4)};
        row.sent = query.integer(5) != 0;
        files << row;
    }
    if (query.problem())
        return *query.problem();
    return files;
}

Result<void> JournalStore::markCreateAttempted(qint64 run)
{
    return Query(m_db, "UPDATE runs SET phase = 1 WHERE id = ? AND phase = 0").bind(run).run();
}

Result<void> JournalStore::link(
    qint64 run, const QString &runId, const QString &experimentId, const QString &artifactUri)
{
    Query query(m_db,
        "UPDATE runs SET phase = 2, trouble = '', run_id = ?, experiment_id = ?, artifact_uri = ?"
        " WHERE id = ?");
    return query.bind(runId).bind(experimentId).bind(artifactUri).bind(run).run();
}

Result<QList<Refusal>> JournalStore::settle(
    qint64 run, const QList<qint64> &arrived, QList<Refusal> refused)
{
    if (auto gone = setTrouble(run, {}); !gone)
        return gone.failure();
    qint64 createdMs = 0;
    qint64 attempts = 0;
    if (!refused.isEmpty() && !arrived.isEmpty()) {
        Query first(m_db, "SELECT created_ms, attempts FROM items WHERE seq = ?");
        if (first.bind(arrived.first()).next()) {
            createdMs = first.integer(0);
            attempts = first.integer(1);
        }
    }
    for (const qint64 seq : arrived) {
        if (auto removed = removeItem(seq); !removed)
            return removed.failure();
    }
    for (Refusal &refusal : refused) {
        Query query(m_db,
            "INSERT INTO items(run, kind, state, what, reason, metrics, params, tags, bytes,"
            " created_ms, attempts, payload) VALUES(?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        query.bind(run).bind(static_cast<qint64>(refusal.kind)).bind(refusal.what);
        query.bind(refusal.reason).bind(refusal.metrics).bind(refusal.params).bind(refusal.tags);
        query.bind(refusal.bytes).bind(createdMs).bind(attempts + 1).bind(refusal.payload);
        if (auto done = query.run(); !done)
            return done.failure();
        refusal.seq = m_db.lastInsertId();
    }
    if (refused.isEmpty())
        return refused;
    if (auto recounted = recountParked(run, createdMs); !recounted)
        return recounted.failure();
    return refused;
}

Result<void> JournalStore::parkItem(qint64 seq, const QString &reason)
{
    Query query(
        m_db, "UPDATE items SET state = 1, reason = ?, attempts = attempts + 1 WHERE seq = ?");
    if (auto parked = query.bind(reason).bind(seq).run(); !parked)
        return parked;
    if (auto gone = setTrouble(runOf(seq), {}); !gone)
        return gone;
    return recountParked(runOf(seq), 0);
}

Result<void> JournalStore::refuseRun(qint64 run, const QString &reason)
{
    if (auto done = Query(m_db, "UPDATE runs SET refusal = ?, trouble = '' WHERE id = ?")
                        .bind(reason)
                        .bind(run)
                        .run();
        !done)
        return done;
    return Query(m_db, "UPDATE items SET state = 2 WHERE run = ? AND state = 0").bind(run).run();
}

Result<void> JournalStore::setTrouble(qint64 run, const QString &why)
{
    return Query(m_db, "UPDATE runs SET trouble = ?1 WHERE id = ?2 AND trouble <> ?1")
        .bind(why)
        .bind(run)
        .run();
}

Result<void> JournalStore::countTry(qint64 run, const QList<qint64> &items, const QString &why)
{
    if (auto noted = setTrouble(run, why); !noted)
        return noted;
    if (items.isEmpty())
        return Query(m_db, "UPDATE runs SET attempts = attempts + 1 WHERE id = ?").bind(run).run();
    for (const qint64 seq : items) {
        Query query(m_db, "UPDATE items SET attempts = attempts + 1 WHERE seq = ?");
        if (auto done = query.bind(seq).run(); !done)
            return done;
    }
    return {};
}

Result<void> JournalStore::setProgress(qint64 seq, const QByteArray &progress)
{
    return Query(m_db, "UPDATE items SET progress = ? WHERE seq = ?")
        .bind(progress)
        .bind(seq)
        .run();
}

Result<void> JournalStore::setModel(qint64 run, const QString &modelId)
{
    return Query(m_db, "UPDATE runs SET model_id = ? WHERE id = ?").bind(modelId).bind(run).run();
}

Result<void> JournalStore::markFileSent(qint64 file)
{
    return Query(m_db, "UPDATE files SET sent = 1 WHERE id = ?").bind(file).run();
}

Result<QStringList> JournalStore::openOwners()
{
    QStringList owners;
    Query query(m_db, "SELECT DISTINCT owner FROM runs WHERE ended = 0");
    while (query.next())
        owners << query.text(0);
    if (query.problem())
        return *query.problem();
    return owners;
}

Result<Settlement> JournalStore::settlement(const QString &localId, qint64 upTo)
{
    Settlement settlement;
    Query run(m_db, SIGNALBOX_RUN_ROW "WHERE r.local_id = ?");
    if (run.bind(localId).next()) {
        settlement.known = true;
        settlement.run = rowOf(run);
    }
    Query items(m_db,
        "SELECT state, count(*), max(seq), max(reason), sum(metrics) FROM items"
        " WHERE run = ?1 AND (state <> 0 OR seq <= ?2 OR ?2 = 0) GROUP BY state");
    items.bind(settlement.run.id).bind(upTo);
    while (items.next()) {
        const bool pending = items.integer(0) == static_cast<qint64>(ItemState::Pending);
        (pending ? settlement.pending : settlement.parked) += static_cast<int>(items.integer(1));
        (pending ? settlement.pendingPoints : settlement.parkedPoints) += items.integer(4);
        settlement.lastSeq = std::max(settlement.lastSeq, items.integer(2));
        if (!pending && settlement.parkedReason.isEmpty())
            settlement.parkedReason = items.text(3);
    }
    if (run.problem())
        return *run.problem();
    if (items.problem())
        return *items.problem();
    return settlement;
}

Result<qint64> JournalStore::dataVersion()
{
    Query query(m_db, "PRAGMA data_version");
    const qint64 version = query.next() ? query.integer(0) : 0;
    if (query.problem())
        return *query.problem();
    return version;
}

} // namespace signalbox
