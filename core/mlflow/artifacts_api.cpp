// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/artifacts_api.h"

#include "core/mlflow/artifact_route.h"
#include "core/mlflow/entity_json.h"
#include "core/mlflow/request.h"

#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

Result<QByteArray> wholeBody(const HttpResponse &response)
{
    return response.body;
}

Result<void> streamed(const HttpResponse &)
{
    return {};
}

//! MLflow 3 answers an upload with nothing, MLflow 2 with `{}`; anything else is somebody else.
Result<void> stored(const HttpResponse &response)
{
    return response.body.trimmed().isEmpty() ? Result<void>() : acknowledged(response);
}

Result<void> checkLocalFile(const QString &localFile)
{
    const QFileInfo info(localFile);
    if (info.isFile() && info.isReadable())
        return {};
    return Failure(ErrorKind::Local, u"The file %1 cannot be read."_s.arg(localFile),
        u"Check that it exists and that you may read it."_s);
}

HttpRequest readRequest(const ArtifactRoute &route, RequestClass requestClass)
{
    return getRequest(route.path, route.query, requestClass);
}

Call<QList<FileInfo>> listAll(RestClient &client, const QString &path, const QueryList &query)
{
    const auto fetch = [target = &client, path, query](const QString &token) {
        QueryList complete = query;
        if (!token.isEmpty())
            complete.append({u"page_token"_s, token});
        return target->call(
            getRequest(path, complete, RequestClass::Page), pageReply("files", decodeFile));
    };
    return PageWalk<FileInfo>::start(&client, fetch);
}

//! Why one part of a path cannot be kept, or empty.
QString refusalForPart(const QString &part)
{
    static constexpr qsizetype kLongestName = 255;
    static const QRegularExpression escape(u"%[0-9A-Fa-f]{2}"_s);
    if (part.isEmpty())
        return u"it has an empty part"_s;
    if (part == "."_L1 || part == ".."_L1)
        return u"\"%1\" is no name"_s.arg(part);
    if (part.contains(u'#'))
        return u"'#' is refused by the server"_s;
    if (part.contains(escape))
        return u"'%' with two hexadecimal digits would be stored as another character"_s;
    if (!part.isValidUtf16())
        return u"it is not valid Unicode"_s;
    if (part.toUtf8().size() > kLongestName)
        return u"a part is longer than 255 bytes"_s;
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    if (std::any_of(part.cbegin(), part.cend(), isControl))
        return u"it holds a control character"_s;
    return {};
}

} // namespace

Call<QList<FileInfo>> ArtifactsApi::list(const RunId &id, const QString &path) const
{
    QueryList query{{u"run_id"_s, id.text()}};
    if (!path.isEmpty())
        query.append({u"path"_s, path});
    return listAll(m_client, apiPath(u"artifacts/list"_s), query);
}

Call<QList<FileInfo>> ArtifactsApi::listModel(const LoggedModelId &id, const QString &path) const
{
    QueryList query;
    if (!path.isEmpty())
        query.append({u"artifact_directory_path"_s, path});
    const QString model = u"logged-models/"_s % encodedSegment(id.text());
    return listAll(m_client, apiPath(model % u"/artifacts/directories"), query);
}

Call<void> ArtifactsApi::upload(
    const QString &artifactUri, const QString &path, const QString &localFile) const
{
    if (auto refused = refusedBy<void>(checkLocalFile(localFile)))
        return *refused;
    const auto route = routeForWriting(m_client.baseUrl(), artifactUri, path);
    if (!route)
        return Call<void>::finished(route.failure());
    HttpRequest request;
    request.verb = Verb::Put;
    request.path = route->path;
    request.headers.emplaceBack("Content-Type", "application/octet-stream");
    request.bodyFile = localFile;
    request.requestClass = RequestClass::Transfer;
    request.idempotent = true;
    return m_client.call<void>(std::move(request), stored);
}

Call<QByteArray> ArtifactsApi::read(
    const QString &artifactUri, const QString &path, qint64 maxBytes) const
{
    const auto route = routeForReading(m_client.baseUrl(), artifactUri, path, m_serverMajor);
    if (!route)
        return Call<QByteArray>::finished(route.failure());
    HttpRequest request = readRequest(*route, RequestClass::Interactive);
    request.maxResponseBytes = maxBytes;
    return m_client.call<QByteArray>(std::move(request), wholeBody);
}

Call<void> ArtifactsApi::download(
    const QString &artifactUri, const QString &path, const QString &localFile) const
{
    const auto route = routeForReading(m_client.baseUrl(), artifactUri, path, m_serverMajor);
    if (!route)
        return Call<void>::finished(route.failure());
    HttpRequest request = readRequest(*route, RequestClass::Transfer);
    request.sinkFile = localFile;
    return m_client.call<void>(std::move(request), streamed);
}

Call<QByteArray> ArtifactsApi::readVersionFile(
    const QString &name, const QString &version, const QString &path, qint64 maxBytes) const
{
    HttpRequest request = getRequest(u"/model-versions/get-artifact"_s,
        {{u"name"_s, name}, {u"version"_s, version}, {u"path"_s, path}});
    request.maxResponseBytes = maxBytes;
    return m_client.call<QByteArray>(std::move(request), wholeBody);
}

QString ArtifactsApi::refusalFor(const QString &path)
{
    static const QRegularExpression drive(u"^[A-Za-z]:[/\\\\]"_s);
    if (path.isEmpty())
        return u"the name is empty"_s;
    if (path.startsWith(u'/') || path.startsWith("\\\\"_L1) || path.contains(drive))
        return u"the path must not be absolute"_s;
    if (path.startsWith("file:"_L1, Qt::CaseInsensitive))
        return u"the server would take it for a file URL"_s;
    const QStringList parts = path.split(u'/');
    for (const QString &part : parts) {
        if (const QString why = refusalForPart(part); !why.isEmpty())
            return why;
    }
    return {};
}

} // namespace signalbox::mlflow
