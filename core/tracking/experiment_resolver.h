// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"

#include <QtCore/QHash>
#include <QtCore/QObject>

namespace signalbox {

/*! Names of experiments to the server's ids, creating what is missing. The name is the natural key,
 *  so a create whose reply was lost is found by looking again. Main thread; owned by the replayer.
 */
class ExperimentResolver final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExperimentResolver)

public:
    explicit ExperimentResolver(mlflow::Server &server, QObject *parent = nullptr);

    //! Conflict with the remedy when an experiment of that name was deleted.
    [[nodiscard]] Call<ExperimentId> resolve(const QString &name);
    //! The server does not know the id any more.
    void forget(const QString &name);

private:
    void create(const QString &name, const Promise<ExperimentId> &promise);
    void adopt(const Promise<ExperimentId> &promise, const Result<mlflow::Experiment> &found);
    mlflow::Server &m_server;
    QHash<QString, ExperimentId> m_ids;
};

} // namespace signalbox
