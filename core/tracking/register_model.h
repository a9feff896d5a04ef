// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ids.h"
#include "core/mlflow/entities.h"

//! What the Connector is asked to register.
namespace signalbox {

struct RegisterModel {
    QString name;
    LoggedModelId modelId; //!< MLflow 3; empty for the classic way.
    QString source; //!< Artifact URI, when modelId is empty.
    RunId runId;
    QString description;
    mlflow::TagList tags;
};

struct NewRegisteredModel {
    QString name;
    QString description{};
    mlflow::TagList tags{};
};

//! A version that may wait for the server, and for a run of this journal.
struct NewModelVersion {
    QString name; //!< Of the registered model, which is created when it is missing.
    LocalRunId run{}; //!< Its newest model becomes the version, or `artifact`; or else:
    QString artifact{}; //!< Folder below that run's artifacts.
    LoggedModelId modelId{}; //!< Known to the server already.
    QString source{}; //!< Artifact URI, known to the server already.
    RunId runId{};
    QString description{};
    mlflow::TagList tags{};
};

} // namespace signalbox
