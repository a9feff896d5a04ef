// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/request.h"

#include "core/json/json_writer.h"
#include "core/mlflow/entity_json.h"
#include "core/mlflow/validation.h"

#include <QtCore/QJsonArray>
#include <QtCore/QRegularExpression>
#include <QtCore/QUrl>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow::detail {

QString apiPath(const QString &call)
{
    return u"/api/2.0/mlflow/"_s % call;
}

QString encodedSegment(const QString &segment)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(segment));
}

namespace {

//! Leaves room for a base path that a proxy adds.
constexpr qsizetype kLongQuery = 3000;

qsizetype encodedLength(const QueryList &query)
{
    qsizetype length = 0;
    for (const auto &[name, value] : query)
        length += QUrl::toPercentEncoding(name).size() + QUrl::toPercentEncoding(value).size() + 2;
    return length;
}

//! Names that may stand several times; they are lists even when they stand once.
bool isRepeated(const QString &name)
{
    return name == "order_by"_L1 || name == "stages"_L1 || name == "run_ids"_L1
        || name == "experiment_ids"_L1;
}

bool isNumber(const QString &name)
{
    return name == "max_results"_L1 || name == "start_step"_L1 || name == "end_step"_L1;
}

QJsonObject asBody(const QueryList &query)
{
    QJsonObject body;
    for (const auto &[name, value] : query) {
        if (isRepeated(name)) {
            QJsonArray list = body.value(name).toArray();
            list.append(value);
            body.insert(name, list);
        } else {
            body.insert(name, isNumber(name) ? QJsonValue(value.toLongLong()) : QJsonValue(value));
        }
    }
    return body;
}

} // namespace

HttpRequest getRequest(const QString &path, const QueryList &query, RequestClass requestClass)
{
    HttpRequest request;
    request.path = path;
    request.requestClass = requestClass;
    request.idempotent = true;
    if (path.startsWith(apiPath({})) && encodedLength(query) > kLongQuery) {
        request.headers.emplaceBack("Content-Type", "application/json");
        request.body = compactJson(asBody(query));
    } else {
        request.query = query;
    }
    return request;
}

qsizetype requestLineOf(const QUrl &server, const HttpRequest &request)
{
    static constexpr qsizetype kAround = 13; // "GET " and " HTTP/1.1"
    return server.path(QUrl::FullyEncoded).size() + request.path.toUtf8().size()
        + encodedLength(request.query) + kAround;
}

bool lacksRoute(const Error &error)
{
    return (error.httpStatus == 404 || error.httpStatus == 405) && error.apiCode.isEmpty();
}

Failure tooOldFor(const QString &what, const QString &version)
{
    return Failure(ErrorKind::InvalidRequest, u"This MLflow server cannot %1."_s.arg(what),
        u"Update it to MLflow %1 or later."_s.arg(version));
}

QueryList searchQuery(
    const QString &filter, int maxResults, const QString &pageToken, const QStringList &orderBy)
{
    QueryList query{{u"max_results"_s, QString::number(maxResults)}};
    if (!filter.isEmpty())
        query.append({u"filter"_s, filter});
    for (const QString &clause : uniqueOrder(orderBy))
        query.append({u"order_by"_s, clause});
    if (!pageToken.isEmpty())
        query.append({u"page_token"_s, pageToken});
    return query;
}

HttpRequest jsonRequest(Verb verb, const QString &path, const QJsonObject &body,
    RequestClass requestClass, Repeat repeat)
{
    HttpRequest request;
    request.verb = verb;
    request.path = path;
    request.headers.emplaceBack("Content-Type", "application/json");
    request.body = compactJson(body);
    request.requestClass = requestClass;
    request.idempotent = repeat == Repeat::Harmless;
    request.oneShot = repeat == Repeat::Never;
    return request;
}

Failure missingIdentity(const QString &thing)
{
    return Failure(ErrorKind::Decode, u"The server's answer names no %1."_s.arg(thing),
        u"A proxy may have answered in MLflow's place; check the server's address."_s);
}

Result<void> acknowledged(const HttpResponse &response)
{
    return readJson(response.body, [](const JsonView &) {});
}

Failure repeatedToken()
{
    return Failure(ErrorKind::Decode,
        u"The server repeats a page of the listing, so its end cannot be reached."_s,
        u"Update MLflow; versions 3.1 to 3.13 are known for this."_s);
}

bool saysDuplicate(const Error &error)
{
    static const QRegularExpression duplicate(
        u"UNIQUE constraint failed|duplicate key value|Duplicate entry"_s,
        QRegularExpression::CaseInsensitiveOption);
    return error.httpStatus >= 400 && error.message.contains(duplicate);
}

namespace {

constexpr int kUpsertAttempts = 3;

Call<void> sendUpsert(RestClient &client, const HttpRequest &request, int attempts)
{
    const Call<void> sent = client.call<void>(request, acknowledged);
    Promise<void> promise;
    promise.onCancel([sent] { sent.cancel(); });
    sent.then(&client, [promise, &client, request, attempts](const Result<void> &result) {
        if (result || attempts <= 1 || !saysDuplicate(result.error())) {
            promise.resolve(result);
            return;
        }
        const Call<void> again = sendUpsert(client, request, attempts - 1);
        promise.onCancel([again] { again.cancel(); });
        again.then(&client, [promise](const Result<void> &last) { promise.resolve(last); });
    });
    return promise.call();
}

} // namespace

Call<void> upsert(RestClient &client, const HttpRequest &request)
{
    return sendUpsert(client, request, kUpsertAttempts);
}

Decoder<Experiment> experimentReply()
{
    return reading<Experiment>([](const JsonView &root) -> Result<Experiment> {
        Experiment experiment = decodeExperiment(root["experiment"]);
        if (experiment.id.isEmpty())
            return missingIdentity(u"experiment"_s);
        return experiment;
    });
}

Decoder<Run> runReply()
{
    return reading<Run>([](const JsonView &root) -> Result<Run> {
        Run run = decodeRun(root["run"]);
        if (run.info.id.isEmpty())
            return missingIdentity(u"run"_s);
        return run;
    });
}

Decoder<ModelVersion> versionReply()
{
    return reading<ModelVersion>([](const JsonView &root) -> Result<ModelVersion> {
        ModelVersion version = decodeVersion(root["model_version"]);
        if (version.name.isEmpty() || version.version.isEmpty())
            return missingIdentity(u"model version"_s);
        return version;
    });
}

Decoder<RegisteredModel> modelReply()
{
    return reading<RegisteredModel>([](const JsonView &root) -> Result<RegisteredModel> {
        RegisteredModel model = decodeModel(root["registered_model"]);
        if (model.name.isEmpty())
            return missingIdentity(u"registered model"_s);
        return model;
    });
}

Decoder<LoggedModel> loggedModelReply()
{
    return reading<LoggedModel>([](const JsonView &root) -> Result<LoggedModel> {
        LoggedModel model = decodeLoggedModel(root["model"]);
        if (model.id.isEmpty())
            return missingIdentity(u"logged model"_s);
        return model;
    });
}

} // namespace signalbox::mlflow::detail
