// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"

class QObject;

namespace signalbox {

/*! What a version is made of, completed by asking the server: the run of a logged model; of a run
 *  and the name of a model in it the logged model (MLflow 3), else the folder below the run. What
 *  names its source already stays as it is. Ends as Cancelled when `context` dies; main thread. */
[[nodiscard]] Call<mlflow::CreateVersion> completeOrigin(mlflow::Server &server, QObject *context,
    const mlflow::CreateVersion &request, const QString &artifact);

} // namespace signalbox
