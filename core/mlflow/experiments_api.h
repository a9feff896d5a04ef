// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

struct ExperimentQuery {
    QString filter;
    QStringList orderBy;
    ViewType viewType = ViewType::ActiveOnly;
    int maxResults = 1000;
    QString pageToken;
};

struct DatasetSummary {
    ExperimentId experimentId;
    QString name;
    QString digest;
    QString context; //!< "training", "test" ... or empty.
};

//! Experiments. Borrowed from Server; same thread.
class ExperimentsApi final {
public:
    explicit ExperimentsApi(RestClient &client)
        : m_client(client)
    {
    }
    [[nodiscard]] Call<Page<Experiment>> search(const ExperimentQuery &query) const;
    [[nodiscard]] Call<Experiment> get(const ExperimentId &id) const;
    [[nodiscard]] Call<Experiment> getByName(const QString &name) const;
    //! One-shot. Conflict when the name exists, also for a deleted experiment.
    [[nodiscard]] Call<ExperimentId> create(
        const QString &name, const TagList &tags = {}, const QString &artifactLocation = {}) const;
    [[nodiscard]] Call<void> rename(const ExperimentId &id, const QString &newName) const;
    [[nodiscard]] Call<void> remove(const ExperimentId &id) const;
    [[nodiscard]] Call<void> restore(const ExperimentId &id) const;
    [[nodiscard]] Call<void> setTag(const ExperimentId &id, const Tag &tag) const;
    //! MLflow 3.2 and later; InvalidRequest with the remedy on older servers.
    [[nodiscard]] Call<void> deleteTag(const ExperimentId &id, const QString &key) const;
    //! The data that runs of these experiments (at most 20) were given.
    [[nodiscard]] Call<QList<DatasetSummary>> datasets(const QList<ExperimentId> &ids) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
