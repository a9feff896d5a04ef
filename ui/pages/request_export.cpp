// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/request_export.h"

#include "ui/models/table_text.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSaveFile>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("RequestExport", text);
}

QString isoTime(qint64 ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs);
}

QString toCsv(const QList<AttemptRecord> &records)
{
    QString out = u"time,verb,path,status,ms,attempt,class,request_id,error\n"_s;
    for (const AttemptRecord &r : records) {
        const QStringList cells{isoTime(r.timeMs), nameOf(r.verb), tabletext::csvField(r.path),
            QString::number(r.status), QString::number(r.elapsed.count()),
            QString::number(r.attempt), nameOf(r.requestClass), tabletext::csvField(r.requestId),
            tabletext::csvField(r.error)};
        out += cells.join(u',') % u'\n';
    }
    return out;
}

QJsonObject toObject(const AttemptRecord &r)
{
    return {{u"time"_s, isoTime(r.timeMs)}, {u"verb"_s, nameOf(r.verb)}, {u"path"_s, r.path},
        {u"status"_s, r.status > 0 ? QJsonValue(r.status) : QJsonValue()},
        {u"ms"_s, static_cast<qint64>(r.elapsed.count())}, {u"attempt"_s, r.attempt},
        {u"class"_s, nameOf(r.requestClass)}, {u"request_id"_s, r.requestId},
        {u"error"_s, r.error}};
}

} // namespace

RequestFormat requestFormatOf(const QString &fileName)
{
    if (fileName.endsWith(u".ndjson"_s, Qt::CaseInsensitive)
        || fileName.endsWith(u".jsonl"_s, Qt::CaseInsensitive))
        return RequestFormat::Ndjson;
    return fileName.endsWith(u".json"_s, Qt::CaseInsensitive) ? RequestFormat::Json
                                                              : RequestFormat::Csv;
}

QStringList requestFormatFilters()
{
    return {tr("Comma-separated values (*.csv)"), tr("JSON (*.json)"),
        tr("One JSON object per line (*.ndjson)")};
}

QByteArray exportRequests(const QList<AttemptRecord> &records, RequestFormat format)
{
    if (format == RequestFormat::Csv)
        return toCsv(records).toUtf8();
    QJsonArray all;
    QByteArray lines;
    for (const AttemptRecord &record : records) {
        if (format == RequestFormat::Json)
            all.append(toObject(record));
        else
            lines += QJsonDocument(toObject(record)).toJson(QJsonDocument::Compact) + '\n';
    }
    return format == RequestFormat::Json ? QJsonDocument(all).toJson() : lines;
}

QString requestDetails(const AttemptRecord &r)
{
    QStringList lines{tr("Request     %1 %2").arg(nameOf(r.verb), r.path),
        tr("Started     %1")
            .arg(QDateTime::fromMSecsSinceEpoch(r.timeMs).toString(u"yyyy-MM-dd HH:mm:ss.zzz"_s)),
        tr("Took        %1 ms").arg(r.elapsed.count()),
        tr("Answer      %1").arg(r.status > 0 ? QString::number(r.status) : tr("none")),
        tr("Class       %1").arg(nameOf(r.requestClass)), tr("Attempt     %1").arg(r.attempt),
        tr("Request id  %1").arg(r.requestId.isEmpty() ? u"–"_s : r.requestId)};
    if (!r.error.isEmpty())
        lines << QString() << r.error;
    return lines.join(u'\n');
}

QString writeWholeFile(const QString &path, const QByteArray &content)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
        return file.errorString();
    return {};
}

} // namespace signalbox
