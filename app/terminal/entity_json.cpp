// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/entity_json.h"

#include "app/terminal/output.h"
#include "core/json/json_writer.h"
#include "core/promotion/stage.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

QJsonObject toJson(const mlflow::TagList &tags)
{
    QJsonObject object;
    for (const mlflow::Tag &tag : tags)
        object.insert(tag.key, tag.value);
    return object;
}

QJsonObject toJson(const mlflow::Experiment &experiment)
{
    return {{u"id"_s, experiment.id.text()}, {u"name"_s, experiment.name},
        {u"lifecycle"_s,
            experiment.lifecycle == mlflow::Lifecycle::Active ? u"active"_s : u"deleted"_s},
        {u"created"_s, isoTime(experiment.creationTime)}};
}

QJsonObject toJson(const mlflow::Run &run)
{
    QJsonObject params;
    for (const mlflow::Param &param : run.params)
        params.insert(param.key, param.value);
    QJsonObject metrics;
    for (const mlflow::Metric &metric : run.metrics)
        metrics.insert(metric.key, jsonNumber(metric.value));
    QJsonArray datasets;
    for (const mlflow::DatasetInput &dataset : run.datasets) {
        datasets.append(QJsonObject{{u"name"_s, dataset.name}, {u"digest"_s, dataset.digest},
            {u"context"_s, mlflow::tagValue(dataset.tags, u"mlflow.data.context"_s)}});
    }
    QJsonArray models;
    for (const mlflow::ModelOutput &output : run.outputs)
        models.append(output.modelId.text());
    return {{u"run_id"_s, run.info.id.text()}, {u"name"_s, run.info.name},
        {u"experiment_id"_s, run.info.experimentId.text()},
        {u"status"_s, mlflow::nameOf(run.info.status)},
        {u"start_time"_s, isoTime(run.info.startTime)}, {u"end_time"_s, isoTime(run.info.endTime)},
        {u"lifecycle"_s,
            run.info.lifecycle == mlflow::Lifecycle::Active ? u"active"_s : u"deleted"_s},
        {u"params"_s, params}, {u"metrics"_s, metrics}, {u"tags"_s, toJson(run.tags)},
        {u"datasets"_s, datasets}, {u"models"_s, models}};
}

QJsonObject toJson(const mlflow::ModelVersion &version)
{
    return {{u"version"_s, version.version}, {u"stage"_s, nameOf(stageOf(version))},
        {u"server_stage"_s, version.stage},
        {u"aliases"_s, QJsonArray::fromStringList(version.aliases)},
        {u"run_id"_s, version.runId.text()}, {u"source"_s, version.source},
        {u"status"_s, version.status}, {u"description"_s, version.description},
        {u"created"_s, isoTime(version.creationTime)}, {u"tags"_s, toJson(version.tags)}};
}

QJsonObject toJson(const JournalStatus &status)
{
    QJsonArray parked;
    for (const ParkedItem &item : status.parked) {
        parked.append(QJsonObject{{u"sequence"_s, item.sequence}, {u"run"_s, item.run.text()},
            {u"what"_s, item.what}, {u"reason"_s, item.reason}});
    }
    return {{u"pending_runs"_s, status.pendingRuns}, {u"pending_batches"_s, status.pendingBatches},
        {u"pending_points"_s, status.pendingPoints},
        {u"pending_artifacts"_s, status.pendingArtifacts},
        {u"pending_registrations"_s, status.pendingRegistrations}, {u"trouble"_s, status.trouble},
        {u"parked"_s, parked}, {u"incidents"_s, QJsonArray::fromStringList(status.incidents)}};
}

QJsonObject toJson(const BreakerSnapshot &breaker)
{
    return {{u"state"_s, nameOf(breaker.state)},
        {u"consecutive_failures"_s, breaker.consecutiveFailures},
        {u"opened_total"_s, static_cast<qint64>(breaker.opened)},
        {u"rejected_total"_s, static_cast<qint64>(breaker.rejected)},
        {u"retry_after_ms"_s, static_cast<qint64>(breaker.retryAfter.count())}};
}

QJsonObject toJson(const mlflow::FileInfo &file)
{
    return {{u"path"_s, file.path}, {u"is_dir"_s, file.isDirectory},
        {u"size"_s, file.size < 0 ? QJsonValue() : QJsonValue(file.size)}};
}

QJsonObject pointJson(const mlflow::Metric &metric)
{
    return {{u"step"_s, metric.step}, {u"timestamp"_s, isoTime(metric.timestamp)},
        {u"value"_s, jsonNumber(metric.value)}};
}

Result<mlflow::TagList> tagsFrom(const std::vector<std::string> &pairs)
{
    mlflow::TagList tags;
    for (const std::string &pair : pairs) {
        const QString text = QString::fromStdString(pair);
        const qsizetype at = text.indexOf(u'=');
        if (at <= 0)
            return Failure(
                ErrorKind::Usage, u"\"%1\" is no tag."_s.arg(text), u"Write tags as KEY=VALUE."_s);
        tags.append({text.left(at), text.mid(at + 1)});
    }
    return tags;
}

} // namespace signalbox
