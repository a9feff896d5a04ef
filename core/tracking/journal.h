// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/tracking/journal_rows.h"
#include "core/tracking/journal_types.h"
#include "core/tracking/journal_worker.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QSet>

#include <functional>
#include <memory>

namespace signalbox {

/*! What every write goes through before any server sees it.
 *
 *  **Acknowledged** means: the item is committed to a SQLite file (WAL) in this journal's folder,
 *  and a file that belongs to it is copied into the spool beside it, complete, hashed and flushed.
 *  From then on it reaches the server exactly once in effect, or is parked with the server's
 *  reason, whatever happens to this process: any process that opens the same journal sends it.
 *  What a power cut can cost: run creates, ends and files are flushed to the disk before they are
 *  acknowledged and survive; params, metrics and tags are not flushed one by one and may lose what
 *  was acknowledged in the last second or so. Nothing is acknowledged when the disk is full.
 *
 *  Lives in its Connector's thread; the disk work happens in the worker's two threads. Several
 *  processes and several instances may share one folder. */
class Journal final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Journal)

public:
    using Copy = std::function<Result<QList<SpooledFile>>(const JournalFolder &)>;

    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(
        const QString &dir, const JournalIdentity &identity, Clock &clock);
    //! Commits what is queued, which may take a moment.
    ~Journal() override;

    [[nodiscard]] const JournalIdentity &identity() const { return m_identity; }
    [[nodiscard]] const JournalFolder &folder() const { return m_folder; }

    //! `owner` is filled in: this process, as long as it lives.
    [[nodiscard]] Call<Ack> addRun(NewRun run);
    [[nodiscard]] Call<Ack> addItems(const LocalRunId &run, const QList<NewItem> &items);
    //! `copy` runs on the copying thread and yields the item's files.
    [[nodiscard]] Call<Ack> addFiles(const LocalRunId &run, const NewItem &item, Copy copy);

    //! A registered model or version; behind what is queued for `afterRun`.
    [[nodiscard]] Call<Ack> addRegistration(
        const QString &name, const NewItem &item, const QString &afterRun);

    /*! Runs `work` on the committing thread, inside a transaction; one that is not durable may be
     *  forgotten by a power cut. */
    template <typename T>
    [[nodiscard]] Call<T> transact(
        std::function<Result<T>(JournalStore &)> work, bool durable = true);
    //! The same without writing; `lane` puts it behind what this run has queued.
    template <typename T>
    [[nodiscard]] Call<T> read(
        const LocalRunId &lane, std::function<Result<T>(JournalStore &)> work);

    //! True while callers that can wait should; `roomAvailable` follows.
    [[nodiscard]] bool isFull() const;
    //! True when nothing waits to be committed.
    [[nodiscard]] bool isIdle() const { return m_inFlight.isEmpty(); }
    [[nodiscard]] JournalStatus status() const { return m_status; } //!< Last known.
    [[nodiscard]] Call<JournalStatus> refreshStatus();
    //! As of the last refresh, and false for runs that were written to since.
    [[nodiscard]] bool isSettled(const RunId &run, const LocalRunId &localId) const;
    void setReplayerElsewhere(bool elsewhere);
    //! Tells the other processes how replaying goes; written by the committing thread.
    void publish(const QByteArray &report);
    [[nodiscard]] const QString &owner() const { return m_owner; }

Q_SIGNALS:
    //! This process has committed something.
    void committed();
    //! Another process has committed something.
    void changedElsewhere();
    //! Coalesced to a few per second.
    void statusChanged(const signalbox::JournalStatus &status);
    //! The queue was full and has room again.
    void roomAvailable();

private:
    struct Known {
        JournalStatus status;
        QStringList unsettled;
    };
    Journal(JournalIdentity identity, JournalFolder folder, Known known,
        std::unique_ptr<JournalStore> store, Clock &clock);
    [[nodiscard]] static Result<Known> readKnown(JournalStore &store);
    template <typename T>
    Call<T> submit(JournalWorker::Op op, std::function<Result<T>(JournalStore &)> work);
    [[nodiscard]] std::optional<Failure> refusal() const;
    [[nodiscard]] Result<void> becomeOwner();
    void landed(const QString &run);
    void drainDone();
    void poll();
    void scheduleRefresh();
    void take(const Known &known);

    JournalIdentity m_identity;
    JournalFolder m_folder;
    Clock &m_clock;
    QString m_owner;
    ProcessLock m_ownerLock;
    bool m_isOwner = false;
    JournalStatus m_status;
    QSet<QString> m_unsettled; // server-side run ids
    QSet<QString> m_touched; // local ids written to since the last refresh began
    QHash<QString, int> m_inFlight; // writes per local id that are not committed yet
    qint64 m_dataVersion = 0;
    bool m_refreshing = false;
    bool m_refreshAgain = false;
    bool m_wasFull = false;
    std::unique_ptr<JournalWorker> m_worker; // last: its threads end first
};

template <typename T>
Call<T> Journal::submit(JournalWorker::Op op, std::function<Result<T>(JournalStore &)> work)
{
    Promise<T> promise;
    // Only plain data crosses the threads; the promise stays in `done`, which runs here.
    const auto slot = std::make_shared<std::optional<Result<T>>>();
    op.apply = [slot, work = std::move(work)](JournalStore &store) -> Result<void> {
        slot->emplace(work(store));
        return (*slot)->hasValue() ? Result<void>() : Result<void>((*slot)->failure());
    };
    const bool writesToRun = op.writes && !op.lane.isEmpty();
    if (writesToRun)
        ++m_inFlight[op.lane];
    op.done = [this, slot, promise, run = writesToRun ? op.lane : QString()](
                  const Result<void> &result) {
        landed(run);
        if (!result)
            promise.resolve(result.failure());
        else
            promise.resolve(std::move(**slot));
    };
    m_worker->submit(std::move(op));
    return promise.call();
}

template <typename T>
Call<T> Journal::transact(std::function<Result<T>(JournalStore &)> work, bool durable)
{
    JournalWorker::Op op;
    op.durable = durable;
    return submit<T>(std::move(op), std::move(work));
}

template <typename T>
Call<T> Journal::read(const LocalRunId &lane, std::function<Result<T>(JournalStore &)> work)
{
    JournalWorker::Op op;
    op.lane = lane.text();
    op.writes = false;
    return submit<T>(std::move(op), std::move(work));
}

} // namespace signalbox
