// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/logged_models_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kMaxModelsPage = 1000;

QString modelPath(const LoggedModelId &id)
{
    return apiPath(u"logged-models/"_s % encodedSegment(id.text()));
}

Result<void> checkId(const LoggedModelId &id)
{
    return checkPresent(u"logged model's id"_s, id.text());
}

QJsonObject encodeCreate(const CreateLoggedModel &request)
{
    QJsonObject body{{u"experiment_id"_s, request.experimentId.text()}};
    if (!request.name.isEmpty())
        body.insert(u"name"_s, request.name);
    if (!request.modelType.isEmpty())
        body.insert(u"model_type"_s, request.modelType);
    if (!request.sourceRunId.isEmpty())
        body.insert(u"source_run_id"_s, request.sourceRunId.text());
    if (!request.params.isEmpty())
        body.insert(u"params"_s, encodeList(request.params));
    if (!request.tags.isEmpty())
        body.insert(u"tags"_s, encodeList(request.tags));
    return body;
}

} // namespace

Call<LoggedModel> LoggedModelsApi::create(const CreateLoggedModel &request) const
{
    const auto experiment = checkPresent(u"experiment id"_s, request.experimentId.text());
    if (auto refused = refusedBy<LoggedModel>(experiment))
        return *refused;
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"logged-models"_s), encodeCreate(request),
                             RequestClass::Write, Repeat::Never),
        loggedModelReply());
}

Call<LoggedModel> LoggedModelsApi::get(const LoggedModelId &id) const
{
    // Without an id the address would be that of the collection.
    if (auto refused = refusedBy<LoggedModel>(checkId(id)))
        return *refused;
    return m_client.call(getRequest(modelPath(id)), loggedModelReply());
}

Call<Page<LoggedModel>> LoggedModelsApi::search(const QList<ExperimentId> &experiments,
    const QString &filter, int maxResults, const QString &pageToken, const ModelOrder &order) const
{
    const auto range = checkRange(u"The page size"_s, maxResults, 1, kMaxModelsPage);
    if (auto refused = refusedBy<Page<LoggedModel>>(range))
        return *refused;
    QStringList ids;
    for (const ExperimentId &id : experiments)
        ids.append(id.text());
    QJsonObject body{{u"experiment_ids"_s, encodeStrings(ids)}, {u"max_results"_s, maxResults}};
    if (!filter.isEmpty())
        body.insert(u"filter"_s, filter);
    if (!pageToken.isEmpty())
        body.insert(u"page_token"_s, pageToken);
    if (!order.field.isEmpty())
        body.insert(u"order_by"_s,
            QJsonArray{
                QJsonObject{{u"field_name"_s, order.field}, {u"ascending"_s, order.ascending}}});
    return m_client.call(
        jsonRequest(Verb::Post, apiPath(u"logged-models/search"_s), body, RequestClass::Page),
        pageReply("models", decodeLoggedModel));
}

Call<void> LoggedModelsApi::setStatus(const LoggedModelId &id, const QString &status) const
{
    if (auto refused = refusedBy<void>(checkId(id)))
        return *refused;
    // The id must stand in the body too.
    return m_client.call<void>(
        jsonRequest(Verb::Patch, modelPath(id), {{u"model_id"_s, id.text()}, {u"status"_s, status}},
            RequestClass::Write),
        acknowledged);
}

Call<void> LoggedModelsApi::remove(const LoggedModelId &id) const
{
    if (auto refused = refusedBy<void>(checkId(id)))
        return *refused;
    return m_client.call<void>(jsonRequest(Verb::Delete, modelPath(id), {}), acknowledged);
}

Call<void> LoggedModelsApi::setTags(const LoggedModelId &id, const TagList &tags) const
{
    if (auto refused = refusedBy<void>(checkId(id)))
        return *refused;
    return upsert(m_client,
        jsonRequest(Verb::Patch, modelPath(id) % u"/tags"_s,
            {{u"model_id"_s, id.text()}, {u"tags"_s, encodeList(tags)}}, RequestClass::Write));
}

Call<void> LoggedModelsApi::deleteTag(const LoggedModelId &id, const QString &key) const
{
    if (auto refused = refusedBy<void>(checkId(id)))
        return *refused;
    if (auto refused = refusedBy<void>(checkPresent(u"tag's name"_s, key)))
        return *refused;
    return m_client.call<void>(
        jsonRequest(Verb::Delete, modelPath(id) % u"/tags/"_s % encodedSegment(key), {}),
        acknowledged);
}

Call<void> LoggedModelsApi::logParams(const LoggedModelId &id, const QList<Param> &params) const
{
    if (auto refused = refusedBy<void>(checkId(id)))
        return *refused;
    for (const Param &param : params) {
        if (auto refused = refusedBy<void>(checkParam(param)))
            return *refused;
    }
    const Call<void> first = upsert(m_client,
        jsonRequest(Verb::Post, modelPath(id) % u"/params"_s,
            {{u"model_id"_s, id.text()},
                {u"params"_s, encodeList(params.first(std::min(params.size(), kMaxBatchParams)))}},
            RequestClass::Write));
    if (params.size() <= kMaxBatchParams)
        return first;
    return first.andThen(&m_client, [api = *this, id, rest = params.sliced(kMaxBatchParams)] {
        return api.logParams(id, rest);
    });
}

} // namespace signalbox::mlflow
