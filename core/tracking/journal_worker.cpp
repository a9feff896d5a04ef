// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal_worker.h"

#include <algorithm>
#include <optional>

namespace signalbox {

struct JournalWorkerEntry {
    JournalWorker::Op op;
    enum class State { Waiting, Copying, Ready } state = State::Ready;
    Result<void> result;
};

JournalWorker::JournalWorker(std::unique_ptr<JournalStore> store, std::function<void()> wake)
    : m_store(std::move(store))
    , m_wake(std::move(wake))
    , m_copier([this] { copyLoop(); })
    , m_committer([this] { commitLoop(); })
{
}

JournalWorker::~JournalWorker()
{
    stop();
}

void JournalWorker::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    if (m_copier.joinable())
        m_copier.join();
    if (m_committer.joinable())
        m_committer.join();
}

void JournalWorker::submit(Op op)
{
    auto entry = std::make_shared<JournalWorkerEntry>();
    entry->op = std::move(op);
    if (entry->op.prepare)
        entry->state = JournalWorkerEntry::State::Waiting;
    m_bytes += entry->op.bytes;
    ++m_count;
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(entry));
    }
    m_changed.notify_all();
}

std::vector<JournalWorker::Done> JournalWorker::takeDone()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_done, {});
}

JournalWorker::Entry JournalWorker::nextUnprepared() const
{
    const auto it = std::find_if(m_queue.begin(), m_queue.end(),
        [](const Entry &e) { return e->state == JournalWorkerEntry::State::Waiting; });
    return it == m_queue.end() ? nullptr : *it;
}

void JournalWorker::copyLoop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        const Entry entry = nextUnprepared();
        if (!entry && m_stopping)
            return;
        if (!entry) {
            m_changed.wait(lock);
            continue;
        }
        entry->state = JournalWorkerEntry::State::Copying;
        lock.unlock();
        Result<void> result = entry->op.prepare();
        lock.lock();
        entry->result = std::move(result);
        entry->state = JournalWorkerEntry::State::Ready;
        m_changed.notify_all();
    }
}

std::vector<JournalWorker::Entry> JournalWorker::takeReady()
{
    std::vector<Entry> ready;
    std::set<QString> held; // lanes that wait for a copy
    std::deque<Entry> rest;
    for (Entry &entry : m_queue) {
        const bool isReady = entry->state == JournalWorkerEntry::State::Ready;
        if (isReady && !held.contains(entry->op.lane)) {
            ready.push_back(std::move(entry));
            continue;
        }
        held.insert(entry->op.lane);
        rest.push_back(std::move(entry));
    }
    m_queue = std::move(rest);
    return ready;
}

void JournalWorker::commitLoop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        const std::vector<Entry> group = takeReady();
        if (group.empty() && m_queue.empty() && m_stopping)
            return;
        if (group.empty()) {
            m_changed.wait(lock);
            continue;
        }
        lock.unlock();
        commitGroup(group);
        finish(group);
        lock.lock();
    }
}

void JournalWorker::commitGroup(const std::vector<Entry> &group)
{
    std::vector<Entry> good;
    std::copy_if(group.begin(), group.end(), std::back_inserter(good),
        [](const Entry &e) { return e->result.hasValue(); });
    if (good.empty() || tryGroup(good))
        return;
    // One bad operation must not fail its neighbours: each gets a transaction of its own.
    for (const Entry &entry : good)
        entry->result = tryGroup({entry});
}

Result<void> JournalWorker::tryGroup(const std::vector<Entry> &group)
{
    const bool writes =
        std::any_of(group.begin(), group.end(), [](const Entry &e) { return e->op.writes; });
    const bool durable =
        std::any_of(group.begin(), group.end(), [](const Entry &e) { return e->op.durable; });
    if (writes) {
        if (auto begun = m_store->begin(durable); !begun)
            return begun;
    }
    for (const Entry &entry : group) {
        if (auto applied = entry->op.apply(*m_store); !applied) {
            m_store->rollback();
            return applied;
        }
    }
    if (!writes)
        return {};
    auto committed = m_store->commit();
    if (!committed)
        m_store->rollback();
    return committed;
}

void JournalWorker::finish(const std::vector<Entry> &group)
{
    bool first = false;
    {
        const std::lock_guard lock(m_mutex);
        first = m_done.empty();
        for (const Entry &entry : group) {
            m_bytes -= entry->op.bytes;
            --m_count;
            const bool wrote = entry->op.writes && entry->result.hasValue();
            m_done.push_back({std::move(entry->op.done), entry->result, wrote});
            // What the closures hold belongs to the owner's thread from here on.
        }
    }
    if (first)
        m_wake();
}

} // namespace signalbox
