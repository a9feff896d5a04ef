// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QString>

#include <chrono>
#include <functional>
#include <optional>

namespace signalbox {

/*! A lock (flock) that dies with its process and is not inherited by children. Move-only. */
class ProcessLock final {
public:
    ProcessLock() = default;
    ProcessLock(ProcessLock &&other) noexcept;
    ProcessLock &operator=(ProcessLock &&other) noexcept;
    ProcessLock(const ProcessLock &) = delete;
    ProcessLock &operator=(const ProcessLock &) = delete;
    ~ProcessLock();

    enum class Mode : quint8 { Exclusive, Shared };
    //! The lock, or nothing when somebody else holds it.
    [[nodiscard]] static Result<std::optional<ProcessLock>> tryTake(
        const QString &path, bool create = true, Mode mode = Mode::Exclusive);
    //! The same, waiting for others for at most `limit`. Blocking.
    [[nodiscard]] static Result<std::optional<ProcessLock>> take(
        const QString &path, Mode mode, std::chrono::milliseconds limit);
    //! Lets others share an exclusive lock from now on.
    void share();

private:
    int m_fd = -1;
};

/*! The folder of one journal: `journal.db`, `spool/`, `owners/`, `replayers/`, `replayer.lock` and
 *  `use.lock`, all readable by their owner only. Paths and checks, no state. Any thread. */
class JournalFolder final {
public:
    JournalFolder() = default;
    explicit JournalFolder(QString path)
        : m_path(std::move(path))
    {
    }
    //! The kind of a path's file system, as statfs() tells; nothing when it cannot be told.
    using FileSystemOf = std::function<std::optional<unsigned long>(const QString &path)>;
    /*! Makes what is missing. Fails on a network file system, where locks cannot be trusted.
     *  `fileSystemOf` stands in for the machine's own answer in tests. */
    [[nodiscard]] Result<void> prepare(const FileSystemOf &fileSystemOf = {}) const;
    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] QString database() const;
    [[nodiscard]] QString spool(const QString &name = {}) const;
    [[nodiscard]] QString replayerLock() const;
    [[nodiscard]] QString ownerLock(const QString &owner = {}) const;
    //! Shared by all who have the database open, exclusive for repairs.
    [[nodiscard]] QString useLock() const;
    //! What a process that replays tells the others.
    [[nodiscard]] QString report(const QString &owner = {}) const;
    //! True when no process holds the owner's lock any more.
    [[nodiscard]] bool isOwnerDead(const QString &owner) const;
    void forgetOwner(const QString &owner) const;
    //! Locks that processes left behind which were killed without an open run.
    void forgetDeadOwners() const;

private:
    QString m_path;
};

} // namespace signalbox
