// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/flow_text.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString valueText(const QJsonValue &value)
{
    if (value.isDouble())
        return QString::number(value.toDouble(), 'g', 6);
    if (value.isBool())
        return value.toBool() ? u"yes"_s : u"no"_s;
    if (value.isString())
        return value.toString();
    return u"-"_s;
}

void showMetrics(Output &out, const QJsonObject &metrics)
{
    for (auto part = metrics.constBegin(); part != metrics.constEnd(); ++part) {
        QStringList cells;
        const QJsonObject values = part.value().toObject();
        for (auto it = values.constBegin(); it != values.constEnd(); ++it)
            cells.append(it.key() % u' ' % valueText(it.value()));
        out.line(part.key().leftJustified(11) % cells.join(u"  "_s));
    }
}

} // namespace

void showSelection(Output &out, const QJsonObject &document)
{
    QList<QStringList> rows;
    for (const QJsonValue &value : document.value(u"ranked"_s).toArray()) {
        const QJsonObject row = value.toObject();
        rows.append({row.value(u"algorithm"_s).toString(), valueText(row.value(u"score"_s)),
            valueText(row.value(u"combined_score"_s)),
            valueText(row.value(u"benchmark"_s).toObject().value(u"mean"_s))});
    }
    out.table({u"ALGORITHM"_s, u"SCORE"_s, u"COMBINED"_s, u"BENCHMARK"_s}, rows, {1, 2, 3});
    for (const QJsonValue &value : document.value(u"excluded"_s).toArray()) {
        const QJsonObject row = value.toObject();
        out.line(u"excluded  "_s % row.value(u"algorithm"_s).toString() % u": "_s
            % row.value(u"reason"_s).toString());
    }
    out.line(u"selected  "_s % document.value(u"selected"_s).toString());
    out.line(u"run       "_s % document.value(u"run_id"_s).toString());
}

void showTraining(Output &out, const QJsonObject &document)
{
    out.line(u"algorithm  "_s % document.value(u"algorithm"_s).toString());
    showMetrics(out, document.value(u"metrics"_s).toObject());
    const QJsonObject model = document.value(u"model"_s).toObject();
    out.line(u"model      "_s % model.value(u"uri"_s).toString()
        % (model.value(u"version"_s).toString().isEmpty()
                ? QString()
                : QString(u" = "_s % model.value(u"name"_s).toString() % u" version "_s
                    % model.value(u"version"_s).toString())));
    out.line(u"run        "_s % document.value(u"run_id"_s).toString());
}

void showGates(Output &out, const QJsonObject &document)
{
    QList<QStringList> rows;
    for (const QJsonValue &value : document.value(u"gates"_s).toArray()) {
        const QJsonObject gate = value.toObject();
        rows.append({gate.value(u"verdict"_s).toString(), gate.value(u"title"_s).toString(),
            valueText(gate.value(u"limit"_s)), valueText(gate.value(u"actual"_s)),
            gate.value(u"evidence"_s).toString()});
    }
    out.table({u"VERDICT"_s, u"GATE"_s, u"LIMIT"_s, u"ACTUAL"_s, u"EVIDENCE"_s}, rows, {2, 3});
    const bool allowed = document.value(u"allowed"_s).toBool();
    out.verdict(allowed, u"allowed   "_s % (allowed ? u"yes"_s : u"no"_s), {});
}

void showDeployment(Output &out, const QJsonObject &document)
{
    showGates(out, document);
    out.line(u"stage     "_s % document.value(u"stage"_s).toString());
    out.line(u"run       "_s % document.value(u"run_id"_s).toString());
}

void showPipeline(Output &out, const QJsonObject &document)
{
    const QJsonObject model = document.value(u"model"_s).toObject();
    showMetrics(out, document.value(u"metrics"_s).toObject());
    out.line(u"model      "_s % model.value(u"name"_s).toString() % u" version "_s
        % model.value(u"version"_s).toString() % u" in "_s % model.value(u"stage"_s).toString());
    const QJsonObject children = document.value(u"children"_s).toObject();
    out.line(u"run        "_s % document.value(u"run_id"_s).toString());
    for (auto it = children.constBegin(); it != children.constEnd(); ++it)
        out.line(u"  "_s % it.key().leftJustified(11) % it.value().toString());
}

Result<Waivers> parseWaivers(const QStringList &options)
{
    Waivers waivers;
    for (const QString &option : options) {
        const qsizetype equals = option.indexOf(u'=');
        const QString reason = option.mid(equals + 1).trimmed();
        if (equals <= 0 || reason.isEmpty()) {
            return Failure(ErrorKind::Usage, u"--waive \""_s % option % u"\" has no reason."_s,
                u"Write --waive GATE=REASON; the reason is kept with the decision."_s);
        }
        waivers.insert(option.left(equals), reason);
    }
    return waivers;
}

} // namespace signalbox
