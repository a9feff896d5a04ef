// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <QtCore/QHash>

#include <optional>
#include <utility>

namespace signalbox {
class RestClient;
}

namespace signalbox::mlflow {

using RunHistories = QHash<RunId, QList<Metric>>;
//! First and last step, both included; nothing means all.
using StepRange = std::optional<std::pair<qint64, qint64>>;

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
    /*! The histories of several runs, each whole, keyed by run. One paged history per run: the
     *  server's own bulk call cuts at 25 000 rows over all runs and emits NaN, which is no JSON. */
    [[nodiscard]] Call<RunHistories> histories(const QList<RunId> &ids, const QString &key) const;
    /*! At most about `maxPoints` (1 to 2500) points of each run, thinned by the server between its
     *  first and last step. MLflow 2.11 and later; InvalidRequest with the remedy before. */
    [[nodiscard]] Call<RunHistories> sampled(const QList<RunId> &ids, const QString &key,
        int maxPoints = 320, const StepRange &range = std::nullopt) const;

private:
    RestClient &m_client;
};

} // namespace signalbox::mlflow
