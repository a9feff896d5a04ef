// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_store.h"

// What the journal holds as a whole: counts, what is parked, why the rest waits.
namespace signalbox {

namespace {
constexpr int kShownParked = 200;
}

Result<QList<ParkedItem>> JournalStore::parkedItems()
{
    QList<ParkedItem> parked;
    Query runs(m_db,
        "SELECT -id, local_id, 'run ' || title, refusal FROM runs WHERE refusal <> ''"
        " ORDER BY id LIMIT ?");
    runs.bind(kShownParked);
    while (runs.next())
        parked.append({runs.integer(0), LocalRunId(runs.text(1)), runs.text(2), runs.text(3)});
    Query items(m_db,
        "SELECT i.seq, r.local_id, i.what, i.reason FROM items i JOIN runs r ON r.id = i.run"
        " WHERE i.state = 1 ORDER BY i.seq LIMIT ?");
    items.bind(kShownParked);
    while (items.next())
        parked.append({items.integer(0), LocalRunId(items.text(1)), items.text(2), items.text(3)});
    if (runs.problem())
        return *runs.problem();
    if (items.problem())
        return *items.problem();
    return parked;
}

Result<JournalStatus> JournalStore::status()
{
    JournalStatus status;
    Query items(
        m_db, "SELECT kind, count(*), sum(metrics) FROM items WHERE state = 0 GROUP BY kind");
    while (items.next()) {
        const auto kind = static_cast<ItemKind>(items.integer(0));
        const auto count = static_cast<int>(items.integer(1));
        status.pendingPoints += items.integer(2);
        if (kind == ItemKind::Batch || kind == ItemKind::Inputs)
            status.pendingBatches += count;
        else if (kind == ItemKind::File || kind == ItemKind::Model)
            status.pendingArtifacts += count;
        else if (kind >= ItemKind::RegisterModel)
            status.pendingRegistrations += count;
        else
            status.pendingRuns += count;
    }
    Query runs(m_db,
        "SELECT count(*) FROM runs r WHERE phase < 2 AND refusal = '' AND NOT EXISTS"
        " (SELECT 1 FROM items i WHERE i.run = r.id AND i.state = 0 AND i.kind = 5)");
    if (runs.next())
        status.pendingRuns += static_cast<int>(runs.integer(0));
    Query waits(m_db, "SELECT trouble FROM runs WHERE trouble <> '' ORDER BY id LIMIT 1");
    if (waits.next())
        status.trouble = waits.text(0);
    if (waits.problem())
        return *waits.problem();
    const auto parked = parkedItems();
    if (items.problem())
        return *items.problem();
    if (runs.problem())
        return *runs.problem();
    if (!parked)
        return parked.failure();
    const auto past = incidents();
    if (!past)
        return past.failure();
    status.incidents = past.value();
    status.parked = parked.value();
    return status;
}

Result<QStringList> JournalStore::unsettledRuns()
{
    QStringList runs;
    Query query(m_db,
        "SELECT run_id FROM runs r WHERE run_id <> '' AND EXISTS"
        " (SELECT 1 FROM items i WHERE i.run = r.id)");
    while (query.next())
        runs << query.text(0);
    if (query.problem())
        return *query.problem();
    return runs;
}

} // namespace signalbox
