// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/workspace/file_lock.h"
#include "core/workspace/server_files.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>

namespace signalbox {

/*! Ends every process of the local server: SIGTERM to their groups, SIGKILL after a grace period.
 *  Main thread; owned by whoever stops. */
class ServerStop final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ServerStop)

public:
    explicit ServerStop(ServerFiles files, QObject *parent = nullptr);
    //! Takes the lock first, so that it never meets a start.
    [[nodiscard]] Call<void> run();
    //! For a holder of the lock. Success when nothing is left.
    [[nodiscard]] Call<void> endProcesses();

private:
    void takeLock();
    void begin();
    void check();
    void signalAll(const QList<ProcessInfo> &processes, int signal);
    void finish(const Result<void> &result);

    ServerFiles m_files;
    FileLock m_lock;
    Promise<void> m_promise;
    QElapsedTimer m_elapsed;
    bool m_killed = false;
};

} // namespace signalbox
