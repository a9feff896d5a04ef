// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_review.h"

#include "core/tracking/journal_store.h"

namespace signalbox {

Result<std::unique_ptr<JournalReview>> JournalReview::open(const QString &journalDir, Clock &clock)
{
    const JournalFolder folder(journalDir);
    if (auto prepared = folder.prepare(); !prepared)
        return prepared.failure();
    auto store = std::make_unique<JournalStore>();
    if (auto opened = store->open(folder, clock.epochMs()); !opened)
        return opened.failure();
    return std::unique_ptr<JournalReview>(new JournalReview(std::move(store), clock));
}

JournalReview::JournalReview(std::unique_ptr<JournalStore> store, Clock &clock)
    : m_store(std::move(store))
    , m_clock(clock)
{
}

JournalReview::~JournalReview() = default;

Result<JournalIdentity> JournalReview::identity()
{
    return m_store->identity();
}

Result<JournalStatus> JournalReview::status()
{
    return m_store->status();
}

Result<QList<JournalItem>> JournalReview::items(const JournalFilter &filter, int limit)
{
    return m_store->items(filter, limit);
}

std::optional<ReplayerReport> JournalReview::replayer() const
{
    return reportOfOthers(m_store->folder(), {}, m_clock.epochMs());
}

} // namespace signalbox
