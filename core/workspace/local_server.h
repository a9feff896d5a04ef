// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/workspace/home.h"

#include <QtCore/QObject>
#include <QtCore/QUrl>

namespace signalbox {

class PythonEnvironment;

enum class LocalServerState : quint8 { Stopped, Starting, Running, Orphaned };
[[nodiscard]] QString nameOf(LocalServerState state); //!< "stopped", "starting", ...

struct LocalServerStatus {
    LocalServerState state = LocalServerState::Stopped;
    QUrl url; //!< Where it is, or was last.
    QString version;
    QString store; //!< Path of the SQLite file.
    QString artifacts;
    QString logFile;
    qint64 pid = 0;
};

/*! The real MLflow server of this home: a detached daemon on 127.0.0.1 that all processes of the
 *  home share. Started once, recognised by pid, start time and lock, stopped by its group. Main
 *  thread; owned by the composition root. Destroying this object leaves the daemon running. */
class LocalServer final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LocalServer)

public:
    LocalServer(Home home, PythonEnvironment &environment, QObject *parent = nullptr);

    [[nodiscard]] LocalServerStatus status() const; //!< Files and process table only; no request.
    //! Where it is or will be: the remembered address, chosen now if there is none yet.
    [[nodiscard]] Result<QUrl> address() const;
    //! Running and healthy: at once when it is, else starts it (and makes the environment first).
    [[nodiscard]] Call<LocalServerStatus> start();
    //! Stops daemon and orphans; success when nothing runs.
    [[nodiscard]] Call<void> stop();
    //! The last `lines` of its log, redacted.
    [[nodiscard]] QString logTail(int lines) const;

Q_SIGNALS:
    void statusChanged(const signalbox::LocalServerStatus &status);
    //! What is being done, for a progress line.
    void progress(const QString &text);

private:
    Home m_home;
    PythonEnvironment &m_environment;
    Call<LocalServerStatus> m_starting;
};

} // namespace signalbox
