// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/run_comparison.h"

#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>
#include <QtCore/QMap>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using Cells = QMap<QString, QList<QJsonValue>>;

void set(Cells &cells, const QString &key, qsizetype run, qsizetype runs, const QJsonValue &value)
{
    QList<QJsonValue> &row = cells[key];
    if (row.isEmpty())
        row = QList<QJsonValue>(runs, QJsonValue(QJsonValue::Null));
    row[run] = value;
}

void append(QList<ComparedRow> &rows, const QString &kind, const Cells &cells)
{
    for (auto it = cells.cbegin(); it != cells.cend(); ++it)
        rows.append({kind, it.key(), it.value()});
}

QString shown(const QJsonValue &value)
{
    if (value.isNull())
        return u"-"_s;
    return value.isDouble() ? QString::number(value.toDouble(), 'g', 8) : value.toString();
}

} // namespace

bool ComparedRow::differs() const
{
    return std::any_of(values.cbegin(), values.cend(),
        [this](const QJsonValue &value) { return value != values.first(); });
}

QList<ComparedRow> comparedRows(const QList<mlflow::Run> &runs)
{
    Cells params;
    Cells metrics;
    Cells tags;
    for (qsizetype i = 0; i < runs.size(); ++i) {
        for (const mlflow::Param &param : runs.at(i).params)
            set(params, param.key, i, runs.size(), param.value);
        for (const mlflow::Metric &metric : runs.at(i).metrics)
            set(metrics, metric.key, i, runs.size(), jsonNumber(metric.value));
        for (const mlflow::Tag &tag : runs.at(i).tags) {
            if (!tag.key.startsWith("mlflow."_L1))
                set(tags, tag.key, i, runs.size(), tag.value);
        }
    }
    QList<ComparedRow> rows;
    append(rows, u"param"_s, params);
    append(rows, u"metric"_s, metrics);
    append(rows, u"tag"_s, tags);
    return rows;
}

void printComparison(Output &out, const QList<mlflow::Run> &runs, bool allRows)
{
    QList<ComparedRow> rows = comparedRows(runs);
    if (!allRows)
        rows.removeIf([](const ComparedRow &row) { return !row.differs(); });
    if (out.json) {
        QJsonArray heads;
        for (const mlflow::Run &run : runs)
            heads.append(
                QJsonObject{{u"run_id"_s, run.info.id.text()}, {u"name"_s, run.info.name}});
        QJsonArray lines;
        for (const ComparedRow &row : std::as_const(rows)) {
            QJsonArray values;
            for (const QJsonValue &value : row.values)
                values.append(value);
            lines.append(QJsonObject{{u"kind"_s, row.kind}, {u"key"_s, row.key},
                {u"differs"_s, row.differs()}, {u"values"_s, values}});
        }
        out.document({{u"runs"_s, heads}, {u"rows"_s, lines}});
        return;
    }
    QStringList header{u"KIND"_s, u"KEY"_s};
    for (const mlflow::Run &run : runs)
        header.append(run.info.name.isEmpty() ? run.info.id.text().left(8) : run.info.name);
    QList<QStringList> table;
    for (const ComparedRow &row : std::as_const(rows)) {
        QStringList cells{row.kind, row.key};
        for (const QJsonValue &value : row.values)
            cells.append(shown(value));
        table.append(cells);
    }
    out.table(header, table);
}

} // namespace signalbox
