// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/journal_output.h"

#include "app/terminal/entity_json.h"
#include "app/terminal/output.h"
#include "app/terminal/terminal.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

qint64 ageSeconds(const JournalItem &item)
{
    if (item.sinceMs <= 0)
        return 0;
    return std::max<qint64>((QDateTime::currentMSecsSinceEpoch() - item.sinceMs) / 1000, 0);
}

QString titleOf(const JournalSeen &seen)
{
    return seen.identity.title.isEmpty() ? seen.identity.key : seen.identity.title;
}

QJsonObject documentOf(const JournalSeen &seen)
{
    QJsonObject object = toJson(seen.status);
    object.insert(u"server"_s, titleOf(seen));
    if (seen.replayer)
        object.insert(u"replayer"_s, toJson(*seen.replayer));
    if (seen.error)
        object.insert(u"error"_s, seen.error->toJson());
    return object;
}

void line(Output &out, QStringView name, qint64 count)
{
    out.line(QString(name.toString().leftJustified(11) % QString::number(count)));
}

void counts(Output &out, const JournalStatus &status)
{
    line(out, u"runs", status.pendingRuns);
    line(out, u"batches", status.pendingBatches);
    line(out, u"points", status.pendingPoints);
    line(out, u"artifacts", status.pendingArtifacts);
    line(out, u"registry", status.pendingRegistrations);
    for (const QString &incident : status.incidents)
        out.line(u"incident   "_s % incident);
    for (const ParkedItem &item : status.parked)
        out.line(u"parked     "_s % idOf(item.sequence) % u' ' % item.what % u": "_s % item.reason);
}

void replayer(Output &out, const JournalSeen &seen)
{
    if (!seen.replayer)
        return;
    const BreakerSnapshot &breaker = seen.replayer->breaker;
    out.line(u"replayed by process %1, breaker %2"_s.arg(
        QString::number(seen.replayer->pid), nameOf(breaker.state)));
}

//! What the replayer says now, or what the last one left behind.
QString troubleOf(const JournalSeen &seen)
{
    return seen.replayer && !seen.replayer->trouble.isEmpty() ? seen.replayer->trouble
                                                              : seen.status.trouble;
}

QString reasonOf(const JournalItem &item)
{
    const bool waits = item.state == JournalItemState::Pending && !item.reason.isEmpty();
    return waits ? QString(u"waits: "_s % item.reason) : item.reason;
}

} // namespace

QString idOf(qint64 sequence)
{
    return sequence < 0 ? QString(u'r' % QString::number(-sequence)) : QString::number(sequence);
}

std::optional<qint64> sequenceFrom(const QString &id)
{
    bool isNumber = false;
    const bool isRun = id.startsWith(u'r');
    const qint64 number = (isRun ? id.mid(1) : id).toLongLong(&isNumber);
    if (!isNumber || number == 0)
        return std::nullopt;
    return isRun ? -number : number;
}

QJsonObject toJson(const JournalItem &item)
{
    QJsonObject object{{u"id"_s, idOf(item.sequence)}, {u"sequence"_s, item.sequence},
        {u"run"_s, item.run.text()}, {u"run_name"_s, item.runName}, {u"kind"_s, nameOf(item.kind)},
        {u"summary"_s, item.summary}, {u"points"_s, item.points},
        {u"since"_s, isoTime(item.sinceMs)}, {u"age_seconds"_s, ageSeconds(item)},
        {u"state"_s, nameOf(item.state)}, {u"reason"_s, item.reason},
        {u"attempts"_s, item.attempts}, {u"editable"_s, item.canEdit}};
    object.insert(u"run_id"_s,
        item.runId.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(item.runId.text()));
    if (item.canEdit) {
        object.insert(u"key"_s, item.key);
        object.insert(u"value"_s, item.value);
    }
    if (item.canEdit && item.isRegistration()) {
        QJsonObject fields;
        for (auto field = item.fields.cbegin(); field != item.fields.cend(); ++field)
            fields.insert(nameOf(field.key()), field.value());
        object.insert(u"fields"_s, fields);
        object.insert(u"tags"_s, toJson(item.tags));
    }
    return object;
}

QJsonObject toJson(const ReplayerReport &report)
{
    QJsonObject object = toJson(report.breaker);
    object.insert(u"pid"_s, report.pid);
    object.insert(u"lease"_s, report.holdsLease);
    object.insert(u"updated"_s, isoTime(report.updatedMs));
    object.insert(u"trouble"_s, report.trouble);
    return object;
}

void printCounts(Output &out, const JournalStatus &status)
{
    if (out.json)
        out.document(toJson(status));
    else
        counts(out, status);
}

QJsonObject documentOfAll(const QList<JournalSeen> &seen)
{
    QJsonObject document = toJson(sumOf(seen));
    QJsonArray servers;
    for (const JournalSeen &one : seen)
        servers.append(documentOf(one));
    document.insert(u"servers"_s, servers);
    return document;
}

void printStatus(Output &out, const QList<JournalSeen> &seen, bool all)
{
    if (out.json) {
        out.document(all ? documentOfAll(seen) : documentOf(seen.value(0)));
        return;
    }
    for (const JournalSeen &one : seen) {
        if (all)
            out.line(titleOf(one));
        if (one.error)
            out.line(u"cannot be read: "_s % one.error->message);
        else
            counts(out, one.status);
        replayer(out, one);
        if (const QString trouble = troubleOf(one); !trouble.isEmpty())
            out.line(u"waits: "_s % trouble);
    }
}

void printItems(Output &out, const QList<JournalSeen> &seen)
{
    QJsonArray items;
    QList<QStringList> rows;
    for (const JournalSeen &one : seen) {
        for (const JournalItem &item : one.items) {
            QJsonObject object = toJson(item);
            object.insert(u"server"_s, titleOf(one));
            items.append(object);
            rows << QStringList{idOf(item.sequence), nameOf(item.state), nameOf(item.kind),
                item.runName, item.summary, QString::number(item.points),
                QString(QString::number(ageSeconds(item)) % u" s"), QString::number(item.attempts),
                reasonOf(item)};
        }
    }
    if (out.json) {
        QJsonObject document = toJson(sumOf(seen));
        document.insert(u"items"_s, items);
        out.document(document);
        return;
    }
    if (rows.isEmpty()) {
        out.line(u"Nothing waits here."_s);
        return;
    }
    out.table({u"ID"_s, u"STATE"_s, u"KIND"_s, u"RUN"_s, u"WHAT"_s, u"POINTS"_s, u"AGE"_s,
                  u"TRIES"_s, u"REASON"_s},
        rows, {5, 6, 7});
}

bool isUnreachable(const Error &error)
{
    static constexpr int kUnreachable = 3;
    return exitCodeFor(error) == kUnreachable;
}

void failForNow(Terminal &terminal, const Call<Ack> &added, JournalKind kind, const QString &name,
    const Error &error)
{
    terminal.await(added, [&terminal, kind, name, error](const Ack &ack) {
        QString what = u"experiment"_s;
        if (kind == JournalKind::ModelVersion)
            what = u"version"_s;
        else if (kind == JournalKind::RegisteredModel)
            what = u"registered model"_s;
        Error told = error;
        told.hint = u"Nothing is lost: the %1 waits in the journal and is created once the server "
                    "answers; 'signalboxctl journal list' shows it."_s.arg(what);
        terminal.fail(told,
            {{u"journaled"_s,
                QJsonObject{
                    {u"kind"_s, nameOf(kind)}, {u"name"_s, name}, {u"id"_s, idOf(ack.sequence)}}}});
    });
}

void printDropped(Output &out, const QList<JournalItem> &items)
{
    if (out.json) {
        QJsonArray dropped;
        for (const JournalItem &item : items)
            dropped.append(toJson(item));
        out.document({{u"dropped"_s, dropped}});
        return;
    }
    for (const JournalItem &item : items)
        out.line(
            u"Dropped "_s % idOf(item.sequence) % u' ' % item.summary % u" of "_s % item.runName);
    if (items.isEmpty())
        out.line(u"Nothing was parked."_s);
}

} // namespace signalbox
