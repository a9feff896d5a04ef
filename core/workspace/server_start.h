// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/workspace/file_lock.h"
#include "core/workspace/server_files.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>

#include <memory>

namespace signalbox {

/*! One start of the local server: waits for the lock, adopts a daemon that runs already, clears
 *  orphans, else starts a new one and asks it until it answers. The environment must be ready.
 *  Main thread; owned by LocalServer. Deleting it gives up waiting; the daemon goes on. */
class ServerStart final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ServerStart)

public:
    ServerStart(ServerFiles files, QString python, QObject *parent = nullptr);
    [[nodiscard]] Call<LocalServerStatus> run();

Q_SIGNALS:
    void progress(const QString &text);

private:
    void takeLock();
    void begin();
    void clearOrphans();
    void launch(bool onNewPort);
    void follow();
    void ask();
    void answered(const Result<void> &health);
    void recordVersion(const QString &version);
    void daemonDied();
    void finish(const Result<LocalServerStatus> &result);
    [[nodiscard]] Error withLog(const QString &message) const;

    ServerFiles m_files;
    QString m_python;
    FileLock m_lock;
    Promise<LocalServerStatus> m_promise;
    std::unique_ptr<mlflow::Server> m_probe;
    ServerRecord m_record;
    QElapsedTimer m_elapsed;
    int m_launches = 0;
    bool m_waitingShown = false;
};

} // namespace signalbox
