// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/item_codec.h"
#include "core/tracking/journal_store.h"
#include "core/tracking/log_checks.h"
#include "core/tracking/registration.h"

#include <QtCore/QLocale>

#include <optional>

// What the journal shows to people, and what they decide about what the server refused.
namespace signalbox {

namespace {

using namespace Qt::StringLiterals;

#define SIGNALBOX_SHOWN_RUN                                                                        \
    "SELECT -r.id, r.local_id, r.run_id, r.title, 0, 0, 0, 0, 'run ' || r.title, r.start_ms,"      \
    " CASE WHEN r.refusal <> '' THEN 1 ELSE 0 END, r.refusal || r.trouble, r.attempts, r.spec, "   \
    "r.id AS lane"                                                                                 \
    " FROM runs r "
#define SIGNALBOX_SHOWN_ITEM                                                                       \
    "SELECT i.seq, r.local_id, r.run_id, r.title, i.kind, i.metrics, i.params, i.tags, i.what,"    \
    " i.created_ms, i.state, CASE WHEN i.state = 0 THEN r.trouble ELSE i.reason END, i.attempts,"  \
    " CASE WHEN i.state = 1 THEN i.payload ELSE x'' END, r.id AS lane"                             \
    " FROM items i JOIN runs r ON r.id = i.run "

JournalKind batchKind(qint64 metrics, qint64 params, qint64 tags)
{
    if (params == 0 && tags == 0)
        return JournalKind::Metrics;
    if (metrics == 0 && tags == 0)
        return JournalKind::Params;
    return metrics == 0 && params == 0 ? JournalKind::Tags : JournalKind::Values;
}

JournalKind kindOf(const Query &row)
{
    if (row.integer(4) == 0)
        return JournalKind::Create;
    switch (static_cast<ItemKind>(row.integer(4))) {
    case ItemKind::Batch:
        return batchKind(row.integer(5), row.integer(6), row.integer(7));
    case ItemKind::Inputs:
        return JournalKind::Inputs;
    case ItemKind::File:
        return JournalKind::File;
    case ItemKind::Model:
        return JournalKind::Model;
    case ItemKind::Finish:
        return JournalKind::Finish;
    case ItemKind::RegisterModel:
        return JournalKind::RegisteredModel;
    case ItemKind::RegisterVersion:
        return JournalKind::ModelVersion;
    case ItemKind::CreateExperiment:
        return JournalKind::Experiment;
    }
    return JournalKind::Values;
}

JournalItemState stateOf(qint64 stored)
{
    switch (static_cast<ItemState>(stored)) {
    case ItemState::Pending:
        return JournalItemState::Pending;
    case ItemState::Parked:
        return JournalItemState::Parked;
    case ItemState::Held:
        return JournalItemState::Held;
    }
    return JournalItemState::Pending;
}

//! The one value of an item that the server refused alone.
std::optional<codec::Entry> onlyEntry(const QByteArray &payload)
{
    const auto entries = codec::decodeEntries(payload);
    return entries && entries->size() == 1 ? std::optional(entries->first()) : std::nullopt;
}

QString valueOf(const codec::Entry &entry)
{
    if (const auto *metric = std::get_if<mlflow::Metric>(&entry))
        return QString::number(metric->value, 'g', QLocale::FloatingPointShortest);
    if (const auto *param = std::get_if<mlflow::Param>(&entry))
        return param->value;
    return std::get<mlflow::Tag>(entry).value;
}

void showContent(JournalItem &item, const QByteArray &payload)
{
    if (item.kind == JournalKind::Create) {
        const auto record = codec::decodeRun(payload);
        item.canEdit = record.has_value();
        item.key = record ? record->experiment : QString();
    } else if (item.kind == JournalKind::Model) {
        const auto record = codec::decodeModel(payload);
        item.canEdit = record.has_value();
        item.key = record ? record->name : QString();
    } else if (item.isRegistration()) {
        registration::show(item, payload);
    } else if (const auto entry = onlyEntry(payload)) {
        item.canEdit = true;
        item.key = std::visit([](const auto &value) { return value.key; }, *entry);
        item.value = valueOf(*entry);
    }
}

JournalItem shown(const Query &row)
{
    JournalItem item;
    item.sequence = row.integer(0);
    item.run = LocalRunId(row.text(1));
    item.runId = RunId(row.text(2));
    item.runName = row.text(3);
    item.kind = kindOf(row);
    item.summary = row.text(8);
    item.points = row.integer(5);
    item.sinceMs = row.integer(9);
    item.state = stateOf(row.integer(10));
    item.reason = row.text(11);
    item.attempts = static_cast<int>(row.integer(12));
    if (item.state == JournalItemState::Parked)
        showContent(item, row.blob(13));
    return item;
}

Failure cannotEdit(const QString &why)
{
    return Failure(ErrorKind::InvalidInput, u"The parked item cannot be edited: %1."_s.arg(why),
        u"Retry or drop it."_s);
}

//! The first part of the edit that an item like this does not have.
QString strayPart(const JournalItem &item, const ParkedEdit &edit)
{
    if (edit.value && item.isRegistration())
        return u"value"_s;
    for (auto field = edit.fields.keyBegin(); field != edit.fields.keyEnd(); ++field) {
        if (!item.fields.contains(*field))
            return nameOf(*field);
    }
    const bool hasTags = !edit.setTags.isEmpty() || !edit.removedTags.isEmpty();
    return hasTags && !item.isRegistration() ? u"tags"_s : QString();
}

Result<QList<codec::Entry>> corrected(const codec::Entry &entry, const ParkedEdit &edit)
{
    if (const auto *old = std::get_if<mlflow::Metric>(&entry)) {
        mlflow::Metric metric = *old;
        metric.key = edit.key.value_or(metric.key);
        bool isNumber = true;
        if (edit.value)
            metric.value = edit.value->toDouble(&isNumber);
        if (!isNumber)
            return Failure(ErrorKind::InvalidInput,
                u"\"%1\" is no number, so it cannot be the value of a metric."_s.arg(
                    edit.value->left(200)),
                u"Write it like 0.5, 1e-3, nan or inf."_s);
        return checks::metrics({metric}, metric.timestamp);
    }
    if (const auto *old = std::get_if<mlflow::Param>(&entry))
        return checks::params({{edit.key.value_or(old->key), edit.value.value_or(old->value)}});
    const auto &old = std::get<mlflow::Tag>(entry);
    return checks::tags({{edit.key.value_or(old.key), edit.value.value_or(old.value)}});
}

} // namespace

Result<QList<JournalItem>> JournalStore::items(const JournalFilter &filter, int limit)
{
    QList<JournalItem> items;
    Query query(m_db,
        SIGNALBOX_SHOWN_RUN
        "WHERE (r.refusal <> '' OR (r.phase < 2 AND NOT ?1)) AND (?2 = '' OR r.local_id = ?2)"
        " UNION ALL " SIGNALBOX_SHOWN_ITEM
        "WHERE (i.state = 1 OR NOT ?1) AND (?2 = '' OR r.local_id = ?2)"
        " ORDER BY lane, 1 LIMIT ?3");
    query.bind(filter.parkedOnly ? 1 : 0).bind(filter.run.text()).bind(limit);
    while (query.next())
        items << shown(query);
    if (query.problem())
        return *query.problem();
    for (JournalItem &item : items) {
        if (item.kind != JournalKind::File || item.state != JournalItemState::Parked)
            continue;
        const auto files = filesOf(item.sequence);
        if (!files)
            return files.failure();
        item.canEdit = files->size() == 1;
        item.key = files->isEmpty() ? QString() : files->first().file.path;
    }
    return items;
}

Result<QList<qint64>> JournalStore::parkedSequences()
{
    QList<qint64> sequences;
    Query query(m_db,
        "SELECT -id FROM runs WHERE refusal <> '' UNION ALL SELECT seq FROM items WHERE state = 1"
        " AND run IN (SELECT id FROM runs WHERE refusal = '')");
    while (query.next())
        sequences << query.integer(0);
    if (query.problem())
        return *query.problem();
    return sequences;
}

Result<JournalItem> JournalStore::parkedItem(qint64 sequence)
{
    Query query(m_db,
        SIGNALBOX_SHOWN_RUN "WHERE r.id = -?1 AND r.refusal <> '' UNION ALL " SIGNALBOX_SHOWN_ITEM
                            "WHERE i.seq = ?1 AND i.state = 1");
    if (query.bind(sequence).next())
        return shown(query);
    if (query.problem())
        return *query.problem();
    return Failure(ErrorKind::NotFound,
        u"Nothing is parked under the number %1."_s.arg(QString::number(sequence)),
        u"The list of parked items shows the numbers there are."_s);
}

Result<void> JournalStore::release(qint64 sequence)
{
    if (sequence > 0)
        return Query(m_db, "UPDATE items SET state = 0, reason = '' WHERE seq = ? AND state = 1")
            .bind(sequence)
            .run();
    if (auto done = Query(m_db, "UPDATE runs SET refusal = '' WHERE id = ?").bind(-sequence).run();
        !done)
        return done;
    return Query(m_db, "UPDATE items SET state = 0 WHERE run = ? AND state = 2")
        .bind(-sequence)
        .run();
}

qint64 JournalStore::runOf(qint64 sequence)
{
    if (sequence < 0)
        return -sequence;
    Query query(m_db, "SELECT run FROM items WHERE seq = ?");
    return query.bind(sequence).next() ? query.integer(0) : 0;
}

Result<void> JournalStore::recountParked(qint64 run, qint64 nowMs)
{
    // While the end is still to come it carries the count.
    Query query(m_db,
        "SELECT r.id, (SELECT count(*) FROM items i WHERE i.run = r.id AND i.state = 1) FROM runs r"
        " WHERE r.id = ? AND r.ended = 1 AND r.phase = 2 AND r.refusal = '' AND r.lane = 0"
        " AND NOT EXISTS (SELECT 1 FROM items i WHERE i.run = r.id AND i.kind = 5)");
    if (!query.bind(run).next())
        return query.problem() ? Result<void>(*query.problem()) : Result<void>();
    const mlflow::Tag tag{u"signalbox.parked"_s, QString::number(query.integer(1))};
    const auto added = insertItem(run, codec::batchItems({tag}).first(), ItemState::Pending, nowMs);
    return added ? Result<void>() : Result<void>(added.failure());
}

Result<void> JournalStore::retryParked(qint64 sequence, qint64 nowMs)
{
    const auto item = parkedItem(sequence);
    if (!item)
        return item.failure();
    if (auto done = release(sequence); !done)
        return done;
    return recountParked(runOf(sequence), nowMs);
}

Result<JournalItem> JournalStore::dropParked(qint64 sequence, qint64 nowMs)
{
    const auto item = parkedItem(sequence);
    if (!item)
        return item;
    const qint64 run = runOf(sequence);
    QList<qint64> doomed;
    Query query(m_db, "SELECT seq FROM items WHERE seq = ?1 OR run = -?1");
    query.bind(sequence);
    while (query.next())
        doomed << query.integer(0);
    if (query.problem())
        return *query.problem();
    for (const qint64 seq : std::as_const(doomed)) {
        if (auto done = removeItem(seq); !done)
            return done.failure();
    }
    if (auto done = Query(m_db, "DELETE FROM runs WHERE id = -?1").bind(sequence).run(); !done)
        return done.failure();
    Query record(m_db, "INSERT INTO dropped(dropped_ms, run, what, reason) VALUES(?, ?, ?, ?)");
    record.bind(nowMs).bind(QString(item->runName % u" (" % item->run.text() % u')'));
    if (auto done = record.bind(item->summary).bind(item->reason).run(); !done)
        return done.failure();
    if (auto done = recountParked(run, nowMs); !done)
        return done.failure();
    return item;
}

Result<void> JournalStore::editParked(qint64 sequence, const ParkedEdit &edit, qint64 nowMs)
{
    const auto item = parkedItem(sequence);
    if (!item)
        return item.failure();
    if (edit.isEmpty())
        return cannotEdit(u"nothing to change was given"_s);
    if (const QString stray = strayPart(item.value(), edit); !stray.isEmpty())
        return cannotEdit(u"it has no %1"_s.arg(stray));
    auto done = Result<void>();
    if (item->isRegistration())
        done = editRegistration(sequence, edit, nowMs);
    else
        done = sequence < 0 ? editRun(-sequence, edit) : editItem(sequence, edit);
    if (!done)
        return done;
    return retryParked(sequence, nowMs);
}

Result<void> JournalStore::editRun(qint64 run, const ParkedEdit &edit)
{
    Query query(m_db, "SELECT spec, phase FROM runs WHERE id = ?");
    const bool found = query.bind(run).next();
    if (query.problem())
        return *query.problem();
    auto record = found ? codec::decodeRun(query.blob(0)) : std::nullopt;
    if (!record || edit.value)
        return cannotEdit(u"a run has only its experiment to correct"_s);
    if (query.integer(1) == static_cast<qint64>(RunPhase::Linked))
        return cannotEdit(u"the server has created the run already"_s);
    if (edit.key->trimmed().isEmpty())
        return cannotEdit(u"an experiment needs a name"_s);
    record->experiment = *edit.key;
    return Query(m_db, "UPDATE runs SET spec = ? WHERE id = ?")
        .bind(codec::encode(*record))
        .bind(run)
        .run();
}

Result<void> JournalStore::editPath(qint64 seq, const QString &path)
{
    if (auto ok = checks::artifactPath(path); !ok)
        return ok;
    if (auto done =
            Query(m_db, "UPDATE files SET path = ? WHERE seq = ?").bind(path).bind(seq).run();
        !done)
        return done;
    return Query(m_db, "UPDATE items SET what = ? WHERE seq = ?")
        .bind(QString(u"artifact "_s % path))
        .bind(seq)
        .run();
}

Result<void> JournalStore::editItem(qint64 seq, const ParkedEdit &edit)
{
    Query query(m_db, "SELECT kind, payload FROM items WHERE seq = ?");
    const bool found = query.bind(seq).next();
    if (query.problem())
        return *query.problem();
    const auto kind = static_cast<ItemKind>(found ? query.integer(0) : 0);
    NewItem item;
    if (kind == ItemKind::Batch) {
        const auto entry = onlyEntry(query.blob(1));
        if (!entry)
            return cannotEdit(u"it holds several values"_s);
        const auto checked = corrected(*entry, edit);
        if (!checked)
            return checked.failure();
        item = codec::batchItems(checked.value()).first();
    } else if (edit.value || (kind != ItemKind::File && kind != ItemKind::Model)) {
        return cannotEdit(u"it has no value"_s);
    } else if (kind == ItemKind::File) {
        return editPath(seq, *edit.key);
    } else {
        auto record = codec::decodeModel(query.blob(1));
        if (auto ok = checks::modelName(*edit.key); !ok || !record)
            return ok ? Result<void>(cannotEdit(u"its record cannot be read"_s)) : ok;
        record->name = *edit.key;
        item.payload = codec::encode(*record);
        item.what = u"model "_s % record->name;
    }
    Query change(m_db, "UPDATE items SET payload = ?, what = ?, bytes = ? WHERE seq = ?");
    return change.bind(item.payload).bind(item.what).bind(item.bytes).bind(seq).run();
}

Result<QStringList> JournalStore::incidents()
{
    QStringList texts;
    Query query(m_db, "SELECT text FROM incidents ORDER BY id");
    while (query.next())
        texts << query.text(0);
    if (query.problem())
        return *query.problem();
    return texts;
}

} // namespace signalbox
