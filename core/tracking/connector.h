// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/journal_types.h"
#include "core/tracking/register_model.h"
#include "core/tracking/replayer_report.h"
#include "core/tracking/run_session.h"

#include <QtCore/QHash>
#include <QtCore/QObject>

#include <functional>
#include <memory>
#include <optional>

namespace signalbox {

class Journal;
class JournalStore;
class Replayer;
class SyncWaiters;

struct RunSpec {
    QString experiment; //!< By name; created when missing, restored never.
    QString name;
    mlflow::TagList tags{};
    LocalRunId parent{}; //!< A run of this journal; becomes `mlflow.parentRunId`.
    RunId parentOnServer{}; //!< Or one that the server knows already.
};

struct ConnectorHealth {
    bool reachable = false;
    mlflow::ServerInfo server;
    std::chrono::milliseconds latency{0};
    BreakerSnapshot breaker;
    JournalStatus journal;
    std::optional<Error> error; //!< Why it is not reachable.
    std::optional<ReplayerReport> replayer{}; //!< Of another process that replays this journal.
};

/*! The one door for every write to MLflow: runs through the journal, registry operations directly
 *  with the breaker around each attempt. Acknowledged means committed to the journal on this disk:
 *  it reaches the server whatever happens to the process (core/README.md says what a power cut
 * costs). One instance per server profile, shared by reference; not a global. Lives in the main
 * thread; owned by the composition root. */
class Connector final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Connector)

public:
    /*! `journalDir` is this identity's folder, created with mode 0700. Fails when it cannot be
     *  written, lies on a network file system or is damaged. */
    [[nodiscard]] static Result<std::unique_ptr<Connector>> open(mlflow::Server &server,
        const QString &journalDir, const JournalIdentity &identity, Clock &clock = systemClock());
    ~Connector() override;

    [[nodiscard]] mlflow::Server &server() { return m_server; }

    //! A run that exists from now on, on the server as soon as it can be reached.
    [[nodiscard]] RunSession startRun(const RunSpec &spec);

    /*! Registered models and versions that exist from now on, on the server as soon as it can be
     *  reached, each once; in their order, and a version after the run that it comes from. The
     *  acknowledgement's sequence is the one that `versionRegistered` names. */
    [[nodiscard]] Call<Ack> addRegisteredModel(const NewRegisteredModel &model);
    [[nodiscard]] Call<Ack> addModelVersion(const NewModelVersion &version);
    /*! The same for an experiment without a run; done when there is one of that name, which gets
     *  the tags. An experiment that a run names needs no call. */
    [[nodiscard]] Call<Ack> addExperiment(const QString &name, const mlflow::TagList &tags = {});

    // Registry: online only. Creates are sent once and looked up by their operation tag after an
    // ambiguous failure, so that a lost reply never makes a second version.
    [[nodiscard]] Call<mlflow::ModelVersion> registerModel(const RegisterModel &request);
    [[nodiscard]] Call<mlflow::ModelVersion> transitionModelVersionStage(
        const QString &name, const QString &version, const QString &stage, bool archiveExisting);
    [[nodiscard]] Call<mlflow::ModelVersion> modelVersion(
        const QString &name, const QString &version);
    [[nodiscard]] Call<void> setAlias(
        const QString &name, const QString &alias, const QString &version);
    [[nodiscard]] Call<void> deleteAlias(const QString &name, const QString &alias);
    [[nodiscard]] Call<void> setVersionTag(
        const QString &name, const QString &version, const mlflow::Tag &tag);
    [[nodiscard]] Call<void> deleteVersionTag(
        const QString &name, const QString &version, const QString &key);
    [[nodiscard]] Call<void> setModelTag(const QString &name, const mlflow::Tag &tag);
    [[nodiscard]] Call<void> deleteModelTag(const QString &name, const QString &key);
    [[nodiscard]] Call<void> deleteModelVersion(const QString &name, const QString &version);

    //! Conflict when the name exists.
    [[nodiscard]] Call<mlflow::RegisteredModel> createModel(const NewRegisteredModel &model);
    [[nodiscard]] Call<void> deleteModel(const QString &name);

    // Experiments, online. Created once: after a lost reply it is looked up by its name.
    [[nodiscard]] Call<ExperimentId> createExperiment(
        const QString &name, const mlflow::TagList &tags = {});
    [[nodiscard]] Call<void> renameExperiment(const ExperimentId &id, const QString &name);
    [[nodiscard]] Call<void> deleteExperiment(const ExperimentId &id);
    [[nodiscard]] Call<void> restoreExperiment(const ExperimentId &id);
    [[nodiscard]] Call<void> setExperimentTag(const ExperimentId &id, const mlflow::Tag &tag);

    // Edits of existing runs, online.
    [[nodiscard]] Call<void> renameRun(const RunId &id, const QString &name);
    [[nodiscard]] Call<void> deleteRun(const RunId &id);
    [[nodiscard]] Call<void> restoreRun(const RunId &id);
    [[nodiscard]] Call<void> setRunTag(const RunId &id, const mlflow::Tag &tag);
    [[nodiscard]] Call<void> deleteRunTag(const RunId &id, const QString &key);
    //! Sends one file to a run that exists on the server; safe to repeat.
    [[nodiscard]] Call<void> putArtifact(
        const RunId &id, const QString &path, const QString &localFile);

    [[nodiscard]] Call<mlflow::Page<mlflow::Run>> searchRuns(const mlflow::RunQuery &query);
    //! Never fails: unreachable is an answer too.
    [[nodiscard]] Call<ConnectorHealth> health();

    [[nodiscard]] JournalStatus journalStatus() const; //!< Last known; local, at once.
    //! The same for one run, exact: behind everything that it has logged so far.
    [[nodiscard]] Call<RunStanding> standing(const LocalRunId &run);
    //! Why the journal waits, after the last try failed; empty while all is well.
    [[nodiscard]] std::optional<Error> replayTrouble() const;
    //! When the journal asks the server again although the breaker may be open, if it will.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextProbe() const;
    //! What another living process that replays this journal says; reads a few small files.
    [[nodiscard]] std::optional<ReplayerReport> replayerElsewhere() const;
    //! Replays until nothing is pending or `limit` passed; resolves with what is left.
    [[nodiscard]] Call<JournalStatus> flush(std::chrono::milliseconds limit);
    /*! True when nothing of this server-side run is pending or parked here: the barrier before
     *  gates read values. */
    [[nodiscard]] bool isSettled(const RunId &run) const;
    //! True while callers that can wait should; `roomAvailable` follows.
    [[nodiscard]] bool isJournalFull() const;
    /*! What waits here and what the server refused, in the order of replay. Local, a fresh answer
     *  from the disk; `journalChanged` says when to ask again. */
    [[nodiscard]] Call<QList<JournalItem>> journalItems(
        const JournalFilter &filter = {}, int limit = 200);
    /*! A person's decisions about parked items, by their sequences: send them again, forget them,
     * or correct one and send it again. All or nothing; NotFound when one is not parked (any more).
     *  A whole run (negative sequence) includes what is held behind it. */
    [[nodiscard]] Call<void> retryParked(qint64 sequence);
    [[nodiscard]] Call<void> dropParked(qint64 sequence);
    [[nodiscard]] Call<void> retryParked(const QList<qint64> &sequences);
    //! What was forgotten; the journal keeps a record of it without the content for 30 days.
    [[nodiscard]] Call<QList<JournalItem>> dropParked(const QList<qint64> &sequences);
    [[nodiscard]] Call<int> retryAllParked(); //!< How many.
    [[nodiscard]] Call<QList<JournalItem>> dropAllParked();
    //! InvalidInput when it cannot be edited or would be refused again for its form.
    [[nodiscard]] Call<void> editParked(qint64 sequence, const ParkedEdit &edit);
    /*! For SIGTERM: commits finish(KILLED) for every live run, replays and lets writes on their way
     *  end for at most `limit`. */
    [[nodiscard]] Call<void> shutDown(const QString &reason, std::chrono::milliseconds limit);

Q_SIGNALS:
    //! Journal content changed; coalesced to a few per second.
    void journalChanged(const signalbox::JournalStatus &status);
    //! The server has created the run; once more when a model of it is complete.
    void runLinked(const signalbox::RunLink &link);
    //! A version of addModelVersion() is on the server; this process has sent it.
    void versionRegistered(qint64 sequence, const signalbox::mlflow::ModelVersion &version);
    //! Live runs are about to be ended: log now what is still held back.
    void aboutToShutDown();
    //! The journal's queue was full and has room again.
    void roomAvailable();
    //! The server refused an item for good.
    void itemParked(const signalbox::ParkedItem &item);

private:
    friend class RunSession;
    using SessionState = RunSession::State;
    Connector(mlflow::Server &server, std::unique_ptr<Journal> journal, Clock &clock);
    [[nodiscard]] Call<RunLink> synced(const LocalRunId &run);
    void end(const std::shared_ptr<SessionState> &session, const QString &reason);
    template <typename T>
    [[nodiscard]] Call<T> decide(std::function<Result<T>(JournalStore &, qint64 nowMs)> decision);
    [[nodiscard]] Call<void> withoutValue(const Call<bool> &decided);
    void adoptLink(const RunLink &link);
    void learnLinks();
    void checkWaiting();
    void awaitWrites(
        const Promise<void> &promise, const Result<void> &outcome, Clock::TimePoint end);
    [[nodiscard]] QList<std::shared_ptr<SessionState>> sessions() const;

    mlflow::Server &m_server;
    Clock &m_clock;
    std::unique_ptr<Journal> m_journal;
    std::unique_ptr<Replayer> m_replayer;
    std::unique_ptr<SyncWaiters> m_waiters;
    QHash<LocalRunId, std::weak_ptr<SessionState>> m_sessions;
    QHash<RunId, LocalRunId> m_linked; // runs of this process, also after their sessions
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::RunLink)
