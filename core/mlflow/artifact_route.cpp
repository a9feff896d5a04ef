// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/artifact_route.h"

#include "core/mlflow/artifacts_api.h"
#include "core/mlflow/request.h"

#include <QtCore/QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

const QLatin1StringView kProxyScheme("mlflow-artifacts:");
const QLatin1StringView kProxyPath("/api/2.0/mlflow-artifacts/artifacts/");

int effectivePort(const QUrl &url)
{
    return url.port(url.scheme().compare("https"_L1, Qt::CaseInsensitive) == 0 ? 443 : 80);
}

bool sameHost(const QUrl &a, const QUrl &b)
{
    return a.host().compare(b.host(), Qt::CaseInsensitive) == 0;
}

Failure outOfReach(const QString &artifactUri, const QString &why)
{
    return Failure(ErrorKind::InvalidRequest, u"The artifact root %1 %2."_s.arg(artifactUri, why),
        u"Start the MLflow server with --serve-artifacts and an experiment whose artifact "
        "location begins with mlflow-artifacts:/."_s);
}

Result<void> checkFilePath(const QString &path)
{
    const QString why = ArtifactsApi::refusalFor(path);
    if (why.isEmpty())
        return {};
    return Failure(ErrorKind::InvalidRequest,
        u"MLflow cannot keep a file named \"%1\": %2."_s.arg(path.left(200), why),
        u"Rename the file."_s);
}

//! Encodes each segment once. `%XX` stays as it is in roots, which are URIs already.
QString encodedPath(const QString &path, bool isUri)
{
    QStringList parts = path.split(u'/', Qt::SkipEmptyParts);
    for (QString &part : parts)
        part =
            isUri ? QString::fromLatin1(QUrl::toPercentEncoding(part, "%")) : encodedSegment(part);
    return parts.join(u'/');
}

bool climbs(const QString &path)
{
    const QStringList parts = path.split(u'/');
    return parts.contains(".."_L1);
}

//! What follows the proxy's address in an `mlflow-artifacts:` root.
Result<QString> belowProxy(const QUrl &server, const QString &artifactUri)
{
    QString rest = artifactUri.mid(kProxyScheme.size());
    if (rest.startsWith("//"_L1)) {
        const QUrl named(u"http:"_s % rest.section(u'/', 0, 2));
        const bool same = named.userInfo().isEmpty() && sameHost(named, server)
            && (named.port() < 0 || named.port() == effectivePort(server));
        if (!same && !named.authority().isEmpty())
            return outOfReach(artifactUri, u"belongs to another server"_s);
        rest = rest.section(u'/', 3);
    }
    return rest;
}

//! The same for an http(s) root, which must lie below this server's own proxy address.
Result<QString> belowOrigin(const QUrl &server, const QString &artifactUri)
{
    const QUrl root(artifactUri);
    const bool sameOrigin = root.scheme().compare(server.scheme(), Qt::CaseInsensitive) == 0
        && sameHost(root, server) && effectivePort(root) == effectivePort(server)
        && root.userInfo().isEmpty();
    if (!sameOrigin)
        return outOfReach(artifactUri, u"belongs to another server"_s);
    QString base = server.path(QUrl::FullyEncoded);
    while (base.endsWith(u'/'))
        base.chop(1);
    const QString prefix = base % kProxyPath;
    const QString full = root.path(QUrl::FullyEncoded);
    if (!full.startsWith(prefix) || root.hasQuery() || root.hasFragment())
        return outOfReach(artifactUri, u"is not below the server's artifact proxy"_s);
    return full.mid(prefix.size());
}

bool isHttp(const QString &uri)
{
    return uri.startsWith("http://"_L1, Qt::CaseInsensitive)
        || uri.startsWith("https://"_L1, Qt::CaseInsensitive);
}

bool isProxied(const QString &uri)
{
    return uri.startsWith(kProxyScheme) || isHttp(uri);
}

Result<QString> rootBelowProxy(const QUrl &server, const QString &artifactUri)
{
    if (!isProxied(artifactUri))
        return outOfReach(artifactUri, u"can only be reached by the server itself"_s);
    const Result<QString> root =
        isHttp(artifactUri) ? belowOrigin(server, artifactUri) : belowProxy(server, artifactUri);
    if (root && (climbs(*root) || root->contains(u'#') || root->contains(u'?')))
        return outOfReach(artifactUri, u"is not a plain path"_s);
    return root;
}

QString joined(const QString &folder, const QString &path)
{
    return folder.isEmpty() ? path : QString(folder % u'/' % path);
}

//! The address through which the server reads for us, when the root tells whose files it holds.
std::optional<ArtifactRoute> routeThroughServer(const QString &artifactUri, const QString &path)
{
    static const QRegularExpression model(u"/models/(m-[0-9a-f]{32})/artifacts(?:/(.*))?$"_s);
    static const QRegularExpression run(u"/([0-9a-f]{32})/artifacts(?:/(.*))?$"_s);
    if (const auto match = model.match(artifactUri); match.hasMatch())
        return ArtifactRoute{u"/ajax-api/2.0/mlflow/logged-models/"_s
                % encodedSegment(match.captured(1)) % u"/artifacts/files",
            {{u"artifact_file_path"_s, joined(match.captured(2), path)}}};
    if (const auto match = run.match(artifactUri); match.hasMatch())
        return ArtifactRoute{u"/get-artifact"_s,
            {{u"run_id"_s, match.captured(1)}, {u"path"_s, joined(match.captured(2), path)}}};
    return std::nullopt;
}

//! MLflow 2 answers a longer line with a page of HTML.
Result<void> checkLine(const QUrl &server, const ArtifactRoute &route)
{
    HttpRequest request;
    request.path = route.path;
    request.query = route.query;
    if (requestLineOf(server, request) <= kMaxRequestLine)
        return {};
    return Failure(ErrorKind::InvalidRequest,
        u"The file's path is too long for this MLflow server."_s,
        u"MLflow 2 takes addresses of at most 4094 bytes; MLflow 3 takes longer ones."_s);
}

} // namespace

Result<ArtifactRoute> routeForWriting(
    const QUrl &server, const QString &artifactUri, const QString &path)
{
    if (auto r = checkFilePath(path); !r)
        return r.failure();
    const Result<QString> root = rootBelowProxy(server, artifactUri);
    if (!root)
        return root.failure();
    return ArtifactRoute{
        kProxyPath % joined(encodedPath(*root, true), encodedPath(path, false)), {}};
}

Result<ArtifactRoute> routeForReading(
    const QUrl &server, const QString &artifactUri, const QString &path, int serverMajor)
{
    Result<ArtifactRoute> proxied = routeForWriting(server, artifactUri, path);
    // Refusals of the file's name stand; only the root may be reached in another way.
    const bool otherWay = proxied ? serverMajor == 2 : !isProxied(artifactUri);
    if (!otherWay || !ArtifactsApi::refusalFor(path).isEmpty())
        return proxied;
    if (auto route = routeThroughServer(artifactUri, path)) {
        const Result<void> fits = checkLine(server, *route);
        return fits ? Result<ArtifactRoute>(*route) : fits.failure();
    }
    return proxied;
}

} // namespace signalbox::mlflow
