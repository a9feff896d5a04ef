// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tracking/journal_store.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace signalbox {

/*! The journal's two threads: one copies files into the spool, one commits. Whatever is queued
 *  while a commit runs becomes the next group, so that many small writes share one transaction.
 *  Operations of one lane are committed in the order they came; a copy holds back its own lane
 *  only. Standard C++ inside; callbacks are handed back through `takeDone`. */
class JournalWorker final {
public:
    struct Op {
        QString lane;
        bool writes = true;
        bool durable = false; //!< Must survive a power cut.
        std::size_t bytes = 0; //!< Memory that it holds while it waits.
        std::function<Result<void>()> prepare; //!< On the copying thread, before apply.
        std::function<Result<void>(JournalStore &)> apply; //!< Repeated after a rollback.
        std::function<void(const Result<void> &)> done; //!< In the owner's thread.
    };
    struct Done {
        std::function<void(const Result<void> &)> run;
        Result<void> result;
        bool wrote = false;
    };

    //! `wake` is called from a worker thread when takeDone has something new.
    JournalWorker(std::unique_ptr<JournalStore> store, std::function<void()> wake);
    //! Finishes everything that was queued, then stops.
    ~JournalWorker();
    Q_DISABLE_COPY_MOVE(JournalWorker)

    void submit(Op op);
    [[nodiscard]] std::vector<Done> takeDone();
    //! Stops after everything queued is done; idempotent.
    void stop();
    [[nodiscard]] std::size_t queuedBytes() const { return m_bytes; }
    [[nodiscard]] std::size_t queuedOps() const { return m_count; }

private:
    using Entry = std::shared_ptr<struct JournalWorkerEntry>;
    void copyLoop();
    void commitLoop();
    [[nodiscard]] std::vector<Entry> takeReady(); // under the lock
    [[nodiscard]] Entry nextUnprepared() const; // under the lock
    void commitGroup(const std::vector<Entry> &group);
    [[nodiscard]] Result<void> tryGroup(const std::vector<Entry> &group);
    void finish(const std::vector<Entry> &group);

    std::unique_ptr<JournalStore> m_store;
    std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Entry> m_queue;
    std::vector<Done> m_done;
    bool m_stopping = false;
    std::atomic<std::size_t> m_bytes{0};
    std::atomic<std::size_t> m_count{0};
    std::thread m_copier;
    std::thread m_committer;
};

} // namespace signalbox
