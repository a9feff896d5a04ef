// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

//! Metric histories. Borrowed from Server; same thread.
class MetricsApi final {
public:
    explicit MetricsApi(RestClient &client)
        : m_client(client)
    {
    }
    //! One page of at most `maxResults` (<= 25000) points, by timestamp, step, value.
    [[nodiscard]] Call<Page<Metric>> history(const RunId &id, const QString &key,
        const QString &pageToken = {}, int maxResults = 25000) const;
    //! Every point, page by page; refuses to go on when a token repeats.
    [[nodiscard]] Call<QList<Metric>> fullHistory(const RunId &id, const QString &key) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
