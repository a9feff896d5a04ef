// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/metrics_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

#include <algorithm>
#include <functional>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kMaxHistoryPage = 25'000;
constexpr int kMaxSample = 2500;
constexpr int kMaxSampledRuns = 100;

Result<RunHistories> readSample(const JsonView &root)
{
    RunHistories histories;
    root["metrics"].forEach([&histories](const JsonView &row) {
        histories[RunId(row.string("run_id"))].append(decodeMetric(row));
    });
    return histories;
}

QueryList sampleQuery(
    const QList<RunId> &ids, const QString &key, int maxPoints, const StepRange &range)
{
    QueryList query;
    for (const RunId &id : ids)
        query.append({u"run_ids"_s, id.text()});
    query.append({u"metric_key"_s, key});
    query.append({u"max_results"_s, QString::number(maxPoints)});
    if (range) {
        query.append({u"start_step"_s, QString::number(range->first)});
        query.append({u"end_step"_s, QString::number(range->second)});
    }
    return query;
}

} // namespace

Call<Page<Metric>> MetricsApi::history(
    const RunId &id, const QString &key, const QString &pageToken, int maxResults) const
{
    // Always sent: without it some versions answer with nothing and a token that never advances.
    const auto range = checkRange(u"The page size"_s, maxResults, 1, kMaxHistoryPage);
    if (auto refused = refusedBy<Page<Metric>>(range))
        return *refused;
    QueryList query{{u"run_id"_s, id.text()}, {u"metric_key"_s, key},
        {u"max_results"_s, QString::number(maxResults)}};
    if (!pageToken.isEmpty())
        query.append({u"page_token"_s, pageToken});
    return m_client.call(getRequest(apiPath(u"metrics/get-history"_s), query, RequestClass::Page),
        pageReply("metrics", decodeMetric));
}

Call<QList<Metric>> MetricsApi::fullHistory(const RunId &id, const QString &key) const
{
    const auto fetch = [api = *this, id, key](
                           const QString &token) { return api.history(id, key, token); };
    return PageWalk<Metric>::start(&m_client, fetch);
}

namespace {

//! Asks for one part after the other and joins the answers.
Call<RunHistories> inTurn(RestClient *client, QList<QList<RunId>> parts,
    const std::function<Call<RunHistories>(const QList<RunId> &)> &ask, const RunHistories &known)
{
    if (parts.isEmpty())
        return Call<RunHistories>::finished(known);
    const QList<RunId> part = parts.takeFirst();
    return ask(part).andThen(client, [client, parts, ask, known](const RunHistories &more) {
        RunHistories all = known;
        all.insert(more);
        return inTurn(client, parts, ask, all);
    });
}

QList<QList<RunId>> parted(const QList<RunId> &ids, qsizetype size)
{
    QList<QList<RunId>> parts;
    for (qsizetype at = 0; at < ids.size(); at += size)
        parts.append(ids.mid(at, size));
    return parts;
}

} // namespace

Call<RunHistories> MetricsApi::histories(const QList<RunId> &ids, const QString &key) const
{
    const auto ask = [api = *this, key](const QList<RunId> &one) {
        return api.fullHistory(one.first(), key)
            .andThen(&api.m_client, [id = one.first()](const QList<Metric> &points) {
                return Call<RunHistories>::finished(RunHistories{{id, points}});
            });
    };
    return inTurn(&m_client, parted(ids, 1), ask, {});
}

Call<RunHistories> MetricsApi::sampled(
    const QList<RunId> &ids, const QString &key, int maxPoints, const StepRange &range) const
{
    if (auto refused = refusedBy<RunHistories>(
            checkRange(u"The number of points"_s, maxPoints, 1, kMaxSample)))
        return *refused;
    const auto ask = [client = &m_client, key, maxPoints, range](const QList<RunId> &part) {
        const HttpRequest request = getRequest(apiPath(u"metrics/get-history-bulk-interval"_s),
            sampleQuery(part, key, maxPoints, range), RequestClass::Page);
        return sinceVersion(client, client->call(request, reading<RunHistories>(readSample)),
            u"thin out metric histories"_s, u"2.11"_s);
    };
    // The server stops at so many rows over all runs of a request.
    const int runs = std::clamp(kMaxHistoryPage / maxPoints, 1, kMaxSampledRuns);
    return inTurn(&m_client, parted(ids, runs), ask, {});
}

} // namespace signalbox::mlflow
