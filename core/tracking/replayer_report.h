// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/resilience/breaker_core.h"
#include "core/tracking/journal_folder.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>

namespace signalbox {

//! What a process that replays a journal tells the others that share it, about twice a second.
struct ReplayerReport {
    qint64 pid = 0;
    qint64 updatedMs = 0;
    bool holdsLease = false; //!< Between two tries it lets others have it.
    //! State, consecutive failures, opened, rejected, retry-after and the last failure only.
    BreakerSnapshot breaker;
    QString trouble; //!< Why it waits; empty while all is well.
};

/*! The report as the file's content, for the calling process. Reports lie in the journal's folder,
 *  one file per process, and die with it. Any thread. */
[[nodiscard]] QByteArray encode(const ReplayerReport &report);
[[nodiscard]] Result<void> writeReport(
    const JournalFolder &folder, const QString &owner, const QByteArray &report);

/*! The most telling report of another living process: the lease holder's, else the newest. Removes
 *  those that dead processes left. Retry-after is as of `nowMs`. Reads a few small files. */
[[nodiscard]] std::optional<ReplayerReport> reportOfOthers(
    const JournalFolder &folder, const QString &ownOwner, qint64 nowMs);

} // namespace signalbox
