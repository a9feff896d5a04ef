// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/experiments_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kMaxExperimentsPage = 50'000;
constexpr int kMaxDatasetExperiments = 20;

HttpRequest edit(const QString &call, const ExperimentId &id, QJsonObject body = {})
{
    body.insert(u"experiment_id"_s, id.text());
    return jsonRequest(Verb::Post, apiPath(u"experiments/"_s % call), body);
}

DatasetSummary decodeSummary(const JsonView &json)
{
    return {ExperimentId(json.string("experiment_id")), json.string("name"), json.string("digest"),
        json.string("context")};
}

Result<QList<DatasetSummary>> readSummaries(const JsonView &root)
{
    return decodeList(root, "dataset_summaries", decodeSummary);
}

Result<ExperimentId> createdId(const JsonView &root)
{
    ExperimentId id(root.string("experiment_id"));
    if (id.isEmpty())
        return missingIdentity(u"experiment"_s);
    return id;
}

} // namespace

Call<Page<Experiment>> ExperimentsApi::search(const ExperimentQuery &query) const
{
    // The wire has no default: a request without max_results is refused.
    const auto range = checkRange(u"The page size"_s, query.maxResults, 1, kMaxExperimentsPage);
    if (auto refused = refusedBy<Page<Experiment>>(range))
        return *refused;
    QJsonObject body{
        {u"max_results"_s, query.maxResults}, {u"view_type"_s, nameOf(query.viewType)}};
    if (!query.filter.isEmpty())
        body.insert(u"filter"_s, query.filter);
    if (!query.orderBy.isEmpty())
        body.insert(u"order_by"_s, encodeStrings(uniqueOrder(query.orderBy)));
    if (!query.pageToken.isEmpty())
        body.insert(u"page_token"_s, query.pageToken);
    return m_client.call(
        jsonRequest(Verb::Post, apiPath(u"experiments/search"_s), body, RequestClass::Page),
        pageReply("experiments", decodeExperiment));
}

Call<Experiment> ExperimentsApi::get(const ExperimentId &id) const
{
    return m_client.call(
        getRequest(apiPath(u"experiments/get"_s), {{u"experiment_id"_s, id.text()}}),
        experimentReply());
}

Call<Experiment> ExperimentsApi::getByName(const QString &name) const
{
    return m_client.call(
        getRequest(apiPath(u"experiments/get-by-name"_s), {{u"experiment_name"_s, name}}),
        experimentReply());
}

Call<ExperimentId> ExperimentsApi::create(
    const QString &name, const TagList &tags, const QString &artifactLocation) const
{
    if (auto refused = refusedBy<ExperimentId>(checkPresent(u"experiment's name"_s, name)))
        return *refused;
    QJsonObject body{{u"name"_s, name}};
    if (!tags.isEmpty())
        body.insert(u"tags"_s, encodeList(tags));
    if (!artifactLocation.isEmpty())
        body.insert(u"artifact_location"_s, artifactLocation);
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"experiments/create"_s), body,
                             RequestClass::Write, Repeat::Never),
        reading<ExperimentId>(createdId));
}

Call<void> ExperimentsApi::rename(const ExperimentId &id, const QString &newName) const
{
    if (auto refused = refusedBy<void>(checkPresent(u"new name"_s, newName)))
        return *refused;
    return m_client.call<void>(edit(u"update"_s, id, {{u"new_name"_s, newName}}), acknowledged);
}

Call<void> ExperimentsApi::remove(const ExperimentId &id) const
{
    return m_client.call<void>(edit(u"delete"_s, id), acknowledged);
}

Call<void> ExperimentsApi::restore(const ExperimentId &id) const
{
    return m_client.call<void>(edit(u"restore"_s, id), acknowledged);
}

Call<void> ExperimentsApi::setTag(const ExperimentId &id, const Tag &tag) const
{
    return upsert(m_client, edit(u"set-experiment-tag"_s, id, encode(tag)));
}

Call<void> ExperimentsApi::deleteTag(const ExperimentId &id, const QString &key) const
{
    if (auto refused = refusedBy<void>(checkPresent(u"tag's name"_s, key)))
        return *refused;
    const auto call =
        m_client.call<void>(edit(u"delete-experiment-tag"_s, id, {{u"key"_s, key}}), acknowledged);
    return sinceVersion(&m_client, call, u"delete an experiment's tag"_s, u"3.2"_s);
}

Call<QList<DatasetSummary>> ExperimentsApi::datasets(const QList<ExperimentId> &ids) const
{
    const auto range = checkRange(
        u"The number of experiments"_s, static_cast<int>(ids.size()), 1, kMaxDatasetExperiments);
    if (auto refused = refusedBy<QList<DatasetSummary>>(range))
        return *refused;
    QStringList texts;
    for (const ExperimentId &id : ids)
        texts.append(id.text());
    // This address is the only one that all versions have.
    return m_client.call(
        jsonRequest(Verb::Post, u"/ajax-api/2.0/mlflow/experiments/search-datasets"_s,
            {{u"experiment_ids"_s, encodeStrings(texts)}}, RequestClass::Page),
        reading<QList<DatasetSummary>>(readSummaries));
}

} // namespace signalbox::mlflow
