// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/engine/daemon.h"
#include "core/engine/process_table.h"
#include "core/workspace/local_server.h"

#include <QtCore/QString>

namespace signalbox {

//! What `server.json` remembers of the daemon that was started last.
struct ServerRecord {
    qint64 pid = 0; //!< 0 after a stop.
    quint64 startTime = 0;
    quint16 port = 0; //!< Chosen once, kept over restarts.
    bool ready = false; //!< It has answered.
    QString version;
};

/*! The local server's folder: its paths, its record and whether the process in it still lives.
 *  Reads and writes files and /proc only. Value type. */
class ServerFiles final {
public:
    explicit ServerFiles(Home home)
        : m_home(std::move(home))
    {
    }
    [[nodiscard]] QString folder() const;
    [[nodiscard]] QString store() const;
    [[nodiscard]] QString artifacts() const;
    [[nodiscard]] QString logFile() const;
    [[nodiscard]] QString lockFile() const;
    [[nodiscard]] static QUrl url(quint16 port);

    /*! Makes the folder ours and keeps the log short. Refuses a database that this workspace did
     *  not make (a server would migrate it) and a network file system. */
    [[nodiscard]] Result<void> prepare() const;
    [[nodiscard]] ServerRecord record() const;
    [[nodiscard]] Result<void> write(const ServerRecord &record) const;
    /*! The port to use: the remembered one if it is free, else a new one, which is remembered. */
    [[nodiscard]] Result<ServerRecord> reservePort(bool mustBeNew) const;

    //! The recorded daemon lives: same pid, start time and mark.
    [[nodiscard]] bool isAlive(const ServerRecord &record) const;
    //! Every process of this home's server, also orphans that no record knows.
    [[nodiscard]] QList<ProcessInfo> processes() const;
    [[nodiscard]] LocalServerStatus status() const;
    [[nodiscard]] DaemonSpec daemon(const QString &python, quint16 port) const;
    [[nodiscard]] QString logTail(int lines) const; //!< Redacted.

private:
    //! An environment entry that all processes of this home's server carry.
    [[nodiscard]] QByteArray mark() const;
    [[nodiscard]] Result<void> claimStore() const;
    Home m_home;
};

//! The type of the network file system that `path` lies on, or empty.
[[nodiscard]] QString networkFileSystemOf(const QString &path);

} // namespace signalbox
