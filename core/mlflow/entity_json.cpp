// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/entity_json.h"

#include "core/json/json_writer.h"

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

namespace {

/*! The same few names stand in every run of a page, so they share their text. Direct-mapped and
 *  small: a page with other names only pays what it would pay anyway. */
class NameCache final {
public:
    QString text(QByteArrayView utf8)
    {
        if (utf8.size() > kLongest)
            return QString::fromUtf8(utf8);
        Slot &slot = m_slots[qHash(utf8, 0) % m_slots.size()];
        if (slot.utf8 != utf8) {
            slot.utf8 = utf8.toByteArray();
            slot.text = QString::fromUtf8(utf8);
        }
        return slot.text;
    }

private:
    static constexpr qsizetype kLongest = 80;
    struct Slot {
        QByteArray utf8;
        QString text;
    };
    std::array<Slot, 512> m_slots;
};

QString name(const JsonView &json, const char *key)
{
    static thread_local NameCache cache; // pages are decoded in pool threads, which stay
    return cache.text(json.utf8(key));
}

} // namespace

Tag decodeTag(const JsonView &json)
{
    return {name(json, "key"), json.string("value")};
}

TagList decodeTags(const JsonView &array)
{
    TagList tags;
    tags.reserve(array.size());
    array.forEach([&tags](const JsonView &item) { tags.append(decodeTag(item)); });
    return tags;
}

Param decodeParam(const JsonView &json)
{
    return {name(json, "key"), json.string("value")};
}

QList<Param> decodeParams(const JsonView &array)
{
    QList<Param> params;
    params.reserve(array.size());
    array.forEach([&params](const JsonView &item) { params.append(decodeParam(item)); });
    return params;
}

Metric decodeMetric(const JsonView &json)
{
    return {name(json, "key"), json.number("value"), json.integer("timestamp"),
        json.integer("step"), json.string("model_id"), json.string("dataset_name"),
        json.string("dataset_digest")};
}

Lifecycle decodeLifecycle(const JsonView &owner)
{
    return owner.string("lifecycle_stage") == "deleted"_L1 ? Lifecycle::Deleted : Lifecycle::Active;
}

Experiment decodeExperiment(const JsonView &json)
{
    return {ExperimentId(json.string("experiment_id")), json.string("name"),
        json.string("artifact_location"), decodeLifecycle(json), json.integer("creation_time"),
        json.integer("last_update_time"), decodeTags(json["tags"])};
}

RunInfo decodeRunInfo(const JsonView &json)
{
    RunInfo info;
    info.id = RunId(json.string("run_id"));
    if (info.id.isEmpty())
        info.id = RunId(json.string("run_uuid"));
    info.name = json.string("run_name");
    info.experimentId = ExperimentId(json.string("experiment_id"));
    info.userId = json.string("user_id");
    info.status = runStatusFrom(json.string("status"));
    info.startTime = json.integer("start_time");
    info.endTime = json.integer("end_time");
    info.artifactUri = json.string("artifact_uri");
    info.lifecycle = decodeLifecycle(json);
    return info;
}

namespace {

DatasetInput decodeDataset(const JsonView &json)
{
    const JsonView dataset = json["dataset"];
    return {dataset.string("name"), dataset.string("digest"), dataset.string("source_type"),
        dataset.string("source"), dataset.string("schema"), dataset.string("profile"),
        decodeTags(json["tags"])};
}

ModelOutput decodeOutput(const JsonView &json)
{
    return {LoggedModelId(json.string("model_id")), json.integer("step")};
}

} // namespace

Run decodeRun(const JsonView &json)
{
    const JsonView data = json["data"];
    Run run;
    run.info = decodeRunInfo(json["info"]);
    run.metrics = decodeList(data, "metrics", decodeMetric);
    run.params = decodeParams(data["params"]);
    run.tags = decodeTags(data["tags"]);
    run.datasets = decodeList(json["inputs"], "dataset_inputs", decodeDataset);
    run.outputs = decodeList(json["outputs"], "model_outputs", decodeOutput);
    return run;
}

FileInfo decodeFile(const JsonView &json)
{
    return {json.string("path"), json.boolean("is_dir"), json.integer("file_size", -1)};
}

LoggedModel decodeLoggedModel(const JsonView &json)
{
    const JsonView info = json["info"];
    LoggedModel model;
    model.id = LoggedModelId(info.string("model_id"));
    model.experimentId = ExperimentId(info.string("experiment_id"));
    model.name = info.string("name");
    model.artifactUri = info.string("artifact_uri");
    model.status = info.string("status");
    model.modelType = info.string("model_type");
    model.sourceRunId = RunId(info.string("source_run_id"));
    model.creationTime = info.integer("creation_timestamp_ms");
    model.tags = decodeTags(info["tags"]);
    model.params = decodeParams(json["data"]["params"]);
    model.metrics = decodeList(json["data"], "metrics", decodeMetric);
    return model;
}

ModelVersion decodeVersion(const JsonView &json)
{
    ModelVersion version;
    version.name = json.string("name");
    version.version = json.string("version");
    version.stage = json.string("current_stage");
    version.source = json.string("source");
    version.runId = RunId(json.string("run_id"));
    version.status = json.string("status");
    version.statusMessage = json.string("status_message");
    version.description = json.string("description");
    version.userId = json.string("user_id");
    version.creationTime = json.integer("creation_timestamp");
    version.lastUpdateTime = json.integer("last_updated_timestamp");
    version.tags = decodeTags(json["tags"]);
    json["aliases"].forEach(
        [&version](const JsonView &alias) { version.aliases.append(alias.asString()); });
    return version;
}

RegisteredModel decodeModel(const JsonView &json)
{
    RegisteredModel model;
    model.name = json.string("name");
    model.description = json.string("description");
    model.creationTime = json.integer("creation_timestamp");
    model.lastUpdateTime = json.integer("last_updated_timestamp");
    model.tags = decodeTags(json["tags"]);
    json["aliases"].forEach([&model](const JsonView &alias) {
        model.aliases.insert(alias.string("alias"), alias.string("version"));
    });
    model.latestVersions = decodeList(json, "latest_versions", decodeVersion);
    return model;
}

QJsonObject encode(const Tag &tag)
{
    return {{u"key"_s, tag.key}, {u"value"_s, tag.value}};
}

QJsonObject encode(const Param &param)
{
    return {{u"key"_s, param.key}, {u"value"_s, param.value}};
}

QJsonObject encode(const Metric &metric)
{
    QJsonObject json{{u"key"_s, metric.key}, {u"value"_s, jsonNumber(metric.value)},
        {u"timestamp"_s, metric.timestamp}, {u"step"_s, metric.step}};
    if (!metric.modelId.isEmpty())
        json.insert(u"model_id"_s, metric.modelId);
    if (!metric.datasetName.isEmpty())
        json.insert(u"dataset_name"_s, metric.datasetName);
    if (!metric.datasetDigest.isEmpty())
        json.insert(u"dataset_digest"_s, metric.datasetDigest);
    return json;
}

QJsonObject encode(const DatasetInput &input)
{
    QJsonObject dataset{{u"name"_s, input.name}, {u"digest"_s, input.digest},
        {u"source_type"_s, input.sourceType}, {u"source"_s, input.source}};
    if (!input.schema.isEmpty())
        dataset.insert(u"schema"_s, input.schema);
    if (!input.profile.isEmpty())
        dataset.insert(u"profile"_s, input.profile);
    return {{u"dataset"_s, dataset}, {u"tags"_s, encodeList(input.tags)}};
}

QJsonObject encode(const ModelOutput &output)
{
    return {{u"model_id"_s, output.modelId.text()}, {u"step"_s, output.step}};
}

QJsonArray encodeStrings(const QStringList &list)
{
    return QJsonArray::fromStringList(list);
}

} // namespace signalbox::mlflow
