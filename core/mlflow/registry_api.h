// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

struct CreateVersion {
    QString name;
    QString source;
    RunId runId;
    LoggedModelId modelId;
    QString description;
    TagList tags;
};

//! Registered models, versions, stages and aliases. Borrowed from Server; same thread.
class RegistryApi final {
public:
    explicit RegistryApi(RestClient &client)
        : m_client(client)
    {
    }
    //! Conflict when the name exists.
    [[nodiscard]] Call<RegisteredModel> createModel(
        const QString &name, const QString &description = {}, const TagList &tags = {}) const;
    [[nodiscard]] Call<RegisteredModel> getModel(const QString &name) const;
    [[nodiscard]] Call<Page<RegisteredModel>> searchModels(const QString &filter = {},
        int maxResults = 1000, const QString &pageToken = {},
        const QStringList &orderBy = {}) const;
    //! Versions, stages and aliases move along.
    [[nodiscard]] Call<RegisteredModel> renameModel(
        const QString &name, const QString &newName) const;
    [[nodiscard]] Call<RegisteredModel> describeModel(
        const QString &name, const QString &description) const;
    //! With every version, whatever its stage: the server has no safeguard.
    [[nodiscard]] Call<void> deleteModel(const QString &name) const;
    [[nodiscard]] Call<void> setModelTag(const QString &name, const Tag &tag) const;
    [[nodiscard]] Call<void> deleteModelTag(const QString &name, const QString &key) const;

    //! One-shot; the caller resolves an ambiguous failure by its operation tag.
    [[nodiscard]] Call<ModelVersion> createVersion(const CreateVersion &request) const;
    [[nodiscard]] Call<ModelVersion> getVersion(const QString &name, const QString &version) const;
    //! NotFound when the model has no such alias.
    [[nodiscard]] Call<ModelVersion> versionByAlias(
        const QString &name, const QString &alias) const;
    //! All versions of a model, newest first, all pages.
    [[nodiscard]] Call<QList<ModelVersion>> versions(const QString &name) const;
    [[nodiscard]] Call<Page<ModelVersion>> searchVersions(const QString &filter,
        int maxResults = 1000, const QString &pageToken = {},
        const QStringList &orderBy = {}) const;
    //! The newest version of each stage, or of the named ones.
    [[nodiscard]] Call<QList<ModelVersion>> latestVersions(
        const QString &name, const QStringList &stages = {}) const;
    [[nodiscard]] Call<ModelVersion> describeVersion(
        const QString &name, const QString &version, const QString &description) const;
    //! The artifact root that holds the version's files.
    [[nodiscard]] Call<QString> downloadUri(const QString &name, const QString &version) const;
    [[nodiscard]] Call<void> deleteVersion(const QString &name, const QString &version) const;
    [[nodiscard]] Call<void> setVersionTag(
        const QString &name, const QString &version, const Tag &tag) const;
    [[nodiscard]] Call<void> deleteVersionTag(
        const QString &name, const QString &version, const QString &key) const;
    /*! `archiveExisting` moves the stage's other versions to Archived; it only applies to Staging
     *  and Production and is left out for the other stages, where the server would fail. */
    [[nodiscard]] Call<ModelVersion> transitionStage(const QString &name, const QString &version,
        const QString &stage, bool archiveExisting) const;

    [[nodiscard]] Call<void> setAlias(
        const QString &name, const QString &alias, const QString &version) const;
    [[nodiscard]] Call<void> deleteAlias(const QString &name, const QString &alias) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
