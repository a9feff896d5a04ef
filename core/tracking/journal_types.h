// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ids.h"
#include "core/mlflow/entities.h"

#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QMetaType>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>

namespace signalbox {

//! Committed to the journal: it will reach the server, whatever happens to this process.
struct Ack {
    qint64 sequence = 0;
};

struct ParkedItem {
    qint64 sequence = 0;
    LocalRunId run;
    QString what; //!< "param learning_rate", "artifact plots/roc.png" ...
    QString reason;
};

//! What an entry of the journal will do on the server.
enum class JournalKind : quint8 {
    Create, //!< The run itself.
    Metrics,
    Params,
    Tags,
    Values, //!< A mixture of the three.
    Inputs,
    File,
    Model,
    Finish,
    RegisteredModel,
    ModelVersion,
    Experiment, //!< Without a run.
};
//! "create", "metrics", "params", "tags", "values", "inputs", "file", "model", "finish",
//! "registered-model", "model-version", "experiment".
[[nodiscard]] QString nameOf(JournalKind kind);

enum class JournalItemState : quint8 {
    Pending,
    Sending, //!< On its way at this moment.
    Parked, //!< The server refused it for good; a person decides.
    Held, //!< Behind a run that is parked as a whole; goes with it.
};
//! "pending", "sending", "parked", "held".
[[nodiscard]] QString nameOf(JournalItemState state);

//! What a registration says beside its name and tags; versions have all, names the description.
enum class RegistrationField : quint8 { Source, Model, Run, Path, Description };
//! "source", "model", "run", "path", "description".
[[nodiscard]] QString nameOf(RegistrationField field);

//! One entry of the journal, for people.
struct JournalItem {
    qint64 sequence = 0; //!< Its id; negative means a whole run.
    LocalRunId run;
    RunId runId; //!< Empty until the server has created the run.
    QString runName; //!< Or the registered model's or experiment's.
    JournalKind kind = JournalKind::Values;
    QString summary; //!< "param learning_rate", "1000 values", "artifact plots/roc.png" ...
    qint64 points = 0; //!< Metric points in it.
    qint64 sinceMs = 0; //!< When it was written; its age is now minus this.
    JournalItemState state = JournalItemState::Pending;
    //! The server's, when parked; why the last try of its run failed, while pending.
    QString reason;
    int attempts = 0; //!< Times it was sent without success; what was held back is no try.
    bool canEdit = false;
    QString key; //!< What editParked() can replace; empty where there is nothing.
    QString value;
    QMap<RegistrationField, QString> fields{}; //!< Of a parked registration, also the empty ones.
    mlflow::TagList tags{}; //!< Of a parked registration.
    //! A registered model, a version or an experiment without a run.
    [[nodiscard]] bool isRegistration() const { return kind >= JournalKind::RegisteredModel; }
};

struct JournalFilter {
    bool parkedOnly = false;
    LocalRunId run{}; //!< Only this run, unless empty.
};

/*! A correction of a parked item. `key` is the name of a metric, param, tag, model or experiment,
 *  the path of a file, or the experiment of a whole run; only values have a `value`, and only
 *  registrations the rest. What is not named stays. */
struct ParkedEdit {
    std::optional<QString> key{};
    std::optional<QString> value{};
    //! A source takes the place of the logged model, and the other way round.
    QMap<RegistrationField, QString> fields{};
    mlflow::TagList setTags{}; //!< New ones, and other values for those of these keys.
    QStringList removedTags{};
    [[nodiscard]] bool isEmpty() const
    {
        return !key && !value && fields.isEmpty() && setTags.isEmpty() && removedTags.isEmpty();
    }
};

//! What has not reached the server yet.
struct JournalStatus {
    int pendingRuns = 0;
    int pendingBatches = 0;
    qint64 pendingPoints = 0;
    int pendingArtifacts = 0;
    int pendingRegistrations = 0; //!< Registered models, versions, experiments without a run.
    QString trouble{}; //!< Why the oldest of it that was tried waits; empty while all is well.
    QList<ParkedItem> parked;
    //! What happened to the journal in the last 30 days, such as a damage and its repair.
    QStringList incidents{};
    bool replayerElsewhere = false; //!< Another process holds the replay lease.
    [[nodiscard]] bool isEmpty() const
    {
        return pendingRuns == 0 && pendingBatches == 0 && pendingArtifacts == 0
            && pendingRegistrations == 0;
    }
};

//! The same for one run.
struct RunStanding {
    RunId runId; //!< Empty until the server has created it.
    int pendingItems = 0; //!< Batches, files and the end of the run.
    qint64 pendingPoints = 0;
    int parkedItems = 0;
    qint64 parkedPoints = 0;
    QString parkedReason; //!< Of one of them.
};

/*! Whom a journal belongs to: a profile or workspace, never a URL that may change. */
struct JournalIdentity {
    QString key; //!< File-system safe; names the journal's folder.
    QString title; //!< For people.
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::JournalStatus)
