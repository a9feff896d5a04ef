// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/run_listing.h"

#include "app/terminal/entity_json.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kPageSize = 1000;

using RunPage = mlflow::Page<mlflow::Run>;

//! The server reads the query; what it cannot read is for the user to correct.
Call<RunPage> searchRuns(Session &session, const mlflow::RunQuery &query)
{
    Promise<RunPage> promise;
    const auto asked = session.connector().searchRuns(query);
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(&session, [promise, query](const Result<RunPage> &result) {
        const bool isQuery = !query.filter.isEmpty() || !query.orderBy.isEmpty();
        if (result || !isQuery || result.error().apiCode != u"INVALID_PARAMETER_VALUE") {
            promise.resolve(result);
            return;
        }
        Error error = result.error();
        error.kind = ErrorKind::Usage;
        error.hint = u"Write for example --filter \"metrics.auc > 0.9 and params.lr = '0.1'\" and "
                     "--order-by \"metrics.auc DESC\"."_s;
        promise.resolve(Failure(error));
    });
    return promise.call();
}

Call<RunListing> nextPage(
    Session &session, const RunListSpec &spec, const mlflow::RunQuery &query, RunListing sofar)
{
    return searchRuns(session, query)
        .andThen(&session, [&session, spec, query, sofar](const RunPage &page) {
            RunListing listing = sofar;
            const qsizetype limit = spec.rowLimit();
            for (const mlflow::Run &run : page.items) {
                if (limit < 0 || listing.runs.size() < limit)
                    listing.runs.append(run);
            }
            listing.total += page.items.size();
            listing.complete = page.nextToken.isEmpty() || page.items.isEmpty();
            if (listing.complete || (!spec.all && listing.runs.size() >= limit))
                return Call<RunListing>::finished(listing);
            mlflow::RunQuery next = query;
            next.pageToken = page.nextToken;
            return nextPage(session, spec, next, listing);
        });
}

QString cell(const mlflow::Run &run, const QString &column)
{
    const qsizetype dot = column.indexOf(u'.');
    const QString kind = column.left(dot);
    const QString key = column.mid(dot + 1);
    if (kind == u"metrics"_s || kind == u"metric"_s) {
        const auto value = run.metric(key);
        return value ? QString::number(*value, 'g', 10) : QString();
    }
    if (kind == u"params"_s || kind == u"param"_s)
        return run.param(key);
    if (kind == u"tags"_s || kind == u"tag"_s)
        return run.tag(key);
    return {};
}

QStringList columnsOf(const RunListSpec &spec)
{
    QStringList columns;
    for (const std::string &column : spec.columns)
        columns.append(QString::fromStdString(column));
    return columns;
}

QStringList rowOf(const mlflow::Run &run, const QStringList &columns)
{
    QStringList row{run.info.id.text(), run.info.name, mlflow::nameOf(run.info.status),
        isoTime(run.info.startTime)};
    for (const QString &column : columns)
        row.append(cell(run, column));
    return row;
}

//! RFC 4180; a leading formula sign is defused, since spreadsheets would execute it.
QString csvField(QString text)
{
    if (!text.isEmpty() && QStringView(u"=+-@\t\r").contains(text.at(0))) {
        bool number = false;
        text.toDouble(&number);
        if (!number)
            text.prepend(u'\'');
    }
    if (!text.contains(u'"') && !text.contains(u',') && !text.contains(u'\n'))
        return text;
    return u'"' % text.replace(u'"', u"\"\""_s) % u'"';
}

void printCsv(Output &out, const QStringList &header, const QList<QStringList> &rows)
{
    const auto print = [&out](const QStringList &row) {
        QStringList fields;
        for (const QString &text : row)
            fields.append(csvField(text));
        out.line(fields.join(u','));
    };
    print(header);
    for (const QStringList &row : rows)
        print(row);
}

void printDocument(Output &out, const RunListing &listing)
{
    QJsonArray runs;
    for (const mlflow::Run &run : listing.runs)
        runs.append(toJson(run));
    out.document({{u"runs"_s, runs}, {u"total"_s, listing.total},
        {u"total_is_exact"_s, listing.complete}, {u"as_of"_s, isoTime(listing.asOf)}});
}

} // namespace

Call<RunListing> listRuns(Session &session, const RunListSpec &spec)
{
    return session.server()
        .experiments.getByName(QString::fromStdString(spec.experiment))
        .andThen(&session, [&session, spec](const mlflow::Experiment &experiment) {
            mlflow::RunQuery query;
            query.experimentIds = {experiment.id};
            query.filter = QString::fromStdString(spec.filter);
            if (!spec.orderBy.empty())
                query.orderBy = {QString::fromStdString(spec.orderBy)};
            query.maxResults = kPageSize;
            RunListing listing;
            listing.asOf = systemClock().epochMs();
            return nextPage(session, spec, query, listing);
        });
}

void printRuns(Output &out, const RunListSpec &spec, const RunListing &listing)
{
    if (out.json || spec.format == "json") {
        printDocument(out, listing);
        return;
    }
    if (spec.format == "ndjson") {
        for (const mlflow::Run &run : listing.runs)
            out.event(toJson(run));
        return;
    }
    const QStringList columns = columnsOf(spec);
    QStringList header{u"run_id"_s, u"name"_s, u"status"_s, u"start_time"_s};
    header += columns;
    QList<QStringList> rows;
    for (const mlflow::Run &run : listing.runs)
        rows.append(rowOf(run, columns));
    if (spec.format == "csv") {
        printCsv(out, header, rows);
        return;
    }
    out.table(header, rows);
    if (listing.runs.size() < listing.total || !listing.complete) {
        out.message(QString::number(listing.runs.size()) % u" of "_s
            % (listing.complete ? QString() : u"at least "_s) % QString::number(listing.total)
            % u" runs; --limit or --all shows more."_s);
    }
}

} // namespace signalbox
