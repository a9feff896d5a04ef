// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/workspace/home.h"

#include <QtCore/QMap>
#include <QtCore/QObject>

namespace signalbox {

struct EnvironmentStatus {
    bool ready = false;
    QString python; //!< Path of its interpreter, whether it exists yet or not.
    QString problem; //!< Why it is not ready, with the remedy.
    QMap<QString, QString> packages; //!< name -> version, of the ones that matter.
};

/*! The virtual environment of engine and local server, made from locked requirements. Creation is
 *  locked between processes and leaves nothing half-made that counts as ready. Main thread. */
class PythonEnvironment final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PythonEnvironment)

public:
    explicit PythonEnvironment(Home home, QObject *parent = nullptr);
    [[nodiscard]] EnvironmentStatus status() const; //!< Reads files only.
    [[nodiscard]] QString python() const;
    //! Ready at once when it is; else installs it. One creation at a time, shared by callers.
    [[nodiscard]] Call<EnvironmentStatus> ensure();

Q_SIGNALS:
    //! What the installer is doing, for a log or a progress line.
    void progress(const QString &text);

private:
    Home m_home;
    Call<EnvironmentStatus> m_running;
};

} // namespace signalbox
