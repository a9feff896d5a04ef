// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/server_api.h"

#include "core/mlflow/request.h"

#include <QtCore/QRegularExpression>

#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

constexpr std::pair kOldestVersion{2, 9};

Failure notMlflow(const QUrl &server, const QString &why)
{
    return Failure(ErrorKind::Decode,
        u"What answers at %1 is not an MLflow server: %2."_s.arg(
            server.toString(QUrl::RemoveUserInfo), why),
        u"Check the address: it must be the one that shows MLflow's own pages in a browser."_s);
}

Result<QByteArray> wholeBody(const HttpResponse &response)
{
    return response.body;
}

bool isWebPage(const QByteArray &body)
{
    return body.left(512).trimmed().startsWith('<');
}

//! A page in place of a plain word: most often somebody wants a login first.
Failure webPage(const QUrl &server)
{
    Failure failure = notMlflow(server, u"it answers with a web page instead of data"_s);
    failure.error.hint =
        u"A login page or a proxy may stand in front of the server. Open the address in a browser; "
        "if it asks for a login, the server needs one that programs can use "
        "(user name and password, or a token)."_s;
    return failure;
}

Result<void> healthFrom(const QByteArray &body, const QUrl &server)
{
    if (body.trimmed() == "OK")
        return {};
    if (isWebPage(body))
        return webPage(server);
    return notMlflow(server, u"it does not report its health as MLflow does"_s);
}

Result<QString> versionFrom(const QByteArray &body, const QUrl &server)
{
    static const QRegularExpression pattern(u"^\\d+\\.\\d+[\\w.+-]{0,40}$"_s);
    const QString text = QString::fromUtf8(body.left(200)).trimmed();
    if (pattern.match(text).hasMatch())
        return text;
    if (isWebPage(body))
        return webPage(server);
    return notMlflow(server, u"it does not say its version as MLflow does"_s);
}

template <typename T> using BodyReader = Result<T> (*)(const QByteArray &, const QUrl &);

template <typename T>
Result<T> understood(const Result<QByteArray> &body, const QUrl &server, BodyReader<T> read)
{
    if (body)
        return read(*body, server);
    // A 404 here comes from something that has never heard of MLflow's addresses.
    if (body.error().kind == ErrorKind::NotFound)
        return notMlflow(server, u"it has no such page"_s);
    return body.failure();
}

//! Judges the body after the call, because MLflow labels these plain texts as HTML.
template <typename T> Call<T> probe(RestClient &client, const QString &path, BodyReader<T> read)
{
    const Call<QByteArray> asked =
        client.call<QByteArray>(getRequest(path, {}, RequestClass::Probe), wholeBody);
    Promise<T> promise;
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(&client, [promise, read, server = client.baseUrl()](const auto &body) {
        promise.resolve(understood<T>(body, server, read));
    });
    return promise.call();
}

struct ServerSaid {
    bool answered = false;
    QString storeType;
    bool workspaces = false;
    bool multipartUploads = false;
};

Result<ServerSaid> readServerInfo(const HttpResponse &response)
{
    ServerSaid said;
    // Anything that is no JSON is taken as "has no such page"; old servers answer in many ways.
    const Result<void> parsed = readJson(response.body, [&said](const JsonView &root) {
        said = {true, root.string("store_type"), root.boolean("workspaces_enabled"),
            root.boolean("multipart_uploads_enabled")};
    });
    return parsed ? said : ServerSaid{};
}

struct Feature {
    QString word;
    QString call; //!< An address that only servers with the feature know.
};

//! What servers differ in that do not describe themselves.
const QList<Feature> &features()
{
    static const QList<Feature> list{
        {u"history-interval"_s, u"metrics/get-history-bulk-interval"_s},
        {u"logged-models"_s, u"logged-models"_s},
        {u"experiment-tag-delete"_s, u"experiments/delete-experiment-tag"_s}};
    return list;
}

ServerInfo described(const QString &version, const ServerSaid &said)
{
    ServerInfo info;
    info.version = version;
    info.storeType = said.storeType;
    info.capabilities = {u"stages"_s, u"aliases"_s};
    if (std::pair{info.major(), info.minor()} >= std::pair{2, 15})
        info.capabilities.append(u"graphql"_s);
    if (said.answered) {
        info.capabilities.append(u"server-info"_s);
        for (const Feature &feature : features())
            info.capabilities.append(feature.word);
    }
    if (said.workspaces)
        info.capabilities.append(u"workspaces"_s);
    if (said.multipartUploads)
        info.capabilities.append(u"multipart-upload"_s);
    return info;
}

Result<void> recentEnough(const QString &version)
{
    ServerInfo info;
    info.version = version;
    if (std::pair{info.major(), info.minor()} >= kOldestVersion)
        return {};
    return Failure(ErrorKind::Decode,
        u"The server runs MLflow %1, which is older than 2.9."_s.arg(version),
        u"Update the server; Signalbox works with MLflow 2.9 and later."_s);
}

//! The guard against foreign host names lets the probes before this one through.
bool refusesOurHost(const Error &error)
{
    return error.message.contains(u"Invalid Host header"_s);
}

//! Everything but an unreachable server is an answer: "no such page".
Call<ServerSaid> askServerInfo(RestClient &client)
{
    const Call<ServerSaid> asked = client.call<ServerSaid>(
        getRequest(u"/api/3.0/mlflow/server-info"_s, {}, RequestClass::Probe), readServerInfo);
    Promise<ServerSaid> promise;
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(&client, [promise](const Result<ServerSaid> &result) {
        if (!result && !result.error().isOutage() && !refusesOurHost(result.error()))
            promise.resolve(ServerSaid{});
        else
            promise.resolve(result);
    });
    return promise.call();
}

//! Asks for the features one after the other and adds those that are there.
Call<ServerInfo> probed(
    const ServerApi &api, RestClient &client, const ServerInfo &info, const QList<Feature> &rest)
{
    if (rest.isEmpty())
        return Call<ServerInfo>::finished(info);
    return api.knows(rest.first().call)
        .andThen(&client, [api, target = &client, info, rest](bool known) {
            ServerInfo next = info;
            if (known)
                next.capabilities.append(rest.first().word);
            return probed(api, *target, next, rest.sliced(1));
        });
}

} // namespace

Call<bool> ServerApi::knows(const QString &call) const
{
    // A wrong method or missing parameters are refused in another way than an unknown address.
    const Call<HttpResponse> asked =
        m_client.send(getRequest(apiPath(call), {}, RequestClass::Probe));
    Promise<bool> promise;
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(&m_client, [promise](const Result<HttpResponse> &result) {
        if (!result && result.error().isOutage() && result.error().apiCode.isEmpty())
            promise.resolve(result.failure());
        else
            promise.resolve(
                result || result.error().httpStatus != 404 || !result.error().apiCode.isEmpty());
    });
    return promise.call();
}

Call<void> ServerApi::health() const
{
    return probe<void>(m_client, u"/health"_s, healthFrom);
}

Call<QString> ServerApi::version() const
{
    return probe<QString>(m_client, u"/version"_s, versionFrom);
}

Call<ServerInfo> ServerApi::info() const
{
    RestClient *client = &m_client;
    return version().andThen(client, [client, api = *this](const QString &version) {
        if (auto refused = refusedBy<ServerInfo>(recentEnough(version)))
            return *refused;
        if (version.section(u'.', 0, 0).toInt() < 3)
            return probed(api, *client, described(version, {}), features());
        return askServerInfo(*client).andThen(
            client, [client, api, version](const ServerSaid &said) {
                const ServerInfo info = described(version, said);
                return probed(api, *client, info, said.answered ? QList<Feature>() : features());
            });
    });
}

} // namespace signalbox::mlflow
