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
    [[nodiscard]] Call<ExperimentId> create(const QString &name, const TagList &tags = {}) const;
    [[nodiscard]] Call<void> rename(const ExperimentId &id, const QString &newName) const;
    [[nodiscard]] Call<void> remove(const ExperimentId &id) const;
    [[nodiscard]] Call<void> restore(const ExperimentId &id) const;
    [[nodiscard]] Call<void> setTag(const ExperimentId &id, const Tag &tag) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
