// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/rest_client.h"
#include "core/mlflow/artifacts_api.h"
#include "core/mlflow/experiments_api.h"
#include "core/mlflow/logged_models_api.h"
#include "core/mlflow/metrics_api.h"
#include "core/mlflow/registry_api.h"
#include "core/mlflow/runs_api.h"
#include "core/mlflow/server_api.h"

#include <memory>
#include <optional>

namespace signalbox::mlflow {

/*! One MLflow server as seen by one profile. Owns the RestClient and its breaker; the API groups
 *  borrow it. Lives in the main thread, owned by the composition root. Reads may be called by
 *  anybody; writes are called by tracking only. */
class Server final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Server)

public:
    explicit Server(RestConfig config, std::unique_ptr<Transport> transport = nullptr,
        Clock &clock = systemClock(), QObject *parent = nullptr);

    [[nodiscard]] RestClient &client() { return *m_client; }
    [[nodiscard]] CircuitBreaker &breaker() { return m_client->breaker(); }
    [[nodiscard]] const QUrl &url() const { return m_client->baseUrl(); }

private:
    QString m_workspace; // of the configuration; the client sends it
    std::unique_ptr<RestClient> m_client; // before the groups, which borrow it

public:
    ServerApi server;
    ExperimentsApi experiments;
    RunsApi runs;
    MetricsApi metrics;
    ArtifactsApi artifacts;
    RegistryApi registry;
    LoggedModelsApi loggedModels;

    //! What connect() learned; empty before.
    [[nodiscard]] const std::optional<ServerInfo> &info() const { return m_info; }
    //! Asks the server who it is and remembers the answer; concurrent callers share one request.
    [[nodiscard]] Call<ServerInfo> connectToServer();

Q_SIGNALS:
    //! The server was recognised, or changed its version.
    void infoChanged(const signalbox::mlflow::ServerInfo &info);

private:
    [[nodiscard]] Result<ServerInfo> checkWorkspace(const ServerInfo &info) const;
    std::optional<ServerInfo> m_info;
    Call<ServerInfo> m_connecting;
};

} // namespace signalbox::mlflow
