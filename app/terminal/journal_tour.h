// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/terminal.h"
#include "core/tracking/journal_review.h"

#include <memory>
#include <optional>

namespace signalbox {

//! One journal of this home as it was seen.
struct JournalSeen {
    QString folder;
    JournalIdentity identity;
    JournalStatus status;
    QList<JournalItem> items;
    std::optional<ReplayerReport> replayer;
    std::optional<Error> error; //!< Why it could not be read.
};

/*! The current server's journal, or with `all` every one; local files only. Fails when the one
 *  that was asked for cannot be read; of many, those carry their error. `limit` 0: no items. */
[[nodiscard]] Result<QList<JournalSeen>> lookAtJournals(
    Terminal &terminal, bool all, const JournalFilter &filter, int limit);

/*! Flushes one journal after the other, each as the connection that wrote it. One use per object;
 *  borrowed from nobody, so the caller keeps it until the call has ended. */
class JournalTour final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JournalTour)

public:
    JournalTour(Terminal &terminal, std::chrono::milliseconds limit);
    //! Resolves with the sum of what is left.
    [[nodiscard]] Call<JournalStatus> flush();
    //! Why the last of them that kept something kept it.
    [[nodiscard]] const std::optional<Error> &trouble() const { return m_trouble; }
    //! As after the flush.
    [[nodiscard]] const QList<JournalSeen> &seen() const { return m_seen; }

private:
    void next();
    void flushAs(const SessionOptions &options);
    void end();
    [[nodiscard]] std::optional<SessionOptions> optionsFor(const JournalIdentity &identity) const;
    Terminal &m_terminal;
    std::chrono::milliseconds m_limit;
    QList<JournalSeen> m_open;
    QList<JournalSeen> m_seen;
    std::unique_ptr<Session> m_session;
    Promise<JournalStatus> m_promise;
    std::optional<Error> m_trouble;
};

//! Everything of all of them.
[[nodiscard]] JournalStatus sumOf(const QList<JournalSeen> &seen);

} // namespace signalbox
