// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/server.h"

#include "core/http/qnam_transport.h"

#include <QtCore/QRegularExpression>

#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

namespace {

std::unique_ptr<Transport> orDefault(std::unique_ptr<Transport> transport)
{
    return transport ? std::move(transport) : std::make_unique<QnamTransport>();
}

} // namespace

Server::Server(
    RestConfig config, std::unique_ptr<Transport> transport, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_workspace(QString::fromLatin1(config.workspace))
    , m_client(
          std::make_unique<RestClient>(std::move(config), orDefault(std::move(transport)), clock))
    , server(*m_client)
    , experiments(*m_client)
    , runs(*m_client)
    , metrics(*m_client)
    , artifacts(*m_client)
    , registry(*m_client)
    , loggedModels(*m_client)
{
    artifacts.setMultipartQuestion([this] {
        return connectToServer().andThen(this, [](const ServerInfo &info) {
            return Call<bool>::finished(info.has(u"multipart-upload"_s));
        });
    });
}

Result<ServerInfo> Server::checkWorkspace(const ServerInfo &info) const
{
    static const QRegularExpression plain(u"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"_s);
    if (m_workspace.isEmpty())
        return info;
    Error error;
    if (!plain.match(m_workspace).hasMatch())
        error = makeError(ErrorKind::InvalidRequest,
            u"\"%1\" cannot be the name of a workspace."_s.arg(m_workspace.left(80)),
            u"Use lower-case letters, digits and '-'."_s);
    else if (!info.has(u"workspaces"_s))
        error = makeError(ErrorKind::InvalidRequest,
            u"The server has no workspaces, so \"%1\" cannot be used."_s.arg(m_workspace),
            u"Leave the workspace empty, or start the server with --enable-workspaces."_s);
    else
        return info;
    error.apiCode = u"FEATURE_DISABLED"_s; // what servers answer to a workspace that they lack
    return Failure(error);
}

Call<ServerInfo> Server::connectToServer()
{
    if (!m_connecting.isValid() || m_connecting.isFinished()) {
        m_connecting = server.info().andThen(this, [this](const ServerInfo &info) {
            return Call<ServerInfo>::finished(checkWorkspace(info));
        });
        m_connecting.then(this, [this](const Result<ServerInfo> &result) {
            if (!result || m_info == result.value())
                return;
            m_info = result.value();
            artifacts.setServerMajor(m_info->major());
            artifacts.setMultipart(m_info->has(u"multipart-upload"_s));
            Q_EMIT infoChanged(*m_info);
        });
    }
    // A handle for each caller: one that gives up must not cancel the others' request.
    Promise<ServerInfo> promise;
    m_connecting.then(
        this, [promise](const Result<ServerInfo> &result) { promise.resolve(result); });
    return promise.call();
}

} // namespace signalbox::mlflow
