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

HttpRequest onModel(Verb verb, const QString &call, const QString &name, QJsonObject body = {})
{
    body.insert(u"name"_s, name);
    return jsonRequest(verb, apiPath(u"registered-models/"_s % call), body);
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

Call<Page<RegisteredModel>> RegistryApi::searchModels(const QString &filter, int maxResults,
    const QString &pageToken, const QStringList &orderBy) const
{
    const auto range = checkRange(u"The page size"_s, maxResults, 1, kMaxModelsPage);
    if (auto refused = refusedBy<Page<RegisteredModel>>(range))
        return *refused;
    const QueryList query = searchQuery(filter, maxResults, pageToken, orderBy);
    return m_client.call(
        getRequest(apiPath(u"registered-models/search"_s), query, RequestClass::Page),
        pageReply("registered_models", decodeModel));
}

Call<RegisteredModel> RegistryApi::renameModel(const QString &name, const QString &newName) const
{
    if (auto refused = refusedBy<RegisteredModel>(checkPresent(u"new name"_s, newName)))
        return *refused;
    // Not repeated: after a lost reply the old name is gone.
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"registered-models/rename"_s),
                             {{u"name"_s, name}, {u"new_name"_s, newName}},
                             RequestClass::Interactive, Repeat::Never),
        modelReply());
}

Call<RegisteredModel> RegistryApi::describeModel(
    const QString &name, const QString &description) const
{
    return m_client.call(
        onModel(Verb::Patch, u"update"_s, name, {{u"description"_s, description}}), modelReply());
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
