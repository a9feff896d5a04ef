// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ids.h"

#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QMetaType>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>

//! What MLflow's REST API speaks about, as plain values. Times are UTC epoch milliseconds, 0 =
//! none.
namespace signalbox::mlflow {

struct Tag {
    QString key;
    QString value;
    friend bool operator==(const Tag &, const Tag &) = default;
};
using TagList = QList<Tag>;
[[nodiscard]] QString tagValue(const TagList &tags, const QString &key);

struct Param {
    QString key;
    QString value;
};

struct Metric {
    QString key;
    double value = 0.0;
    qint64 timestamp = 0;
    qint64 step = 0;
    QString modelId{}; //!< MLflow 3: the logged model that the value belongs to.
    QString datasetName{};
    QString datasetDigest{};
};

enum class Lifecycle : quint8 { Active, Deleted };
enum class ViewType : quint8 { ActiveOnly, DeletedOnly, All };
//! MLflow's word: "ACTIVE_ONLY" ...
[[nodiscard]] QString nameOf(ViewType type);
enum class RunStatus : quint8 { Running, Scheduled, Finished, Failed, Killed, Unknown };
//! MLflow's word: "RUNNING", "FINISHED" ...
[[nodiscard]] QString nameOf(RunStatus status);
[[nodiscard]] RunStatus runStatusFrom(const QString &word);

struct Experiment {
    ExperimentId id;
    QString name;
    QString artifactLocation;
    Lifecycle lifecycle = Lifecycle::Active;
    qint64 creationTime = 0;
    qint64 lastUpdateTime = 0;
    TagList tags;
};

struct RunInfo {
    RunId id;
    QString name;
    ExperimentId experimentId;
    QString userId;
    RunStatus status = RunStatus::Unknown;
    qint64 startTime = 0;
    qint64 endTime = 0;
    QString artifactUri;
    Lifecycle lifecycle = Lifecycle::Active;
};

struct DatasetInput {
    QString name;
    QString digest; //!< At most 36 characters.
    QString sourceType;
    QString source;
    QString schema;
    QString profile;
    TagList tags; //!< "mlflow.data.context" says training or test.
};

struct ModelOutput {
    LoggedModelId modelId;
    qint64 step = 0;
};

struct Run {
    RunInfo info;
    QList<Metric> metrics; //!< The latest value per key.
    QList<Param> params;
    TagList tags;
    QList<DatasetInput> datasets;
    QList<ModelOutput> outputs;
    [[nodiscard]] std::optional<double> metric(const QString &key) const;
    [[nodiscard]] QString param(const QString &key) const;
    [[nodiscard]] QString tag(const QString &key) const { return tagValue(tags, key); }
};

struct FileInfo {
    QString path;
    bool isDirectory = false;
    qint64 size = -1; //!< -1 when the server does not say.
};

struct LoggedModel {
    LoggedModelId id;
    ExperimentId experimentId;
    QString name;
    QString artifactUri;
    QString status; //!< "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"
    QString modelType;
    RunId sourceRunId;
    qint64 creationTime = 0;
    TagList tags;
    QList<Param> params;
    QList<Metric> metrics;
};

struct ModelVersion {
    QString name;
    QString version;
    QString stage; //!< The server's word: None, Staging, Production, Archived.
    QString source;
    RunId runId;
    QString status; //!< "READY" ...
    QString statusMessage;
    QString description;
    QString userId;
    qint64 creationTime = 0;
    qint64 lastUpdateTime = 0;
    TagList tags;
    QStringList aliases;
    [[nodiscard]] QString tag(const QString &key) const { return tagValue(tags, key); }
    //! From `models:/m-...`; empty for versions that were logged the classic way.
    [[nodiscard]] LoggedModelId loggedModelId() const;
};

struct RegisteredModel {
    QString name;
    QString description;
    qint64 creationTime = 0;
    qint64 lastUpdateTime = 0;
    TagList tags;
    QMap<QString, QString> aliases; //!< alias -> version
    QList<ModelVersion> latestVersions;
};

struct ServerInfo {
    QString version;
    QString storeType; //!< "SqlStore", "FileStore" or empty when the server does not say.
    /*! "stages" and "aliases" always; "graphql", "history-interval", "logged-models",
     *  "experiment-tag-delete", "server-info", "workspaces", "multipart-upload" as far as the
     *  server has them, which is asked and not concluded from its version. */
    QStringList capabilities;
    [[nodiscard]] int major() const;
    [[nodiscard]] int minor() const;
    /*! True when a metric's history is answered by time and step, in whatever order its points
     *  arrived: SQL stores since MLflow 3. */
    [[nodiscard]] bool sortsHistory() const;
    friend bool operator==(const ServerInfo &, const ServerInfo &) = default;
    [[nodiscard]] bool has(const QString &capability) const
    {
        return capabilities.contains(capability);
    }
};

template <typename T> struct Page {
    QList<T> items;
    QString nextToken; //!< Empty after the last page.
};

} // namespace signalbox::mlflow

Q_DECLARE_METATYPE(signalbox::mlflow::Run)
Q_DECLARE_METATYPE(signalbox::mlflow::ServerInfo)
