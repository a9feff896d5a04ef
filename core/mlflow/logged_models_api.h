// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

struct CreateLoggedModel {
    ExperimentId experimentId;
    QString name;
    QString modelType;
    RunId sourceRunId;
    QList<Param> params;
    TagList tags;
};

struct ModelOrder {
    QString field; //!< Empty leaves the order to the server.
    bool ascending = true;
};

//! MLflow 3's logged models. Borrowed from Server; same thread.
class LoggedModelsApi final {
public:
    explicit LoggedModelsApi(RestClient &client)
        : m_client(client)
    {
    }
    //! One-shot; status starts as PENDING.
    [[nodiscard]] Call<LoggedModel> create(const CreateLoggedModel &request) const;
    [[nodiscard]] Call<LoggedModel> get(const LoggedModelId &id) const;
    //! `orderBy` is one field ("creation_timestamp", "metrics.acc"), descending when said so.
    [[nodiscard]] Call<Page<LoggedModel>> search(const QList<ExperimentId> &experiments,
        const QString &filter, int maxResults = 50, const QString &pageToken = {},
        const ModelOrder &order = {}) const;
    //! "LOGGED_MODEL_READY" or "LOGGED_MODEL_UPLOAD_FAILED".
    [[nodiscard]] Call<void> setStatus(const LoggedModelId &id, const QString &status) const;
    [[nodiscard]] Call<void> remove(const LoggedModelId &id) const;
    [[nodiscard]] Call<void> setTags(const LoggedModelId &id, const TagList &tags) const;
    [[nodiscard]] Call<void> deleteTag(const LoggedModelId &id, const QString &key) const;
    //! A hundred at a time; a param that is there already keeps its value or is refused.
    [[nodiscard]] Call<void> logParams(const LoggedModelId &id, const QList<Param> &params) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
