// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

//! Health, version and capabilities. Borrowed from Server; same thread.
class ServerApi final {
public:
    explicit ServerApi(RestClient &client)
        : m_client(client)
    {
    }
    //! GET /health; success means that the server answers.
    [[nodiscard]] Call<void> health() const;
    //! GET /version.
    [[nodiscard]] Call<QString> version() const;
    /*! Version, store type and capabilities, from /version, server-info and cheap probes. Says so
     *  when what answers is no MLflow or older than 2.9. */
    [[nodiscard]] Call<ServerInfo> info() const;
    //! Whether the server has that call of MLflow's API ("logged-models"), without doing anything.
    [[nodiscard]] Call<bool> knows(const QString &call) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
