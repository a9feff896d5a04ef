// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/server.h"

#include "core/http/qnam_transport.h"

#include <utility>

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
}

Call<ServerInfo> Server::connectToServer()
{
    if (!m_connecting.isValid() || m_connecting.isFinished()) {
        m_connecting = server.info();
        m_connecting.then(this, [this](const Result<ServerInfo> &result) {
            if (!result || m_info == result.value())
                return;
            m_info = result.value();
            artifacts.setServerMajor(m_info->major());
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
