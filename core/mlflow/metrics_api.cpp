// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/metrics_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {
constexpr int kMaxHistoryPage = 25'000;
}

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

} // namespace signalbox::mlflow
