// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"

#include <QtCore/QJsonObject>
#include <QtCore/QObject>
#include <QtCore/QProcessEnvironment>

#include <chrono>
#include <memory>

namespace signalbox {

//! How to start the compute process; the protocol is described in resources/engine/PROTOCOL.md.
struct EngineLaunch {
    QString program; //!< The environment's python.
    QStringList arguments; //!< {"-m", "signalbox_engine"}
    QProcessEnvironment environment;
    QString jobDir; //!< Created 0700 by the caller; artifacts must lie inside.
    std::chrono::milliseconds grace{5'000}; //!< Between SIGTERM and SIGKILL of the group.
};

/*! One compute process for one request. Leads its own process group; killed with it. Lives in the
 *  thread that made it; owned by the flow. Every line of the child is checked: size, JSON, types,
 *  and that an artifact's path lies inside the job folder without links. */
class EngineJob final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EngineJob)

public:
    EngineJob(EngineLaunch launch, QJsonObject request, QObject *parent = nullptr);
    ~EngineJob() override; //!< Kills the group when it still runs.

    //! Starts the process. Resolves with the `result` object, or Engine / InvalidInput / Cancelled.
    [[nodiscard]] Call<QJsonObject> start();
    //! SIGTERM to the group, SIGKILL after the grace period. The call ends as Cancelled.
    void cancel();
    [[nodiscard]] qint64 processId() const;
    [[nodiscard]] QString logFile() const; //!< The child's stderr, inside the job folder.

Q_SIGNALS:
    void progress(const QString &phase, qint64 done, qint64 total);
    void metric(const QString &key, double value, qint64 step, qint64 timestamp);
    void param(const QString &key, const QString &value);
    void tag(const QString &key, const QString &value);
    //! `path` is absolute, checked to lie inside the job folder; `to` is the artifact path.
    void artifact(const QString &path, const QString &to);
    //! The whole `model` event with "path" made absolute and checked.
    void model(const QJsonObject &model);
    //! A line for people; plain text, bounded.
    void logLine(const QString &level, const QString &text);

private:
    std::unique_ptr<struct EngineJobPrivate> d;
};

} // namespace signalbox
