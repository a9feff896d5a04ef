// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/registry_api.h"

#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

using namespace Qt::StringLiterals;

// Versions of registered models and their stages.
namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kVersionsPage = 1000;
constexpr int kMaxVersionsPage = 10'000;

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

Result<QString> readDownloadUri(const JsonView &root)
{
    const QString uri = root.string("artifact_uri");
    if (uri.isEmpty())
        return missingIdentity(u"artifact root"_s);
    return uri;
}

Result<QList<ModelVersion>> readVersions(const JsonView &root)
{
    return decodeList(root, "model_versions", decodeVersion);
}

} // namespace

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

Call<ModelVersion> RegistryApi::describeVersion(
    const QString &name, const QString &version, const QString &description) const
{
    return m_client.call(
        onVersion(Verb::Patch, u"update"_s, name, version, {{u"description"_s, description}}),
        versionReply());
}

Call<Page<ModelVersion>> RegistryApi::searchVersions(const QString &filter, int maxResults,
    const QString &pageToken, const QStringList &orderBy) const
{
    const auto range = checkRange(u"The page size"_s, maxResults, 1, kMaxVersionsPage);
    if (auto refused = refusedBy<Page<ModelVersion>>(range))
        return *refused;
    const QueryList query = searchQuery(filter, maxResults, pageToken, orderBy);
    return m_client.call(getRequest(apiPath(u"model-versions/search"_s), query, RequestClass::Page),
        pageReply("model_versions", decodeVersion));
}

Call<QList<ModelVersion>> RegistryApi::versions(const QString &name) const
{
    const Result<QString> quoted = filterQuoted(name);
    if (!quoted)
        return Call<QList<ModelVersion>>::finished(quoted.failure());
    // The server's own order is by last change, so a touched version would come first.
    const auto fetch = [api = *this, filter = QString(u"name="_s % *quoted)](const QString &token) {
        return api.searchVersions(filter, kVersionsPage, token, {u"version_number DESC"_s});
    };
    return PageWalk<ModelVersion>::start(&m_client, fetch);
}

Call<QList<ModelVersion>> RegistryApi::latestVersions(
    const QString &name, const QStringList &stages) const
{
    QJsonObject body{{u"name"_s, name}};
    if (!stages.isEmpty())
        body.insert(u"stages"_s, encodeStrings(stages));
    return m_client.call(
        jsonRequest(Verb::Post, apiPath(u"registered-models/get-latest-versions"_s), body),
        reading<QList<ModelVersion>>(readVersions));
}

Call<QString> RegistryApi::downloadUri(const QString &name, const QString &version) const
{
    return m_client.call(getRequest(apiPath(u"model-versions/get-download-uri"_s),
                             {{u"name"_s, name}, {u"version"_s, version}}),
        reading<QString>(readDownloadUri));
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

} // namespace signalbox::mlflow
