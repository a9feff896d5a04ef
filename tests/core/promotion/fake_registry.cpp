// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/promotion/fake_registry.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

QJsonArray pairs(const QMap<QString, QString> &map, const QString &first, const QString &second)
{
    QJsonArray list;
    for (auto it = map.cbegin(); it != map.cend(); ++it)
        list.append(QJsonObject{{first, it.key()}, {second, it.value()}});
    return list;
}

FakeReply ok(const QJsonObject &body = {})
{
    return FakeReply::json(body);
}

FakeReply missing()
{
    return FakeReply::mlflowError(404, u"RESOURCE_DOES_NOT_EXIST"_s, u"not there"_s);
}

} // namespace

FakeRegistry::FakeRegistry(FakeTransport &transport)
{
    transport.answerWith([this](const FakeRequest &request) { return answer(request); });
}

QStringList FakeRegistry::inStage(const QString &stage) const
{
    QStringList found;
    for (auto it = versions.cbegin(); it != versions.cend(); ++it) {
        if (it->stage == stage)
            found.append(it.key());
    }
    return found;
}

QList<QJsonObject> FakeRegistry::decisions() const
{
    return m_decisions;
}

FakeRegistry::Run FakeRegistry::runNamed(const QString &name) const
{
    for (const Run &run : runs) {
        if (run.name == name)
            return run;
    }
    return {};
}

std::optional<FakeReply> FakeRegistry::answer(const FakeRequest &request)
{
    if (!reachable)
        return FakeReply::refused();
    if (request.verb == Verb::Put) {
        files.append(request.path);
        if (request.path.endsWith(u"/decision.json"_s))
            m_decisions.append(QJsonDocument::fromJson(request.request.body).object());
        return ok();
    }
    if (request.path == u"/model-versions/get-artifact"_s)
        return FakeReply::text(200, modelFile);
    if (request.path == u"/version"_s)
        return FakeReply::text(200, "3.17.2");
    if (request.path == u"/health"_s)
        return FakeReply::text(200, "OK");
    const QString prefix = u"/api/2.0/mlflow/"_s;
    if (!request.path.startsWith(prefix))
        return std::nullopt;
    const QStringList parts = request.path.mid(prefix.size()).split(u'/');
    const QString call = parts.value(1);
    if (parts.first() == u"registered-models"_s)
        return answerModel(call, request);
    if (parts.first() == u"model-versions"_s)
        return answerVersion(call, request);
    return answerRun(parts.first() % u'/' % call, request);
}

std::optional<FakeReply> FakeRegistry::answerModel(const QString &call, const FakeRequest &r)
{
    const QJsonObject body = r.json();
    if (call == u"get"_s || call == u"create"_s)
        return ok({{u"registered_model"_s, modelJson()}});
    if (call == u"set-tag"_s) {
        modelTags.insert(body[u"key"_s].toString(), body[u"value"_s].toString());
        if (afterModelTag)
            afterModelTag();
    } else if (call == u"delete-tag"_s) {
        modelTags.remove(body[u"key"_s].toString());
    } else if (call == u"alias"_s && r.verb == Verb::Post) {
        aliases.insert(body[u"alias"_s].toString(), body[u"version"_s].toString());
    } else if (call == u"alias"_s && r.verb == Verb::Delete) {
        aliases.remove(body[u"alias"_s].toString());
    } else {
        return std::nullopt;
    }
    return ok();
}

std::optional<FakeReply> FakeRegistry::answerVersion(const QString &call, const FakeRequest &r)
{
    const QJsonObject body = r.json();
    const QString number =
        r.verb == Verb::Get ? r.query(u"version"_s) : body[u"version"_s].toString();
    if (call == u"search"_s) {
        QJsonArray list;
        for (auto it = versions.cbegin(); it != versions.cend(); ++it)
            list.append(versionJson(it.key()));
        return ok({{u"model_versions"_s, list}});
    }
    if (call == u"create"_s) {
        const QString next = QString::number(versions.size() + 1);
        versions.insert(next, {});
        return ok({{u"model_version"_s, versionJson(next)}});
    }
    if (!versions.contains(number))
        return missing();
    if (call == u"transition-stage"_s)
        transition(body);
    else if (call == u"set-tag"_s)
        versions[number].tags.insert(body[u"key"_s].toString(), body[u"value"_s].toString());
    else if (call == u"delete-tag"_s)
        versions[number].tags.remove(body[u"key"_s].toString());
    else if (call != u"get"_s)
        return std::nullopt;
    return ok({{u"model_version"_s, versionJson(number)}});
}

void FakeRegistry::transition(const QJsonObject &body)
{
    const QString number = body[u"version"_s].toString();
    const QString stage = body[u"stage"_s].toString();
    transitions.append(number % u" -> "_s % stage);
    if (body[u"archive_existing_versions"_s].toBool()) {
        for (const QString &other : inStage(stage))
            versions[other].stage = u"Archived"_s;
    }
    versions[number].stage = stage;
    if (afterTransition)
        afterTransition();
}

std::optional<FakeReply> FakeRegistry::answerRun(const QString &call, const FakeRequest &r)
{
    if (call == u"runs/get"_s)
        return ok({{u"run"_s, runJson(r.query(u"run_id"_s))}});
    if (call == u"runs/create"_s)
        return ok({{u"run"_s, createRun(r.json())}});
    if (call == u"runs/search"_s)
        return ok({{u"runs"_s, QJsonArray()}});
    const QString id = r.json()[u"run_id"_s].toString();
    if (call == u"runs/update"_s) {
        runs[id].status = r.json()[u"status"_s].toString();
        return ok({{u"run_info"_s, runJson(id)[u"info"_s]}});
    }
    if (call == u"runs/log-batch"_s)
        logBatch(r.json());
    if (call == u"runs/log-inputs"_s)
        runs[id].inputs += static_cast<int>(r.json()[u"datasets"_s].toArray().size());
    if (call.startsWith(u"logged-models"_s))
        return ok({{u"model"_s, loggedModel()}});
    if (call == u"experiments/create"_s)
        return ok({{u"experiment_id"_s, u"7"_s}});
    if (call == u"experiments/get-by-name"_s)
        return missing();
    return r.verb == Verb::Post ? std::optional(ok()) : std::nullopt;
}

QJsonObject FakeRegistry::createRun(const QJsonObject &body)
{
    const QString id = u"run%1"_s.arg(++m_runs);
    Run run;
    run.name = body[u"run_name"_s].toString();
    for (const QJsonValue &tag : body[u"tags"_s].toArray())
        run.tags.insert(tag[u"key"_s].toString(), tag[u"value"_s].toString());
    runs.insert(id, run);
    return runJson(id);
}

void FakeRegistry::logBatch(const QJsonObject &body)
{
    Run &run = runs[body[u"run_id"_s].toString()];
    for (const QJsonValue &tag : body[u"tags"_s].toArray())
        run.tags.insert(tag[u"key"_s].toString(), tag[u"value"_s].toString());
    for (const QJsonValue &param : body[u"params"_s].toArray())
        run.params.insert(param[u"key"_s].toString(), param[u"value"_s].toString());
    for (const QJsonValue &metric : body[u"metrics"_s].toArray())
        run.metrics.insert(metric[u"key"_s].toString(), metric[u"value"_s].toDouble());
}

QJsonObject FakeRegistry::loggedModel() const
{
    return {{u"info"_s,
        QJsonObject{{u"model_id"_s, u"m-1"_s}, {u"experiment_id"_s, u"7"_s},
            {u"name"_s, u"model"_s},
            {u"artifact_uri"_s, u"mlflow-artifacts:/7/models/m-1/artifacts"_s},
            {u"status"_s, u"LOGGED_MODEL_PENDING"_s}}}};
}

QJsonObject FakeRegistry::versionJson(const QString &number) const
{
    const Version version = versions.value(number);
    return {{u"name"_s, u"churn"_s}, {u"version"_s, number}, {u"current_stage"_s, version.stage},
        {u"run_id"_s, u"source"_s}, {u"source"_s, u"models:/m-1"_s}, {u"status"_s, u"READY"_s},
        {u"tags"_s, pairs(version.tags, u"key"_s, u"value"_s)}};
}

QJsonObject FakeRegistry::modelJson() const
{
    return {{u"name"_s, u"churn"_s}, {u"tags"_s, pairs(modelTags, u"key"_s, u"value"_s)},
        {u"aliases"_s, pairs(aliases, u"alias"_s, u"version"_s)}};
}

QJsonObject FakeRegistry::runJson(const QString &id) const
{
    const QJsonObject info{{u"run_id"_s, id}, {u"run_uuid"_s, id}, {u"experiment_id"_s, u"7"_s},
        {u"status"_s, runs.contains(id) ? runs.value(id).status : u"FINISHED"_s},
        {u"start_time"_s, 1}, {u"lifecycle_stage"_s, u"active"_s},
        {u"artifact_uri"_s, u"mlflow-artifacts:/7/%1/artifacts"_s.arg(id)}};
    const QJsonObject metric{
        {u"key"_s, u"test_roc_auc"_s}, {u"value"_s, auc}, {u"timestamp"_s, 1}, {u"step"_s, 0}};
    const QJsonObject dataset{{u"name"_s, u"patients"_s}, {u"digest"_s, u"d1"_s},
        {u"source_type"_s, u"local"_s}, {u"source"_s, u"{}"_s}};
    return {{u"info"_s, info},
        {u"data"_s,
            QJsonObject{{u"metrics"_s, QJsonArray{metric}},
                {u"params"_s,
                    QJsonArray{QJsonObject{{u"key"_s, u"problem"_s}, {u"value"_s, u"binary"_s}}}}}},
        {u"inputs"_s,
            QJsonObject{{u"dataset_inputs"_s, QJsonArray{QJsonObject{{u"dataset"_s, dataset}}}}}}};
}

} // namespace signalbox::test
