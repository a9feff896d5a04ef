// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mlflow/entities.h"
#include "core/tracking/journal_rows.h"

#include <QtCore/QByteArray>

#include <optional>
#include <variant>

/*! How the journal's rows hold what was logged: a version byte and a fixed binary form, exact for
 *  every double. Decoding something else yields nothing. Pure functions. */
namespace signalbox::codec {

struct RunRecord {
    QString experiment;
    QString name;
    mlflow::TagList tags;
    QString parentOnServer;
    friend bool operator==(const RunRecord &, const RunRecord &) = default;
};

//! One line of a batch.
using Entry = std::variant<mlflow::Metric, mlflow::Param, mlflow::Tag>;

struct ModelRecord {
    QString name;
    QString modelType;
    QList<mlflow::Param> params;
    mlflow::TagList tags;
};

struct FinishRecord {
    mlflow::RunStatus status = mlflow::RunStatus::Finished;
    qint64 endMs = 0;
};

struct RegisteredModelRecord {
    QString name;
    QString description;
    mlflow::TagList tags;
    QString operation;
};

struct ExperimentRecord {
    QString name;
    mlflow::TagList tags;
};

struct VersionRecord {
    QString name;
    QString source;
    QString runId;
    QString modelId;
    QString description;
    mlflow::TagList tags;
    QString artifact; //!< Path below the local run's artifacts, when it logged no model.
    QString operation;
};

//! What the upload of a model has reached.
struct ModelProgress {
    bool attempted = false; //!< A create was sent; look before sending another.
    QString modelId;
    QString artifactUri;
};

[[nodiscard]] QByteArray encode(const RunRecord &record);
[[nodiscard]] QByteArray encode(const QList<Entry> &entries);
[[nodiscard]] QByteArray encode(const QList<mlflow::DatasetInput> &inputs);
[[nodiscard]] QByteArray encode(const ModelRecord &record);
[[nodiscard]] QByteArray encode(const FinishRecord &record);
[[nodiscard]] QByteArray encode(const ModelProgress &progress);
[[nodiscard]] QByteArray encode(const RegisteredModelRecord &record);
[[nodiscard]] QByteArray encode(const ExperimentRecord &record);
[[nodiscard]] QByteArray encode(const VersionRecord &record);

[[nodiscard]] std::optional<RunRecord> decodeRun(const QByteArray &bytes);
[[nodiscard]] std::optional<QList<Entry>> decodeEntries(const QByteArray &bytes);
[[nodiscard]] std::optional<QList<mlflow::DatasetInput>> decodeInputs(const QByteArray &bytes);
[[nodiscard]] std::optional<ModelRecord> decodeModel(const QByteArray &bytes);
[[nodiscard]] std::optional<FinishRecord> decodeFinish(const QByteArray &bytes);
[[nodiscard]] std::optional<RegisteredModelRecord> decodeRegisteredModel(const QByteArray &bytes);
[[nodiscard]] std::optional<ExperimentRecord> decodeExperiment(const QByteArray &bytes);
[[nodiscard]] std::optional<VersionRecord> decodeVersion(const QByteArray &bytes);
[[nodiscard]] ModelProgress decodeProgress(const QByteArray &bytes); //!< Empty means nothing yet.

//! "metric loss", "param lr", "tag owner".
[[nodiscard]] QString describe(const Entry &entry);
//! Size as JSON, roughly and rather too large.
[[nodiscard]] qint64 estimatedBytes(const Entry &entry);

/*! Entries as journal items, none larger than what the server takes in one batch. */
[[nodiscard]] QList<NewItem> batchItems(const QList<Entry> &entries);

} // namespace signalbox::codec
