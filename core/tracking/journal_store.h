// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tracking/journal_folder.h"
#include "core/tracking/journal_rows.h"
#include "core/tracking/journal_types.h"
#include "core/tracking/sqlite_db.h"

#include <QtCore/QStringList>

namespace signalbox {

/*! The journal's tables. No threads, no signals, no time of its own: one thread at a time uses it,
 *  inside transactions that the caller brackets with begin() and commit(). Every function may be
 *  repeated after a rollback. Files leave the spool only after the commit that forgot them. */
class JournalStore final {
public:
    JournalStore() = default;
    Q_DISABLE_COPY_MOVE(JournalStore)

    /*! Opens or creates the journal and checks that it is whole and of a version that we know. One
     *  that is damaged and that nobody else has open is repaired, which its status tells. */
    [[nodiscard]] Result<void> open(const JournalFolder &folder, qint64 nowMs);
    [[nodiscard]] const JournalFolder &folder() const { return m_folder; }
    /*! Says whose journal this is. Fails when it was written under another identity: what waits
     * here must not be sent under this one. An empty key asks nothing. */
    [[nodiscard]] Result<void> claim(const JournalIdentity &identity);
    //! Whose journal it is; empty before the first claim.
    [[nodiscard]] Result<JournalIdentity> identity();

    //! `durable` survives a power cut; otherwise only the end of the process.
    [[nodiscard]] Result<void> begin(bool durable);
    [[nodiscard]] Result<void> commit();
    void rollback();

    // Written by those who log.
    [[nodiscard]] Result<qint64> addRun(const NewRun &run);
    //! All or none; the sequence of the last one. Local error when the run is unknown or ended.
    [[nodiscard]] Result<qint64> addItems(
        const QString &localId, const QList<NewItem> &items, qint64 nowMs);

    /*! Into the lane of the registered model or experiment `name`; sent once the local run
     * `afterRun`, if any, has brought its files and models to the server. */
    [[nodiscard]] Result<qint64> addRegistration(
        const QString &name, const NewItem &item, const QString &afterRun, qint64 nowMs);

    // Read and written by the replayer.
    //! Oldest first, parents before children; those that have something to send.
    [[nodiscard]] Result<QList<RunRow>> runsToReplay(int limit);
    [[nodiscard]] Result<Chunk> nextChunk(qint64 run);
    //! The run of this journal with this local id; its row is 0 when there is none.
    [[nodiscard]] Result<RunRow> runNamed(const QString &localId);
    [[nodiscard]] Result<void> markCreateAttempted(qint64 run);
    [[nodiscard]] Result<void> link(
        qint64 run, const QString &runId, const QString &experimentId, const QString &artifactUri);
    //! Forgets what arrived and keeps what was refused, with its reason.
    [[nodiscard]] Result<QList<Refusal>> settle(
        qint64 run, const QList<qint64> &arrived, QList<Refusal> refused);
    [[nodiscard]] Result<void> parkItem(qint64 seq, const QString &reason);
    //! Everything of this run waits for a person; nothing of it is sent.
    [[nodiscard]] Result<void> refuseRun(qint64 run, const QString &reason);
    /*! One more try without success of these items, or of the create when there are none. Why is
     *  kept until the server takes or refuses something of this run. */
    [[nodiscard]] Result<void> countTry(qint64 run, const QList<qint64> &items, const QString &why);
    [[nodiscard]] Result<void> setProgress(qint64 seq, const QByteArray &progress);
    [[nodiscard]] Result<void> setModel(qint64 run, const QString &modelId);
    [[nodiscard]] Result<void> markFileSent(qint64 file);
    //! Owners of runs that have not ended.
    [[nodiscard]] Result<QStringList> openOwners();
    //! Ends the open runs of a dead owner by these items; the number of runs.
    [[nodiscard]] Result<int> endRunsOf(
        const QString &owner, const QList<NewItem> &items, qint64 nowMs);
    [[nodiscard]] Result<qint64> lastActivity(const QString &owner);

    // A person's decisions; negative sequences mean whole runs, NotFound that nothing is parked
    // there.
    //! In the order of replay.
    [[nodiscard]] Result<QList<JournalItem>> items(const JournalFilter &filter, int limit);
    [[nodiscard]] Result<QList<qint64>> parkedSequences();
    [[nodiscard]] Result<void> retryParked(qint64 sequence, qint64 nowMs);
    //! What was forgotten, of which a record without the content stays for 30 days.
    [[nodiscard]] Result<JournalItem> dropParked(qint64 sequence, qint64 nowMs);
    //! Corrects it and sends it again. InvalidInput when the server would refuse that, too.
    [[nodiscard]] Result<void> editParked(qint64 sequence, const ParkedEdit &edit, qint64 nowMs);

    [[nodiscard]] Result<JournalStatus> status();
    //! Pending counts items up to `upTo`; 0 means all.
    [[nodiscard]] Result<Settlement> settlement(const QString &localId, qint64 upTo);
    //! Server-side ids of runs with something pending or parked here.
    [[nodiscard]] Result<QStringList> unsettledRuns();
    //! Changes whenever another connection has committed.
    [[nodiscard]] Result<qint64> dataVersion();

private:
    [[nodiscard]] Result<void> openDatabase();
    [[nodiscard]] Result<void> repair(qint64 nowMs);
    [[nodiscard]] Result<void> checkVersion();
    [[nodiscard]] Result<void> checkWhole();
    [[nodiscard]] Result<QStringList> incidents();
    [[nodiscard]] Result<JournalItem> parkedItem(qint64 sequence);
    [[nodiscard]] Result<void> editRun(qint64 run, const ParkedEdit &edit);
    [[nodiscard]] Result<void> editItem(qint64 seq, const ParkedEdit &edit);
    [[nodiscard]] Result<void> editRegistration(qint64 seq, const ParkedEdit &edit, qint64 nowMs);
    [[nodiscard]] Result<void> editPath(qint64 seq, const QString &path);
    [[nodiscard]] Result<void> release(qint64 sequence);
    [[nodiscard]] Result<void> setTrouble(qint64 run, const QString &why);
    //! Corrects the tag that counts the parked items of a run which has ended on the server.
    [[nodiscard]] Result<void> recountParked(qint64 run, qint64 nowMs);
    [[nodiscard]] qint64 runOf(qint64 sequence);
    [[nodiscard]] Result<void> tidy(qint64 nowMs);
    [[nodiscard]] Result<void> setAbout(const char *key, const QString &value);
    [[nodiscard]] Result<qint64> insertItem(
        qint64 run, const NewItem &item, ItemState state, qint64 nowMs);
    [[nodiscard]] Result<void> removeItem(qint64 seq);
    [[nodiscard]] Result<QList<FileRow>> filesOf(qint64 seq);
    [[nodiscard]] Result<QList<ItemRow>> pendingItems(qint64 run, ItemKind kind);
    [[nodiscard]] Result<QList<ParkedItem>> parkedItems();
    [[nodiscard]] Result<qint64> registryLane(const QString &name, ItemKind kind, qint64 nowMs);
    [[nodiscard]] Result<QList<ItemRow>> headOfLane(qint64 lane);

    JournalFolder m_folder;
    SqliteDb m_db;
    QStringList m_garbage; // spool files to unlink once the transaction is committed
    bool m_durable = true;
    bool m_foundDamage = false;
    ProcessLock m_use; // nobody repairs the file while we have it open
};

} // namespace signalbox
