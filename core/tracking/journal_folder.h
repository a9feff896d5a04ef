// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QString>

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

    //! The lock, or nothing when somebody else holds it.
    [[nodiscard]] static Result<std::optional<ProcessLock>> tryTake(
        const QString &path, bool create = true);

private:
    int m_fd = -1;
};

/*! The folder of one journal: `journal.db`, `spool/`, `owners/` and `replayer.lock`, all readable
 *  by their owner only. Paths and checks, no state. Any thread. */
class JournalFolder final {
public:
    JournalFolder() = default;
    explicit JournalFolder(QString path)
        : m_path(std::move(path))
    {
    }
    //! Makes what is missing. Fails on a network file system, where locks cannot be trusted.
    [[nodiscard]] Result<void> prepare() const;
    [[nodiscard]] QString database() const;
    [[nodiscard]] QString spool(const QString &name = {}) const;
    [[nodiscard]] QString replayerLock() const;
    [[nodiscard]] QString ownerLock(const QString &owner) const;
    //! True when no process holds the owner's lock any more.
    [[nodiscard]] bool isOwnerDead(const QString &owner) const;
    void forgetOwner(const QString &owner) const;

private:
    QString m_path;
};

} // namespace signalbox
