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
    RunId runId; //!< Asked for when empty and modelId is not.
    QString description;
    mlflow::TagList tags;
    QString artifact{}; //!< The model's name in runId, when neither modelId nor source is known.
    /*! Names this wish, so that one who hands it on to the journal after an unclear failure gets
     *  nothing twice. Made up when empty. */
    QString operation{};
};

struct NewRegisteredModel {
    QString name;
    QString description{};
    mlflow::TagList tags{};
    QString operation{}; //!< As in RegisterModel.
};

//! A version that may wait for the server, and for a run of this journal.
struct NewModelVersion {
    QString name; //!< Of the registered model, which is created when it is missing.
    LocalRunId run{}; //!< Its newest model becomes the version, or `artifact`; or else:
    QString artifact{}; //!< Folder below that run's artifacts; or the model's name in runId.
    LoggedModelId modelId{}; //!< Known to the server already.
    QString source{}; //!< Artifact URI, known to the server already.
    RunId runId{};
    QString description{};
    mlflow::TagList tags{};
    QString operation{}; //!< Of a registerModel() whose outcome is not known; it is looked for.
};

//! `wanted`, or a new one that nobody else has.
[[nodiscard]] QString operationOf(const QString &wanted = {});

} // namespace signalbox
