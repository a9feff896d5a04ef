// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <QtCore/QJsonObject>

namespace signalbox {
class RestClient;
struct HttpRequest;
} // namespace signalbox

namespace signalbox::mlflow {

struct CreateRun {
    ExperimentId experimentId;
    QString name;
    QString userId;
    qint64 startTime = 0; //!< Required: the server stores 1970 otherwise.
    TagList tags;
};

struct RunUpdate {
    RunId id;
    std::optional<RunStatus> status;
    std::optional<qint64> endTime;
    std::optional<QString> name;
};

//! At most 1000 metrics, 100 params, 100 tags, 1000 items in all and 1 MB.
struct Batch {
    RunId runId;
    QList<Metric> metrics;
    QList<Param> params;
    TagList tags;
};

struct RunQuery {
    QList<ExperimentId> experimentIds;
    QString filter;
    QStringList orderBy;
    ViewType viewType = ViewType::ActiveOnly;
    int maxResults = 1000;
    QString pageToken;
};

//! Runs and what is logged to them. Borrowed from Server; same thread.
class RunsApi final {
public:
    explicit RunsApi(RestClient &client)
        : m_client(client)
    {
    }
    //! One-shot; the caller resolves an ambiguous failure by its operation tag.
    [[nodiscard]] Call<Run> create(const CreateRun &request) const;
    [[nodiscard]] Call<RunInfo> update(const RunUpdate &update) const;
    [[nodiscard]] Call<Run> get(const RunId &id) const;
    [[nodiscard]] Call<Page<Run>> search(const RunQuery &query) const;
    [[nodiscard]] Call<void> remove(const RunId &id) const;
    [[nodiscard]] Call<void> restore(const RunId &id) const;
    /*! Idempotent: rows with the same key, timestamp, step and value collapse on the server. MLflow
     * 2 refuses a NaN that it has already; then what is new of the batch is stored all the same. */
    [[nodiscard]] Call<void> logBatch(const Batch &batch) const;
    //! One point; what is many goes through logBatch.
    [[nodiscard]] Call<void> logMetric(const RunId &id, const Metric &metric) const;
    //! The same value again is fine, another one is InvalidRequest.
    [[nodiscard]] Call<void> logParam(const RunId &id, const Param &param) const;
    [[nodiscard]] Call<void> setTag(const RunId &id, const Tag &tag) const;
    [[nodiscard]] Call<void> deleteTag(const RunId &id, const QString &key) const;
    //! `models` (MLflow 3): logged models that the run evaluates.
    [[nodiscard]] Call<void> logInputs(const RunId &id, const QList<DatasetInput> &datasets,
        const QList<LoggedModelId> &models = {}) const;
    //! MLflow 3: says that the run produced these logged models. Safe to repeat.
    [[nodiscard]] Call<void> logOutputs(const RunId &id, const QList<ModelOutput> &models) const;
    /*! Says that the files below `artifact_path` of the run are a model: how models are logged on
     *  MLflow 2. Needs artifact_path, flavors, utc_time_created and run_id in `description`; each
     *  call adds one entry to the run's history tag. */
    [[nodiscard]] Call<void> logModel(const RunId &id, const QJsonObject &description) const;

private:
    [[nodiscard]] Call<void> sendWithNans(const Batch &batch, const HttpRequest &request) const;
    [[nodiscard]] Call<void> logEach(QList<Batch> batches) const;
    RestClient &m_client;
};

} // namespace signalbox::mlflow
