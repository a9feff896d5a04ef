// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/flush_watch.h"

#include "core/tracking/replayer.h"

namespace signalbox {

FlushWatch::FlushWatch(Journal &journal, Replayer &replayer)
    : QObject(&journal)
    , m_journal(journal)
    , m_replayer(replayer)
{
}

Call<JournalStatus> FlushWatch::start(
    Journal &journal, Replayer &replayer, Clock &clock, std::chrono::milliseconds limit)
{
    auto *watch = new FlushWatch(journal, replayer);
    connect(&journal, &Journal::committed, watch, &FlushWatch::look);
    connect(&journal, &Journal::changedElsewhere, watch, &FlushWatch::look);
    connect(&replayer, &Replayer::runDrained, watch, &FlushWatch::look);
    connect(&replayer, &Replayer::looked, watch, &FlushWatch::look);
    clock.callAfter(limit, watch, [watch] {
        watch->m_timeUp = true;
        watch->look();
    });
    watch->look();
    return watch->m_promise.call();
}

void FlushWatch::look()
{
    if (std::exchange(m_looking, true)) {
        m_lookAgain = true;
        return;
    }
    const auto asked = m_journal.refreshStatus();
    asked.then(this, [this](const Result<JournalStatus> &status) {
        m_looking = false;
        // What happened since the counts were asked for may have made them stale.
        const bool again = std::exchange(m_lookAgain, false);
        const bool done =
            status && status->isEmpty() && m_journal.isIdle() && !m_replayer.isLooking() && !again;
        if (done || m_timeUp || !status)
            end(status);
        else if (again)
            look();
    });
}

void FlushWatch::end(const Result<JournalStatus> &result)
{
    m_promise.resolve(result);
    deleteLater();
}

} // namespace signalbox
