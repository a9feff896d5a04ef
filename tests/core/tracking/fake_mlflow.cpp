// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/fake_mlflow.h"

#include <QtCore/QJsonArray>
#include <QtCore/QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

QJsonArray pairs(const QMap<QString, QString> &map)
{
    QJsonArray array;
    for (auto it = map.cbegin(); it != map.cend(); ++it)
        array.append(QJsonObject{{u"key"_s, it.key()}, {u"value"_s, it.value()}});
    return array;
}

QMap<QString, QString> mapOf(const QJsonValue &array)
{
    QMap<QString, QString> map;
    for (const QJsonValue &value : array.toArray())
        map.insert(value[u"key"_s].toString(), value[u"value"_s].toString());
    return map;
}

FakeReply refuse(int status, const QString &code, const QString &message)
{
    return FakeReply::mlflowError(status, code, message);
}

FakeReply missing(const QString &what)
{
    return refuse(404, u"RESOURCE_DOES_NOT_EXIST"_s, QString(u"No such thing: "_s % what));
}

QString quotedValue(const QString &filter)
{
    static const QRegularExpression value(u"'([^']*)'"_s);
    return value.match(filter).captured(1);
}

QString numbered(const QString &prefix, int number)
{
    return QString(prefix % QString::number(number).rightJustified(4, u'0'));
}

} // namespace

FakeMlflow::FakeMlflow(FakeTransport &transport)
{
    transport.answerWith([this](const FakeRequest &request) -> std::optional<FakeReply> {
        return down ? FakeReply::refused() : answer(request);
    });
}

const FakeMlflow::Run &FakeMlflow::runNamed(const QString &name) const
{
    static const Run none;
    for (const Run &run : runs) {
        if (run.name == name)
            return run;
    }
    return none;
}

int FakeMlflow::livingRuns() const
{
    return static_cast<int>(
        std::count_if(runs.cbegin(), runs.cend(), [](const Run &run) { return !run.deleted; }));
}

FakeReply FakeMlflow::answer(const FakeRequest &request)
{
    static const QRegularExpression call(u"^/api/2\\.0/mlflow(-artifacts)?/([a-z-]+)/?(.*)$"_s);
    if (beforeEach)
        beforeEach(request);
    if (request.path == "/health"_L1)
        return FakeReply::text(200, "OK");
    if (request.path == "/version"_L1)
        return FakeReply::text(200, version.toUtf8());
    const auto match = call.match(request.path);
    const QString group = match.captured(2);
    const QString rest = match.captured(3);
    if (group == "artifacts"_L1)
        return putFile(rest, request);
    if (version.startsWith("2."_L1) && (group == "logged-models"_L1 || rest == "outputs"_L1))
        return FakeReply::text(404, "<h1>Not Found</h1>", "text/html");
    if (request.path == "/api/3.0/mlflow/server-info"_L1 && !version.startsWith("2."_L1))
        return FakeReply::json(QByteArray(R"({"store_type": "SqlStore"})"));
    if (request.verb == Verb::Get && request.path == "/api/2.0/mlflow/logged-models"_L1)
        return FakeReply::text(405, "<h1>Method Not Allowed</h1>", "text/html");
    if (group == "experiments"_L1)
        return answerExperiments(rest, request);
    if (group == "runs"_L1)
        return answerRuns(rest, request);
    if (group == "logged-models"_L1)
        return answerModels(rest, request);
    return answerRegistry(QString(group % u'/' % rest), request);
}

FakeReply FakeMlflow::maybeLost(FakeReply reply)
{
    if (loseReplies == 0)
        return reply;
    --loseReplies;
    return FakeReply::brokenOff();
}

FakeReply FakeMlflow::answerExperiments(const QString &call, const FakeRequest &request)
{
    if (call == "create"_L1) {
        const QString name = request.json()[u"name"_s].toString();
        if (experiments.contains(name))
            return refuse(400, u"RESOURCE_ALREADY_EXISTS"_s, u"exists"_s);
        arrived << u"experiment"_s;
        experiments.insert(name, QString::number(m_next++));
        return maybeLost(
            FakeReply::json(QJsonObject{{u"experiment_id"_s, experiments.value(name)}}));
    }
    if (call == "set-experiment-tag"_L1) {
        const QJsonObject body = request.json();
        const QString tagged = experiments.key(body[u"experiment_id"_s].toString());
        if (tagged.isEmpty())
            return missing(body[u"experiment_id"_s].toString());
        experimentTags[tagged].insert(body[u"key"_s].toString(), body[u"value"_s].toString());
        return FakeReply::json(QJsonObject());
    }
    const QString name = request.query(u"experiment_name"_s);
    if (!experiments.contains(name))
        return missing(name);
    const QString stage = deletedExperiments.contains(name) ? u"deleted"_s : u"active"_s;
    return FakeReply::json(QJsonObject{{u"experiment"_s,
        QJsonObject{{u"experiment_id"_s, experiments.value(name)}, {u"name"_s, name},
            {u"lifecycle_stage"_s, stage}}}});
}

QJsonObject FakeMlflow::runJson(const QString &id) const
{
    const Run &run = *runs.constFind(id);
    QJsonArray metrics;
    for (const auto &[key, value] : run.metrics)
        metrics.append(QJsonObject{{u"key"_s, key}, {u"value"_s, value}});
    QJsonArray outputs;
    for (const QString &model : run.outputs)
        outputs.append(QJsonObject{{u"model_id"_s, model}});
    return {
        {u"info"_s,
            QJsonObject{{u"run_id"_s, id}, {u"run_name"_s, run.name}, {u"experiment_id"_s, u"1"_s},
                {u"status"_s, run.status}, {u"start_time"_s, 1000},
                {u"artifact_uri"_s, u"mlflow-artifacts:/1/%1/artifacts"_s.arg(id)},
                {u"lifecycle_stage"_s, run.deleted ? u"deleted"_s : u"active"_s}}},
        {u"data"_s,
            QJsonObject{{u"tags"_s, pairs(run.tags)}, {u"params"_s, pairs(run.params)},
                {u"metrics"_s, metrics}}},
        {u"outputs"_s, QJsonObject{{u"model_outputs"_s, outputs}}}};
}

FakeReply FakeMlflow::createRun(const QJsonObject &body)
{
    if (loseCreates > 0) {
        --loseCreates;
        return FakeReply::brokenOff();
    }
    arrived << u"create"_s;
    Run run;
    run.name = body[u"run_name"_s].toString();
    run.tags = mapOf(body[u"tags"_s]);
    const QString id = numbered(u"run"_s, m_next++);
    runs.insert(id, run);
    return maybeLost(FakeReply::json(QJsonObject{{u"run"_s, runJson(id)}}));
}

FakeReply FakeMlflow::searchRuns(const QJsonObject &body) const
{
    const QString wanted = quotedValue(body[u"filter"_s].toString());
    QJsonArray found;
    for (auto it = runs.cbegin(); it != runs.cend(); ++it) {
        if (it->tags.value(u"signalbox.op_id"_s) == wanted)
            found.append(runJson(it.key()));
    }
    return FakeReply::json(QJsonObject{{u"runs"_s, found}});
}

FakeReply FakeMlflow::logBatch(const QJsonObject &body)
{
    Run &run = runs[body[u"run_id"_s].toString()];
    if (run.deleted)
        return refuse(
            400, u"INVALID_PARAMETER_VALUE"_s, u"The run must be in the 'active' state"_s);
    if (failingRuns.contains(run.name))
        return failingStatus == 500 ? refuse(500, u"INTERNAL_ERROR"_s, u"it fell over"_s)
                                    : FakeReply::text(failingStatus, "upstream gave up");
    const QMap<QString, QString> params = mapOf(body[u"params"_s]);
    const QMap<QString, QString> tags = mapOf(body[u"tags"_s]);
    const QJsonArray metrics = body[u"metrics"_s].toArray();
    if (metrics.size() > 1000 || params.size() > 100 || tags.size() > 100
        || metrics.size() + params.size() + tags.size() > 1000)
        return refuse(400, u"INVALID_PARAMETER_VALUE"_s, u"too many"_s);
    QSet<QString> keys(params.keyBegin(), params.keyEnd());
    for (const QJsonValue &metric : metrics)
        keys.insert(metric[u"key"_s].toString());
    if (keys.intersects(badKeys))
        return refuse(400, u"INVALID_PARAMETER_VALUE"_s, u"Invalid value for a key"_s);
    for (auto it = params.cbegin(); it != params.cend(); ++it) {
        if (run.params.contains(it.key()) && run.params.value(it.key()) != it.value())
            return refuse(
                400, u"INVALID_PARAMETER_VALUE"_s, u"Changing param values is not allowed"_s);
    }
    arrived << u"batch"_s;
    run.params.insert(params);
    run.tags.insert(tags);
    for (const QJsonValue &metric : metrics) {
        // The real server's key is key, timestamp, step and value; the tests give a step of its
        // own.
        const std::pair row(u"%1@%2"_s.arg(metric[u"key"_s].toString(),
                                QString::number(metric[u"step"_s].toInteger())),
            metric[u"value"_s].toDouble());
        if (!run.metrics.contains(row))
            run.metrics.append(row);
    }
    return maybeLost(FakeReply::json(QByteArray("{}")));
}

FakeReply FakeMlflow::answerRuns(const QString &call, const FakeRequest &request)
{
    if (call == "create"_L1)
        return createRun(request.json());
    if (call == "search"_L1)
        return searchRuns(request.json());
    const QJsonObject body = request.json();
    const QString id = call == "get"_L1 ? request.query(u"run_id"_s) : body[u"run_id"_s].toString();
    if (!runs.contains(id))
        return missing(id);
    Run &run = runs[id];
    if (call == "get"_L1)
        return FakeReply::json(QJsonObject{{u"run"_s, runJson(id)}});
    if (call == "log-batch"_L1)
        return logBatch(body);
    if (call == "set-tag"_L1)
        run.tags.insert(body[u"key"_s].toString(), body[u"value"_s].toString());
    if (call == "delete"_L1)
        run.deleted = true;
    if (call == "log-inputs"_L1) {
        arrived << u"inputs"_s;
        for (const QJsonValue &input : body[u"datasets"_s].toArray())
            run.datasets << input[u"dataset"_s][u"name"_s].toString();
    }
    if (call == "log-model"_L1) {
        QString &history = run.tags[u"mlflow.log-model.history"_s];
        const QString entry = body[u"model_json"_s].toString();
        history = history.isEmpty() ? QString(u'[' % entry % u']')
                                    : QString(history.chopped(1) % u',' % entry % u']');
        arrived << u"history"_s;
        return maybeLost(FakeReply::json(QByteArray("{}")));
    }
    if (call == "outputs"_L1) {
        for (const QJsonValue &model : body[u"models"_s].toArray())
            run.outputs << model[u"model_id"_s].toString();
    }
    if (call != "update"_L1)
        return FakeReply::json(QByteArray("{}"));
    arrived << u"finish"_s;
    run.status = body[u"status"_s].toString(run.status);
    run.endTime = body[u"end_time"_s].toInteger();
    return FakeReply::json(QJsonObject{{u"run_info"_s, runJson(id)[u"info"_s]}});
}

QJsonObject FakeMlflow::modelJson(const QString &id) const
{
    const Model &model = *models.constFind(id);
    return {{u"info"_s,
        QJsonObject{{u"model_id"_s, id}, {u"name"_s, model.name}, {u"experiment_id"_s, u"1"_s},
            {u"status"_s, model.status}, {u"tags"_s, pairs(model.tags)},
            {u"source_run_id"_s, model.run},
            {u"artifact_uri"_s, u"mlflow-artifacts:/1/models/%1/artifacts"_s.arg(id)}}}};
}

FakeReply FakeMlflow::answerModels(const QString &call, const FakeRequest &request)
{
    const QJsonObject body = request.json();
    if (call.isEmpty()) {
        arrived << u"model"_s;
        Model model;
        model.name = body[u"name"_s].toString();
        model.run = body[u"source_run_id"_s].toString();
        model.tags = mapOf(body[u"tags"_s]);
        const QString id = numbered(u"m-"_s, m_next++);
        models.insert(id, model);
        return maybeLost(FakeReply::json(QJsonObject{{u"model"_s, modelJson(id)}}));
    }
    if (call == "search"_L1) {
        const QString wanted = quotedValue(body[u"filter"_s].toString());
        QJsonArray found;
        for (auto it = models.cbegin(); it != models.cend(); ++it) {
            const bool isIt = it->tags.value(u"signalbox.op_id"_s) == wanted || it->run == wanted;
            if (isIt && !it->deleted)
                found.append(modelJson(it.key()));
        }
        return FakeReply::json(QJsonObject{{u"models"_s, found}});
    }
    if (!models.contains(call))
        return missing(call);
    if (request.verb == Verb::Get)
        return FakeReply::json(QJsonObject{{u"model"_s, modelJson(call)}});
    if (request.verb == Verb::Delete)
        models[call].deleted = true;
    else
        models[call].status = body[u"status"_s].toString();
    arrived << u"status"_s;
    return FakeReply::json(QJsonObject{{u"model"_s, modelJson(call)}});
}

FakeReply FakeMlflow::putFile(const QString &path, const FakeRequest &request)
{
    for (const QString &bad : std::as_const(badFiles)) {
        if (path.endsWith(bad))
            return refuse(400, u"INVALID_PARAMETER_VALUE"_s, u"Invalid path"_s);
    }
    arrived << u"file"_s;
    files.insert(path, request.request.body);
    return FakeReply::text(200, "");
}

QJsonObject FakeMlflow::versionJson(const QString &key) const
{
    const QStringList parts = key.split(u'/');
    return {{u"name"_s, parts.value(0)}, {u"version"_s, parts.value(1)},
        {u"current_stage"_s, u"None"_s}, {u"status"_s, u"READY"_s},
        {u"tags"_s, pairs(versions.value(key))}};
}

FakeReply FakeMlflow::answerRegistry(const QString &call, const FakeRequest &request)
{
    const QJsonObject body = request.json();
    const QString name = body[u"name"_s].toString();
    if (call == "registered-models/create"_L1) {
        if (registered.contains(name))
            return refuse(400, u"RESOURCE_ALREADY_EXISTS"_s, u"exists"_s);
        if (name.contains(u'/') || name.contains(u':'))
            return refuse(400, u"INVALID_PARAMETER_VALUE"_s, u"Invalid model name"_s);
        registered.insert(name, mapOf(body[u"tags"_s]));
        return maybeLost(FakeReply::json(QJsonObject{{u"registered_model"_s, body}}));
    }
    if (call == "registered-models/get"_L1) {
        const QString wanted = request.query(u"name"_s);
        if (!registered.contains(wanted))
            return missing(wanted);
        return FakeReply::json(QJsonObject{{u"registered_model"_s,
            QJsonObject{{u"name"_s, wanted}, {u"tags"_s, pairs(registered.value(wanted))}}}});
    }
    if (call == "model-versions/create"_L1) {
        arrived << u"version"_s;
        const QString key = u"%1/%2"_s.arg(name, QString::number(m_nextVersion++));
        versions.insert(key, mapOf(body[u"tags"_s]));
        sources.insert(key, body[u"source"_s].toString());
        versionRuns.insert(key, body[u"run_id"_s].toString());
        descriptions.insert(key, body[u"description"_s].toString());
        return maybeLost(FakeReply::json(QJsonObject{{u"model_version"_s, versionJson(key)}}));
    }
    if (call == "model-versions/search"_L1) {
        QJsonArray found;
        for (const QString &key : versions.keys())
            found.append(versionJson(key));
        return FakeReply::json(QJsonObject{{u"model_versions"_s, found}});
    }
    if (call == "model-versions/delete"_L1) {
        versions.remove(QString(name % u'/' % body[u"version"_s].toString()));
        return FakeReply::json(QByteArray("{}"));
    }
    return missing(call);
}

} // namespace signalbox::test
