// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/connector.h"
#include "core/tracking/journal.h"
#include "core/tracking/replayer.h"
#include "core/tracking/sync_waiters.h"
#include "core/tracking/version_creator.h"

// What a person sees of the journal and decides about what the server refused.
namespace signalbox {

namespace {

Result<void> retryAll(JournalStore &store, const QList<qint64> &sequences, qint64 nowMs)
{
    for (const qint64 sequence : sequences) {
        if (auto done = store.retryParked(sequence, nowMs); !done)
            return done;
    }
    return {};
}

Result<QList<JournalItem>> dropAll(
    JournalStore &store, const QList<qint64> &sequences, qint64 nowMs)
{
    QList<JournalItem> dropped;
    for (const qint64 sequence : sequences) {
        const auto item = store.dropParked(sequence, nowMs);
        if (!item)
            return item.failure();
        dropped << item.value();
    }
    return dropped;
}

Result<bool> yesOr(const Result<void> &done)
{
    return done ? Result<bool>(true) : Result<bool>(done.failure());
}

} // namespace

template <typename T>
Call<T> Connector::decide(std::function<Result<T>(JournalStore &, qint64)> decision)
{
    return m_journal->transact<T>([decision = std::move(decision), now = m_clock.epochMs()](
                                      JournalStore &store) { return decision(store, now); });
}

Call<void> Connector::withoutValue(const Call<bool> &decided)
{
    Promise<void> promise;
    decided.then(this, [promise](const Result<bool> &result) {
        promise.resolve(result ? Result<void>() : Result<void>(result.failure()));
    });
    return promise.call();
}

Call<QList<JournalItem>> Connector::journalItems(const JournalFilter &filter, int limit)
{
    Promise<QList<JournalItem>> promise;
    const auto asked = m_journal->read<QList<JournalItem>>(
        {}, [filter, limit](JournalStore &store) { return store.items(filter, limit); });
    asked.then(this, [this, promise](const Result<QList<JournalItem>> &result) {
        if (!result) {
            promise.resolve(result);
            return;
        }
        QList<JournalItem> items = result.value();
        const QSet<qint64> sending = m_replayer->sending();
        for (JournalItem &item : items) {
            if (item.state == JournalItemState::Pending && sending.contains(item.sequence))
                item.state = JournalItemState::Sending;
        }
        promise.resolve(items);
    });
    return promise.call();
}

std::optional<ReplayerReport> Connector::replayerElsewhere() const
{
    return reportOfOthers(m_journal->folder(), m_journal->owner(), m_clock.epochMs());
}

Call<void> Connector::retryParked(qint64 sequence)
{
    return retryParked(QList<qint64>{sequence});
}

Call<void> Connector::retryParked(const QList<qint64> &sequences)
{
    return withoutValue(decide<bool>([sequences](JournalStore &store, qint64 now) {
        return yesOr(retryAll(store, sequences, now));
    }));
}

Call<int> Connector::retryAllParked()
{
    return decide<int>([](JournalStore &store, qint64 now) -> Result<int> {
        const auto parked = store.parkedSequences();
        if (!parked)
            return parked.failure();
        const auto done = retryAll(store, parked.value(), now);
        return done ? Result<int>(static_cast<int>(parked->size())) : Result<int>(done.failure());
    });
}

Call<void> Connector::dropParked(qint64 sequence)
{
    return withoutValue(decide<bool>([sequence](JournalStore &store, qint64 now) -> Result<bool> {
        const auto dropped = store.dropParked(sequence, now);
        return dropped ? Result<bool>(true) : Result<bool>(dropped.failure());
    }));
}

Call<QList<JournalItem>> Connector::dropParked(const QList<qint64> &sequences)
{
    return decide<QList<JournalItem>>(
        [sequences](JournalStore &store, qint64 now) { return dropAll(store, sequences, now); });
}

Call<QList<JournalItem>> Connector::dropAllParked()
{
    return decide<QList<JournalItem>>(
        [](JournalStore &store, qint64 now) -> Result<QList<JournalItem>> {
            const auto parked = store.parkedSequences();
            return parked ? dropAll(store, parked.value(), now)
                          : Result<QList<JournalItem>>(parked.failure());
        });
}

Call<void> Connector::editParked(qint64 sequence, const ParkedEdit &edit)
{
    return withoutValue(decide<bool>([sequence, edit](JournalStore &store, qint64 now) {
        return yesOr(store.editParked(sequence, edit, now));
    }));
}

} // namespace signalbox
