// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/sync_waiters.h"

using namespace Qt::StringLiterals;

namespace signalbox {

RunLink linkOf(const RunRow &run)
{
    return {LocalRunId(run.localId), RunId(run.runId), ExperimentId(run.experimentId),
        run.artifactUri, LoggedModelId(run.modelId)};
}

SyncWaiters::SyncWaiters(Journal &journal, QObject *parent)
    : QObject(parent)
    , m_journal(journal)
{
}

Call<RunLink> SyncWaiters::wait(const LocalRunId &run)
{
    const Waiter waiter{run, 0, {}};
    ask(waiter, true);
    return waiter.promise.call();
}

void SyncWaiters::check()
{
    const std::vector<Waiter> waiting = std::exchange(m_waiters, {});
    for (const Waiter &waiter : waiting)
        ask(waiter, false);
}

void SyncWaiters::ask(const Waiter &waiter, bool first)
{
    // Behind everything the run has queued, so that what was logged before is counted.
    const auto asked = m_journal.read<Settlement>(
        waiter.run, [run = waiter.run.text(), upTo = waiter.upTo](JournalStore &store) {
            return store.settlement(run, upTo);
        });
    asked.then(this, [this, waiter, first](const Result<Settlement> &settlement) {
        if (settlement)
            judge(waiter, settlement.value(), first);
        else
            waiter.promise.resolve(settlement.failure());
    });
}

void SyncWaiters::judge(Waiter waiter, const Settlement &settlement, bool first)
{
    if (!settlement.known) {
        waiter.promise.resolve(Failure(ErrorKind::Local,
            u"The run was never recorded, so it cannot reach the server."_s,
            u"Look for the earlier error about the journal."_s));
        return;
    }
    const RunRow &run = settlement.run;
    const bool refused = !run.refusal.isEmpty();
    const bool arrived = run.phase == RunPhase::Linked && settlement.pending == 0;
    if (refused || (arrived && settlement.parked > 0)) {
        const QString reason = refused ? run.refusal : settlement.parkedReason;
        waiter.promise.resolve(Failure(ErrorKind::Conflict,
            u"The server refused something of the run \"%1\": %2"_s.arg(run.title, reason),
            u"See the parked items of the journal."_s));
        return;
    }
    if (arrived) {
        waiter.promise.resolve(linkOf(run));
        return;
    }
    // What is logged from now on is not waited for; -1 matches no item at all.
    if (first)
        waiter.upTo = settlement.lastSeq > 0 ? settlement.lastSeq : -1;
    m_waiters.push_back(std::move(waiter));
}

} // namespace signalbox
