// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/runs_api.h"

#include "core/json/json_writer.h"
#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"
#include "core/mlflow/validation.h"

#include <QtCore/QSet>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr int kMaxRunsPage = 50'000;

HttpRequest write(const QString &call, const RunId &id, QJsonObject body = {})
{
    body.insert(u"run_id"_s, id.text());
    return jsonRequest(Verb::Post, apiPath(u"runs/"_s % call), body, RequestClass::Write);
}

Result<void> checkCreate(const CreateRun &request)
{
    if (auto r = checkPresent(u"experiment id"_s, request.experimentId.text()); !r)
        return r;
    if (request.startTime <= 0)
        return Failure(ErrorKind::InvalidRequest, u"The new run has no start time."_s,
            u"Give the time in milliseconds since 1970; the server would store 1970."_s);
    for (const Tag &tag : request.tags) {
        if (auto r = checkRunTag(tag); !r)
            return r;
    }
    return {};
}

Result<void> checkUpdate(const RunUpdate &update)
{
    // An unknown word or number would be answered with success and dropped.
    if (update.status == RunStatus::Unknown)
        return Failure(ErrorKind::InvalidRequest, u"The run's new status is no MLflow status."_s);
    if (update.endTime && *update.endTime <= 0)
        return Failure(ErrorKind::InvalidRequest, u"The run's end time lies before 1970."_s);
    return checkPresent(u"run id"_s, update.id.text());
}

Result<RunInfo> updatedInfo(const JsonView &root)
{
    RunInfo info = decodeRunInfo(root["run_info"]);
    if (info.id.isEmpty())
        return missingIdentity(u"run"_s);
    return info;
}

//! The same param twice is one param; the server would refuse the batch.
QList<Param> withoutRepeats(const QList<Param> &params)
{
    QSet<QString> seen;
    QList<Param> kept;
    for (const Param &param : params) {
        if (seen.contains(param.key))
            continue;
        seen.insert(param.key);
        kept.append(param);
    }
    return kept;
}

//! After a lost reply the same output is sent again, and MLflow refuses what it has already.
Result<void> knownOutputIsStored(const Result<void> &result)
{
    if (!result && saysDuplicate(result.error()))
        return {};
    return result;
}

bool isNan(const Metric &metric)
{
    return std::isnan(metric.value);
}

//! The batch without its NaN points, and each of those alone.
QList<Batch> withNansApart(const Batch &batch)
{
    Batch rest = batch;
    rest.metrics.removeIf(isNan);
    QList<Batch> parts;
    if (!rest.metrics.isEmpty() || !rest.params.isEmpty() || !rest.tags.isEmpty())
        parts.append(rest);
    for (const Metric &metric : batch.metrics) {
        if (isNan(metric))
            parts.append({batch.runId, {metric}, {}, {}});
    }
    return parts;
}

bool isOneNan(const Batch &batch)
{
    return batch.metrics.size() == 1 && batch.params.isEmpty() && batch.tags.isEmpty()
        && isNan(batch.metrics.first());
}

QJsonObject encodeQuery(const RunQuery &query)
{
    QStringList ids;
    for (const ExperimentId &id : query.experimentIds)
        ids.append(id.text());
    QJsonObject body{{u"experiment_ids"_s, encodeStrings(ids)},
        {u"max_results"_s, query.maxResults}, {u"run_view_type"_s, nameOf(query.viewType)}};
    if (!query.filter.isEmpty())
        body.insert(u"filter"_s, query.filter);
    if (!query.orderBy.isEmpty())
        body.insert(u"order_by"_s, encodeStrings(uniqueOrder(query.orderBy)));
    if (!query.pageToken.isEmpty())
        body.insert(u"page_token"_s, query.pageToken);
    return body;
}

} // namespace

Call<Run> RunsApi::create(const CreateRun &request) const
{
    if (auto refused = refusedBy<Run>(checkCreate(request)))
        return *refused;
    QJsonObject body{{u"experiment_id"_s, request.experimentId.text()},
        {u"start_time"_s, request.startTime}, {u"tags"_s, encodeList(request.tags)}};
    if (!request.name.isEmpty())
        body.insert(u"run_name"_s, request.name);
    if (!request.userId.isEmpty())
        body.insert(u"user_id"_s, request.userId);
    return m_client.call(jsonRequest(Verb::Post, apiPath(u"runs/create"_s), body,
                             RequestClass::Write, Repeat::Never),
        runReply());
}

Call<RunInfo> RunsApi::update(const RunUpdate &update) const
{
    if (auto refused = refusedBy<RunInfo>(checkUpdate(update)))
        return *refused;
    QJsonObject body;
    if (update.status)
        body.insert(u"status"_s, nameOf(*update.status));
    if (update.endTime)
        body.insert(u"end_time"_s, *update.endTime);
    if (update.name)
        body.insert(u"run_name"_s, *update.name);
    return m_client.call(write(u"update"_s, update.id, body), reading<RunInfo>(updatedInfo));
}

Call<Run> RunsApi::get(const RunId &id) const
{
    return m_client.call(
        getRequest(apiPath(u"runs/get"_s), {{u"run_id"_s, id.text()}}), runReply());
}

Call<Page<Run>> RunsApi::search(const RunQuery &query) const
{
    const auto range = checkRange(u"The page size"_s, query.maxResults, 1, kMaxRunsPage);
    if (auto refused = refusedBy<Page<Run>>(range))
        return *refused;
    return m_client.call(
        jsonRequest(Verb::Post, apiPath(u"runs/search"_s), encodeQuery(query), RequestClass::Page),
        pageReply("runs", decodeRun));
}

Call<void> RunsApi::remove(const RunId &id) const
{
    return m_client.call<void>(write(u"delete"_s, id), acknowledged);
}

Call<void> RunsApi::restore(const RunId &id) const
{
    return m_client.call<void>(write(u"restore"_s, id), acknowledged);
}

Call<void> RunsApi::logBatch(const Batch &batch) const
{
    if (auto refused = refusedBy<void>(checkBatch(batch)))
        return *refused;
    QJsonObject body;
    if (!batch.metrics.isEmpty())
        body.insert(u"metrics"_s, encodeList(batch.metrics));
    if (!batch.params.isEmpty())
        body.insert(u"params"_s, encodeList(withoutRepeats(batch.params)));
    if (!batch.tags.isEmpty())
        body.insert(u"tags"_s, encodeList(batch.tags));
    const HttpRequest request = write(u"log-batch"_s, batch.runId, body);
    if (request.body.size() > kMaxBatchBytes)
        return Call<void>::finished(Failure(ErrorKind::InvalidRequest,
            u"The batch has %1 bytes; MLflow takes at most one million."_s.arg(
                QString::number(request.body.size())),
            u"Send it in several batches."_s));
    const bool hasNan = std::any_of(
        batch.metrics.cbegin(), batch.metrics.cend(), [](const Metric &m) { return isNan(m); });
    return hasNan ? sendWithNans(batch, request) : upsert(m_client, request);
}

Call<void> RunsApi::sendWithNans(const Batch &batch, const HttpRequest &request) const
{
    const Call<void> sent = upsert(m_client, request);
    Promise<void> promise;
    promise.onCancel([sent] { sent.cancel(); });
    sent.then(&m_client, [api = *this, promise, batch](const Result<void> &result) {
        if (result || !saysDuplicate(result.error())) {
            promise.resolve(result);
        } else if (isOneNan(batch)) {
            promise.resolve(Result<void>()); // it is there already
        } else {
            const Call<void> apart = api.logEach(withNansApart(batch));
            promise.onCancel([apart] { apart.cancel(); });
            apart.then(
                &api.m_client, [promise](const Result<void> &last) { promise.resolve(last); });
        }
    });
    return promise.call();
}

Call<void> RunsApi::logEach(QList<Batch> batches) const
{
    if (batches.isEmpty())
        return Call<void>::finished({});
    const Batch first = batches.takeFirst();
    return logBatch(first).andThen(
        &m_client, [api = *this, batches] { return api.logEach(batches); });
}

Call<void> RunsApi::logMetric(const RunId &id, const Metric &metric) const
{
    if (auto refused = refusedBy<void>(checkMetric(metric)))
        return *refused;
    const HttpRequest request = write(u"log-metric"_s, id, encode(metric));
    return isNan(metric) ? sendWithNans({id, {metric}, {}, {}}, request)
                         : upsert(m_client, request);
}

Call<void> RunsApi::logParam(const RunId &id, const Param &param) const
{
    if (auto refused = refusedBy<void>(checkParam(param)))
        return *refused;
    return upsert(m_client, write(u"log-parameter"_s, id, encode(param)));
}

Call<void> RunsApi::setTag(const RunId &id, const Tag &tag) const
{
    if (auto refused = refusedBy<void>(checkRunTag(tag)))
        return *refused;
    return upsert(m_client, write(u"set-tag"_s, id, encode(tag)));
}

Call<void> RunsApi::deleteTag(const RunId &id, const QString &key) const
{
    return m_client.call<void>(write(u"delete-tag"_s, id, {{u"key"_s, key}}), acknowledged);
}

Call<void> RunsApi::logInputs(
    const RunId &id, const QList<DatasetInput> &datasets, const QList<LoggedModelId> &models) const
{
    for (const DatasetInput &input : datasets) {
        if (auto refused = refusedBy<void>(checkDataset(input)))
            return *refused;
    }
    QJsonObject body{{u"datasets"_s, encodeList(datasets)}};
    QJsonArray inputs;
    for (const LoggedModelId &model : models)
        inputs.append(QJsonObject{{u"model_id"_s, model.text()}});
    if (!inputs.isEmpty())
        body.insert(u"models"_s, inputs);
    return upsert(m_client, write(u"log-inputs"_s, id, body));
}

Call<void> RunsApi::logModel(const RunId &id, const QJsonObject &description) const
{
    for (const QString &key :
        {u"artifact_path"_s, u"flavors"_s, u"utc_time_created"_s, u"run_id"_s}) {
        const QString value = description.contains(key) ? u"given"_s : QString();
        if (auto refused = refusedBy<void>(checkPresent(u"model's "_s % key, value)))
            return *refused;
    }
    // Not repeated: each call adds an entry.
    return m_client.call<void>(
        jsonRequest(Verb::Post, apiPath(u"runs/log-model"_s),
            {{u"run_id"_s, id.text()},
                {u"model_json"_s, QString::fromUtf8(compactJson(description))}},
            RequestClass::Write, Repeat::Never),
        acknowledged);
}

Call<void> RunsApi::logOutputs(const RunId &id, const QList<ModelOutput> &models) const
{
    // One by one: MLflow refuses the whole list when one of them is known already.
    if (models.isEmpty())
        return Call<void>::finished({});
    const Call<void> first = m_client.call<void>(
        write(u"outputs"_s, id, {{u"models"_s, encodeList(models.first(1))}}), acknowledged);
    Promise<void> promise;
    promise.onCancel([first] { first.cancel(); });
    first.then(&m_client,
        [promise](const Result<void> &result) { promise.resolve(knownOutputIsStored(result)); });
    if (models.size() == 1)
        return promise.call();
    return promise.call().andThen(
        &m_client, [api = *this, id, rest = models.sliced(1)] { return api.logOutputs(id, rest); });
}

} // namespace signalbox::mlflow
