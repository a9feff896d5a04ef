// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/artifacts_api.h"

#include "core/http/off_thread.h"
#include "core/mlflow/artifact_route.h"
#include "core/mlflow/entity_json.h"
#include "core/mlflow/multipart_upload.h"
#include "core/mlflow/request.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

using namespace detail;

namespace {

Result<QByteArray> wholeBody(const HttpResponse &response)
{
    return response.body;
}

Result<QString> readRoot(const JsonView &root)
{
    return root.string("artifact_uri");
}

Result<void> streamed(const HttpResponse &)
{
    return {};
}

struct FileInRun {
    RunId run;
    QString path;
};

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

QByteArray sha256Of(const QString &name)
{
    QFile file(name);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return hash.result().toHex();
}

//! Gives the file its name when it is what was expected; a wrong one does not stay.
Result<void> keepWhenRight(const QString &arrived, const QString &target, const FileCheck &check)
{
    const qint64 size = QFileInfo(arrived).size();
    const bool sizeWrong = check.size >= 0 && size != check.size;
    const bool wrong =
        sizeWrong || (!check.sha256.isEmpty() && sha256Of(arrived) != check.sha256.toLower());
    if (wrong) {
        QFile::remove(arrived);
        return Failure(ErrorKind::Decode,
            sizeWrong ? u"What arrived for %1 has %2 bytes instead of %3."_s.arg(
                target, QString::number(size), QString::number(check.size))
                      : u"What arrived for %1 is not the recorded file: its SHA-256 differs."_s.arg(
                          target),
            u"Try again; if it stays, the file was changed on the server."_s);
    }
    if (std::rename(QFile::encodeName(arrived).constData(), QFile::encodeName(target).constData())
        == 0)
        return {};
    return Failure(ErrorKind::Local,
        u"%1 cannot be stored: %2."_s.arg(target, qt_error_string(errno)),
        u"Check the permissions of the folder."_s);
}

using Step = std::function<Call<void>()>;

void runSteps(QObject *context, const Promise<void> &promise, QList<Step> steps)
{
    const Call<void> call = steps.takeFirst()();
    promise.onCancel([call] { call.cancel(); });
    QObject::connect(
        call.pending(), &PendingCall::progress, promise.pending(), &PendingCall::progress);
    call.then(context, [context, promise, steps](const Result<void> &result) {
        if (!promise.isFinished() && result && !steps.isEmpty())
            runSteps(context, promise, steps);
        else
            promise.resolve(result);
    });
}

//! One after the other; what each tells of its progress is told of the whole.
Call<void> inTurn(QObject *context, const QList<Step> &steps)
{
    const Promise<void> promise;
    runSteps(context, promise, steps);
    return promise.call();
}

Call<void> offThread(QObject *owner, const std::function<Result<void>()> &work)
{
    auto *thread = new OffThread(owner);
    const auto result = std::make_shared<Result<void>>();
    const Promise<void> promise;
    thread->run([work, result] { *result = work(); },
        [thread, promise, result] {
            promise.resolve(*result);
            thread->deleteLater();
        });
    return promise.call();
}

Call<void> put(RestClient &client, const QString &path, const QString &localFile)
{
    HttpRequest request;
    request.verb = Verb::Put;
    request.path = path;
    request.headers.emplaceBack("Content-Type", "application/octet-stream");
    request.bodyFile = localFile;
    request.requestClass = RequestClass::Transfer;
    request.idempotent = true;
    return client.call<void>(std::move(request), stored);
}

using Offer = std::shared_ptr<PartsOffer>;

//! Leaves it open when nobody answers: the upload itself will tell why.
Call<void> askForParts(RestClient &client, const Offer &parts)
{
    if (parts->taken || !parts->ask)
        return Call<void>::finished({});
    const Promise<void> promise;
    parts->ask().then(&client, [parts, promise](const Result<bool> &taken) {
        if (taken)
            parts->taken = taken.value();
        promise.resolve(Result<void>());
    });
    return promise.call();
}

//! Tells in `stored` whether that went; what has failed once is not tried with the next file.
Call<void> putInParts(RestClient &client, const QString &path, const QString &localFile,
    const Offer &parts, const std::shared_ptr<bool> &stored)
{
    const Call<bool> sent = (new MultipartUpload(client, path, localFile))->start();
    const Call<void> all = sent.andThen(&client, [parts, stored](bool taken) {
        *stored = taken;
        if (!taken)
            parts->taken = false;
        return Call<void>::finished({});
    });
    QObject::connect(sent.pending(), &PendingCall::progress, all.pending(), &PendingCall::progress);
    return all;
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

//! The path of the file below the run, when MLflow 2 reads it for us; else nothing.
std::optional<FileInRun> readFromRun(const ArtifactRoute &route, int serverMajor)
{
    if (serverMajor != 2 || route.path != "/get-artifact"_L1)
        return std::nullopt;
    return FileInRun{RunId(route.query.at(0).second), route.query.at(1).second};
}

Result<void> checkListed(const QList<FileInfo> &files, const FileInRun &wanted)
{
    const auto it = std::find_if(files.cbegin(), files.cend(),
        [&wanted](const FileInfo &file) { return file.path == wanted.path; });
    if (it == files.cend())
        return Failure(
            ErrorKind::NotFound, u"The run has no file named \"%1\"."_s.arg(wanted.path));
    if (it->isDirectory)
        return Failure(ErrorKind::InvalidRequest, u"\"%1\" is a folder."_s.arg(wanted.path));
    return {};
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
    RestClient *client = &m_client;
    const auto whole = [client, path = route->path, localFile] {
        return put(*client, path, localFile);
    };
    if (QFileInfo(localFile).size() < m_parts->from)
        return whole();
    const auto stored = std::make_shared<bool>(false);
    return inTurn(client,
        {[client, parts = m_parts] { return askForParts(*client, parts); },
            [client, path = route->path, localFile, parts = m_parts, stored] {
                return parts->taken.value_or(false)
                    ? putInParts(*client, path, localFile, parts, stored)
                    : Call<void>::finished({});
            },
            [whole, stored] { return *stored ? Call<void>::finished({}) : whole(); }});
}

Call<void> ArtifactsApi::remove(const QString &artifactUri, const QString &path) const
{
    const auto route = routeForWriting(m_client.baseUrl(), artifactUri, path);
    if (!route)
        return Call<void>::finished(route.failure());
    HttpRequest request;
    request.verb = Verb::Delete;
    request.path = route->path;
    request.idempotent = true;
    return m_client.call<void>(std::move(request), stored);
}

Call<void> ArtifactsApi::checkThere(const ArtifactRoute &route) const
{
    const auto file = readFromRun(route, m_serverMajor);
    if (!file)
        return Call<void>::finished({});
    const QString folder = file->path.contains(u'/') ? file->path.section(u'/', 0, -2) : QString();
    return list(file->run, folder)
        .andThen(&m_client, [wanted = *file](const QList<FileInfo> &files) {
            return Call<void>::finished(checkListed(files, wanted));
        });
}

Call<QByteArray> ArtifactsApi::read(
    const QString &artifactUri, const QString &path, qint64 maxBytes) const
{
    const auto route = routeForReading(m_client.baseUrl(), artifactUri, path, m_serverMajor);
    if (!route)
        return Call<QByteArray>::finished(route.failure());
    HttpRequest request = readRequest(*route, RequestClass::Interactive);
    request.maxResponseBytes = maxBytes;
    return checkThere(*route).andThen(&m_client,
        [client = &m_client, request] { return client->call<QByteArray>(request, wholeBody); });
}

Call<void> ArtifactsApi::download(const QString &artifactUri, const QString &path,
    const QString &localFile, const FileCheck &check) const
{
    const auto route = routeForReading(m_client.baseUrl(), artifactUri, path, m_serverMajor);
    if (!route)
        return Call<void>::finished(route.failure());
    const bool checked = check.size >= 0 || !check.sha256.isEmpty();
    HttpRequest request = readRequest(*route, RequestClass::Transfer);
    request.sinkFile = checked ? QString(localFile % u".signalbox-new"_s) : localFile;
    request.sinkResumes = true;
    request.maxResponseBytes = std::numeric_limits<qint64>::max(); // it goes to the disk
    RestClient *client = &m_client;
    QList<Step> steps{[api = *this, found = *route] { return api.checkThere(found); },
        [client, request] { return client->call<void>(request, streamed); }};
    if (checked) {
        steps.append([client, arrived = request.sinkFile, localFile, check] {
            return offThread(client,
                [arrived, localFile, check] { return keepWhenRight(arrived, localFile, check); });
        });
    }
    return inTurn(client, steps);
}

Call<QByteArray> ArtifactsApi::readVersionFile(
    const QString &name, const QString &version, const QString &path, qint64 maxBytes) const
{
    if (m_serverMajor == 2) {
        const auto root = m_client.call(getRequest(apiPath(u"model-versions/get-download-uri"_s),
                                            {{u"name"_s, name}, {u"version"_s, version}}),
            reading<QString>(readRoot));
        return root.andThen(&m_client, [api = *this, path, maxBytes](const QString &uri) {
            return api.read(uri, path, maxBytes);
        });
    }
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
