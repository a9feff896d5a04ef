// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.h"
#include "core/tracking/journal_types.h"
#include "core/tracking/replayer_report.h"

#include <memory>

namespace signalbox {

class JournalStore;

/*! A journal for a program that only looks: no server, no threads, no event loop, and nothing is
 *  sent. Reads local files and answers at once. One thread. */
class JournalReview final {
public:
    //! Fails like Connector::open.
    [[nodiscard]] static Result<std::unique_ptr<JournalReview>> open(
        const QString &journalDir, Clock &clock = systemClock());
    ~JournalReview();
    Q_DISABLE_COPY_MOVE(JournalReview)

    //! Whose journal it is; empty when nothing was ever written under a name.
    [[nodiscard]] Result<JournalIdentity> identity();
    [[nodiscard]] Result<JournalStatus> status();
    [[nodiscard]] Result<QList<JournalItem>> items(const JournalFilter &filter, int limit);
    //! What a living process that replays it says.
    [[nodiscard]] std::optional<ReplayerReport> replayer() const;

private:
    JournalReview(std::unique_ptr<JournalStore> store, Clock &clock);
    std::unique_ptr<JournalStore> m_store;
    Clock &m_clock;
};

} // namespace signalbox
