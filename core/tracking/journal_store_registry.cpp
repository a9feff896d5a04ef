// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_store.h"
#include "core/tracking/registration.h"

// Registered models, their versions and experiments without a run that wait for the server.
namespace signalbox {

namespace {
using namespace Qt::StringLiterals;
}

Result<qint64> JournalStore::registryLane(const QString &name, ItemKind kind, qint64 nowMs)
{
    const QString localId =
        (kind == ItemKind::CreateExperiment ? u"experiment:"_s : u"registry:"_s) % name;
    Query find(m_db, "SELECT id FROM runs WHERE local_id = ?");
    if (find.bind(localId).next())
        return find.integer(0);
    if (find.problem())
        return *find.problem();
    // Ended and linked from the start: there is no run to create, to end or to abandon.
    Query add(m_db,
        "INSERT INTO runs(local_id, owner, parent, title, spec, start_ms, touched_ms, phase, ended,"
        " lane) VALUES(?1, '', '', ?2, x'', ?3, ?3, 2, 1, 1)");
    if (auto done = add.bind(localId).bind(name).bind(nowMs).run(); !done)
        return done.failure();
    return m_db.lastInsertId();
}

Result<qint64> JournalStore::addRegistration(
    const QString &name, const NewItem &item, const QString &afterRun, qint64 nowMs)
{
    const auto lane = registryLane(name, item.kind, nowMs);
    if (!lane)
        return lane;
    const auto added = insertItem(lane.value(), item, ItemState::Pending, nowMs);
    if (!added)
        return added;
    Query wait(m_db, "UPDATE items SET after_run = ? WHERE seq = ?");
    if (auto done = wait.bind(afterRun).bind(added.value()).run(); !done)
        return done.failure();
    Query touch(m_db, "UPDATE runs SET touched_ms = ? WHERE id = ?");
    if (auto done = touch.bind(nowMs).bind(lane.value()).run(); !done)
        return done.failure();
    return added;
}

Result<void> JournalStore::editRegistration(qint64 seq, const ParkedEdit &edit, qint64 nowMs)
{
    Query query(m_db, "SELECT kind, payload, after_run <> '' FROM items WHERE seq = ?");
    const bool found = query.bind(seq).next();
    if (query.problem())
        return *query.problem();
    const auto kind = static_cast<ItemKind>(found ? query.integer(0) : 0);
    const auto corrected =
        registration::corrected(kind, query.blob(1), edit, query.integer(2) != 0);
    if (!corrected)
        return corrected.failure();
    // Another name is another lane; its number keeps its place among what waits there.
    const auto lane = registryLane(corrected->name, kind, nowMs);
    if (!lane)
        return lane.failure();
    Query change(m_db,
        "UPDATE items SET run = ?, payload = ?, what = ?,"
        " after_run = CASE WHEN ? THEN after_run ELSE '' END WHERE seq = ?");
    change.bind(lane.value()).bind(corrected->item.payload).bind(corrected->item.what);
    return change.bind(corrected->followsRun ? 1 : 0).bind(seq).run();
}

Result<QList<ItemRow>> JournalStore::headOfLane(qint64 lane)
{
    QList<ItemRow> head;
    Query query(m_db,
        "SELECT seq, kind, payload, progress, what, after_run FROM items h"
        " WHERE seq = (SELECT min(seq) FROM items WHERE run = ? AND state = 0)"
        " AND NOT EXISTS (SELECT 1 FROM runs d WHERE d.local_id = h.after_run AND d.refusal = ''"
        " AND (d.phase < 2 OR EXISTS (SELECT 1 FROM items w WHERE w.run = d.id AND w.state = 0"
        " AND w.kind <= 4)))");
    if (query.bind(lane).next()) {
        ItemRow item;
        item.seq = query.integer(0);
        item.kind = static_cast<ItemKind>(query.integer(1));
        item.payload = query.blob(2);
        item.progress = query.blob(3);
        item.what = query.text(4);
        item.afterRun = query.text(5);
        head << item;
    }
    if (query.problem())
        return *query.problem();
    return head;
}

} // namespace signalbox
