// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/registry_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

#include <QtCore/QRegularExpression>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kMaxModelsPage = 1000;
constexpr int kVersionsPage = 1000;

HttpRequest onModel(Verb verb, const QString &call, const QString &name, QJsonObject body = {})
{
    body.insert(u"name"_s, name);
    return jsonRequest(verb, apiPath(u"registered-models/"_s % call), body);
}

// The version travels as a string; a number is refused.
HttpRequest onVersion(Verb verb, const QString &call, const QString &name, const QString &version,
    QJsonObject body = {})
{
    body.insert(u"name"_s, name);
    body.insert(u"version"_s, version);
    return jsonRequest(verb, apiPath(u"model-versions/"_s % call), body);
}

bool canArchiveOthers(const QString &stage)
{
    return stage.compare("Staging"_L1, Qt::CaseInsensitive) == 0
        || stage.compare("Production"_L1, Qt::CaseInsensitive) == 0;
}

QJsonObject encodeCreate(const CreateVersion &request)
{
    QJsonObject body{{u"name"_s, request.name}, {u"source"_s, request.source}};
    if (!request.runId.isEmpty())
        body.insert(u"run_id"_s, request.runId.text());
    if (!request.modelId.isEmpty())
        body.insert(u"model_id"_s, request.modelId.text());
    if (!request.description.isEmpty())
        body.insert(u"description"_s, request.description);
    if (!request.tags.isEmpty())
        body.insert(u"tags"_s, encodeList(request.tags));
    return body;
}

//! MLflow answers a missing alias as a bad request; to its caller it is a thing that is not there.
Result<ModelVersion> missingAliasIsNotFound(const Result<ModelVersion> &result)
{
    static const QRegularExpression missing(
        u"model alias .* not found"_s, QRegularExpression::CaseInsensitiveOption);
    if (result || result.error().httpStatus != 400 || !result.error().message.contains(missing))
        return result;
    Error error = result.error();
    error.kind = ErrorKind::NotFound;
    return Failure(error);
}

} // namespace

Call<RegisteredModel> RegistryApi::createModel(
    const QString &name, const QString &description, const TagList &tags) const
{
    if (auto refused = refusedBy<RegisteredModel>(checkPresent(u"model's name"_s, name)))
        return *refused;
    QJsonObject body{{u"name"_s, name}};
    if (!description.isEmpty())
        body.insert(u"description"_s, description);
    if (!tags.isEmpty())
        body.insert(u"tags"_s, encodeList(tags));
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"registered-models/create"_s), body,
                             RequestClass::Interactive, Repeat::Never),
        modelReply());
}

Call<RegisteredModel> RegistryApi::getModel(const QString &name) const
{
    return m_client.call(
        getRequest(apiPath(u"registered-models/get"_s), {{u"name"_s, name}}), modelReply());
}

Call<Page<RegisteredModel>> RegistryApi::searchModels(
    const QString &filter, int maxResults, const QString &pageToken) const
{
    const auto range = checkRange(u"The page size"_s, maxResults, 1, kMaxModelsPage);
    if (auto refused = refusedBy<Page<RegisteredModel>>(range))
        return *refused;
    QueryList query{{u"max_results"_s, QString::number(maxResults)}};
    if (!filter.isEmpty())
        query.append({u"filter"_s, filter});
    if (!pageToken.isEmpty())
        query.append({u"page_token"_s, pageToken});
    return m_client.call(
        getRequest(apiPath(u"registered-models/search"_s), query, RequestClass::Page),
        pageReply("registered_models", decodeModel));
}

Call<void> RegistryApi::deleteModel(const QString &name) const
{
    return m_client.call<void>(onModel(Verb::Delete, u"delete"_s, name), acknowledged);
}

Call<void> RegistryApi::setModelTag(const QString &name, const Tag &tag) const
{
    return upsert(m_client, onModel(Verb::Post, u"set-tag"_s, name, encode(tag)));
}

Call<void> RegistryApi::deleteModelTag(const QString &name, const QString &key) const
{
    return m_client.call<void>(
        onModel(Verb::Delete, u"delete-tag"_s, name, {{u"key"_s, key}}), acknowledged);
}

Call<ModelVersion> RegistryApi::createVersion(const CreateVersion &request) const
{
    if (auto refused = refusedBy<ModelVersion>(checkPresent(u"model's name"_s, request.name)))
        return *refused;
    if (auto refused = refusedBy<ModelVersion>(checkPresent(u"model's source"_s, request.source)))
        return *refused;
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"model-versions/create"_s),
                             encodeCreate(request), RequestClass::Interactive, Repeat::Never),
        versionReply());
}

Call<ModelVersion> RegistryApi::getVersion(const QString &name, const QString &version) const
{
    return m_client.call(
        getRequest(apiPath(u"model-versions/get"_s), {{u"name"_s, name}, {u"version"_s, version}}),
        versionReply());
}

Call<ModelVersion> RegistryApi::versionByAlias(const QString &name, const QString &alias) const
{
    const Call<ModelVersion> asked = m_client.call(
        getRequest(apiPath(u"registered-models/alias"_s), {{u"name"_s, name}, {u"alias"_s, alias}}),
        versionReply());
    Promise<ModelVersion> promise;
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(&m_client, [promise](const Result<ModelVersion> &result) {
        promise.resolve(missingAliasIsNotFound(result));
    });
    return promise.call();
}

Call<QList<ModelVersion>> RegistryApi::versions(const QString &name) const
{
    const Result<QString> quoted = filterQuoted(name);
    if (!quoted)
        return Call<QList<ModelVersion>>::finished(quoted.failure());
    // The server's own order is by last change, so a touched version would come first.
    const QueryList base{{u"filter"_s, u"name="_s % *quoted},
        {u"max_results"_s, QString::number(kVersionsPage)},
        {u"order_by"_s, u"version_number DESC"_s}};
    const auto fetch = [client = &m_client, base](const QString &token) {
        QueryList query = base;
        if (!token.isEmpty())
            query.append({u"page_token"_s, token});
        return client->call(
            getRequest(apiPath(u"model-versions/search"_s), query, RequestClass::Page),
            pageReply("model_versions", decodeVersion));
    };
    return PageWalk<ModelVersion>::start(&m_client, fetch);
}

Call<void> RegistryApi::deleteVersion(const QString &name, const QString &version) const
{
    return m_client.call<void>(onVersion(Verb::Delete, u"delete"_s, name, version), acknowledged);
}

Call<void> RegistryApi::setVersionTag(
    const QString &name, const QString &version, const Tag &tag) const
{
    return upsert(m_client, onVersion(Verb::Post, u"set-tag"_s, name, version, encode(tag)));
}

Call<void> RegistryApi::deleteVersionTag(
    const QString &name, const QString &version, const QString &key) const
{
    return m_client.call<void>(
        onVersion(Verb::Delete, u"delete-tag"_s, name, version, {{u"key"_s, key}}), acknowledged);
}

Call<ModelVersion> RegistryApi::transitionStage(
    const QString &name, const QString &version, const QString &stage, bool archiveExisting) const
{
    const QJsonObject body{{u"stage"_s, stage},
        {u"archive_existing_versions"_s, archiveExisting && canArchiveOthers(stage)}};
    return m_client.call(
        onVersion(Verb::Post, u"transition-stage"_s, name, version, body), versionReply());
}

Call<void> RegistryApi::setAlias(
    const QString &name, const QString &alias, const QString &version) const
{
    return upsert(m_client,
        onModel(Verb::Post, u"alias"_s, name, {{u"alias"_s, alias}, {u"version"_s, version}}));
}

Call<void> RegistryApi::deleteAlias(const QString &name, const QString &alias) const
{
    return m_client.call<void>(
        onModel(Verb::Delete, u"alias"_s, name, {{u"alias"_s, alias}}), acknowledged);
}

} // namespace signalbox::mlflow
