// SPDX-License-Identifier: Apache-2.0
#include "core/flows/data_facts.h"

#include "core/json/json_writer.h"

#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! A column with a thousand values is a thousand classes with too few rows each.
constexpr qsizetype kShownReasons = 5;

QStringList textsOf(const QJsonValue &value)
{
    QStringList texts;
    for (const QJsonValue &item : value.toArray())
        texts.append(item.toString());
    return texts;
}

//! MLflow's column specs of a schema, from the columns of an inspection.
QJsonArray schemaOf(const QJsonArray &columns)
{
    QJsonArray schema;
    for (const QJsonValue &value : columns) {
        const QString type = value[u"type"_s].toString();
        const QString spec = type == u"integer"_s ? u"long"_s
            : type == u"real"_s                   ? u"double"_s
            : type == u"boolean"_s                ? u"boolean"_s
                                                  : u"string"_s;
        schema.append(QJsonObject{{u"name"_s, value[u"name"_s]}, {u"type"_s, spec},
            {u"required"_s, value[u"missing"_s].toInteger() == 0}});
    }
    return schema;
}

//! What the columns say that give the answer away.
QStringList leaksIn(const QJsonObject &inspection)
{
    QStringList messages;
    for (const QJsonValue &leak : inspection.value(u"leaks"_s).toArray()) {
        if (leak[u"severity"_s] == u"critical"_s)
            messages.append(leak[u"message"_s].toString());
    }
    return messages;
}

QString jsonText(const QJsonObject &object)
{
    return QString::fromUtf8(compactJson(object));
}

} // namespace

Result<DataFacts> DataFacts::from(const QJsonObject &inspection, const QString &allowLeakage)
{
    DataFacts facts;
    facts.m_json = inspection;
    const QJsonObject qc = inspection.value(u"qc"_s).toObject();
    const QStringList blocking = textsOf(qc.value(u"blocking"_s));
    const qsizetype more = std::max<qsizetype>(blocking.size() - kShownReasons, 0);
    if (!qc.value(u"passed"_s).toBool(true)) {
        return Failure(ErrorKind::InvalidInput,
            facts.data().value(u"path"_s).toString() % u" cannot be learned from: "_s
                % blocking.mid(0, kShownReasons).join(u"; "_s)
                % (more > 0 ? u"; and %1 more reasons."_s.arg(more) : u"."_s),
            u"Repair the table, or choose another target column."_s);
    }
    const QStringList leaks = leaksIn(inspection);
    if (!leaks.isEmpty() && allowLeakage.trimmed().isEmpty()) {
        return Failure(ErrorKind::InvalidInput,
            facts.data().value(u"path"_s).toString() % u" gives the answer away: "_s
                % leaks.join(u' '),
            u"Take such a column out of the table, or say why it stays: --allow-leakage REASON, "
            u"or under \"Keep leaks\" in the window."_s);
    }
    return facts;
}

QJsonObject DataFacts::data() const
{
    return m_json.value(u"data"_s).toObject();
}

QString DataFacts::problem() const
{
    return m_json.value(u"problem"_s).toString();
}

qint64 DataFacts::rows() const
{
    return data().value(u"rows"_s).toInteger();
}

qint64 DataFacts::columns() const
{
    return data().value(u"columns"_s).toInteger();
}

QString DataFacts::digest() const
{
    return data().value(u"digest"_s).toString();
}

QString DataFacts::target() const
{
    return data().value(u"target"_s).toString();
}

QStringList DataFacts::suitable() const
{
    return textsOf(m_json.value(u"suitable"_s));
}

QString DataFacts::summary() const
{
    const QLocale c = QLocale::c();
    return c.toString(rows()) % u" rows, "_s % c.toString(columns()) % u" columns, "_s % problem();
}

mlflow::DatasetInput DataFacts::dataset() const
{
    const QString path = data().value(u"path"_s).toString();
    mlflow::DatasetInput input;
    input.name = QFileInfo(path).fileName();
    input.digest = digest();
    input.sourceType = u"local"_s;
    input.source = jsonText({{u"uri"_s, path}});
    input.schema =
        jsonText({{u"mlflow_colspec"_s, schemaOf(m_json.value(u"columns"_s).toArray())}});
    input.profile = jsonText({{u"num_rows"_s, rows()}, {u"num_elements"_s, rows() * columns()}});
    input.tags = {{u"mlflow.data.context"_s, u"training"_s}};
    return input;
}

QJsonObject DataSpec::toJson() const
{
    QJsonObject json{{u"path"_s, QFileInfo(file).absoluteFilePath()}};
    const QList<std::pair<QString, QString>> optional{{u"target"_s, target},
        {u"group"_s, groupColumn}, {u"time"_s, timeColumn}, {u"treatment"_s, treatmentColumn}};
    for (const auto &[key, value] : optional) {
        if (!value.isEmpty())
            json.insert(key, value);
    }
    return json;
}

Result<void> checkData(const DataSpec &data)
{
    const QFileInfo file(data.file);
    const QString hint = u"Name a CSV or Parquet file that you may read."_s;
    if (data.file.isEmpty())
        return Failure(ErrorKind::InvalidInput, u"No data file was named."_s, hint);
    if (!file.exists())
        return Failure(ErrorKind::InvalidInput, u"There is no file "_s % data.file % u'.', hint);
    if (!file.isFile() || !file.isReadable())
        return Failure(ErrorKind::InvalidInput, data.file % u" is no readable file."_s, hint);
    if (file.size() == 0)
        return Failure(ErrorKind::InvalidInput, data.file % u" is empty."_s, hint);
    if (data.target.isEmpty()) {
        return Failure(ErrorKind::InvalidInput, u"No target column was named."_s,
            u"Name the column that the model shall predict."_s);
    }
    static const QStringList kProblems{u"auto"_s, u"binary"_s, u"multiclass"_s, u"regression"_s};
    if (!kProblems.contains(data.problem)) {
        return Failure(ErrorKind::InvalidInput,
            u"There is no kind of problem \""_s % data.problem % u"\"."_s,
            u"Kinds are "_s % kProblems.join(u", "_s) % u'.');
    }
    return {};
}

QString experimentFor(const QString &named, const QString &model, const DataSpec &data)
{
    if (!named.isEmpty())
        return named;
    return model.isEmpty() ? QFileInfo(data.file).completeBaseName() : model;
}

} // namespace signalbox
