// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/connector.h"

#include "core/tracking/flush_watch.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"
#include "core/tracking/registration.h"
#include "core/tracking/replayer.h"
#include "core/tracking/run_session_state.h"
#include "core/tracking/sync_waiters.h"
#include "core/tracking/version_creator.h"

#include <QtCore/QUuid>

#include <exception>

using namespace Qt::StringLiterals;

namespace signalbox {

Result<std::unique_ptr<Connector>> Connector::open(mlflow::Server &server,
    const QString &journalDir, const JournalIdentity &identity, Clock &clock)
{
    auto journal = Journal::open(journalDir, identity, clock);
    if (!journal)
        return journal.failure();
    return std::unique_ptr<Connector>(new Connector(server, std::move(journal).value(), clock));
}

Connector::Connector(mlflow::Server &server, std::unique_ptr<Journal> journal, Clock &clock)
    : m_server(server)
    , m_clock(clock)
    , m_journal(std::move(journal))
    , m_replayer(std::make_unique<Replayer>(server, *m_journal, clock))
    , m_waiters(std::make_unique<SyncWaiters>(*m_journal))
{
    connect(m_journal.get(), &Journal::statusChanged, this, &Connector::journalChanged);
    connect(m_journal.get(), &Journal::roomAvailable, this, &Connector::roomAvailable);
    connect(m_journal.get(), &Journal::changedElsewhere, this, &Connector::learnLinks);
    connect(m_journal.get(), &Journal::changedElsewhere, this, &Connector::checkWaiting);
    connect(m_replayer.get(), &Replayer::runDrained, this, &Connector::checkWaiting);
    connect(m_replayer.get(), &Replayer::parked, this, &Connector::itemParked);
    connect(m_replayer.get(), &Replayer::registered, this, &Connector::versionRegistered);
    connect(m_replayer.get(), &Replayer::linked, this, &Connector::adoptLink);
}

Connector::~Connector()
{
    Q_EMIT aboutToShutDown();
    for (const auto &session : sessions()) {
        if (session->live)
            end(session, u"The program closed its connection before the run had ended."_s);
    }
    // The replayer's steps use the journal, which then commits what is queued.
    m_replayer.reset();
    m_waiters.reset();
    m_journal.reset();
}

void Connector::end(const std::shared_ptr<SessionState> &session, const QString &reason)
{
    const auto ended = RunSession(session).finish(RunOutcome::killed(reason));
    Q_UNUSED(ended)
}

QList<std::shared_ptr<Connector::SessionState>> Connector::sessions() const
{
    QList<std::shared_ptr<SessionState>> alive;
    for (const auto &weak : m_sessions) {
        if (auto state = weak.lock())
            alive << state;
    }
    return alive;
}

RunSession Connector::startRun(const RunSpec &spec)
{
    NewRun run;
    run.localId = QUuid::createUuid().toString(QUuid::Id128);
    run.parent = spec.parent.text();
    run.title = spec.name.isEmpty() ? run.localId.left(8) : spec.name;
    run.startMs = m_clock.epochMs();
    run.spec = codec::encode(
        codec::RunRecord{spec.experiment, spec.name, spec.tags, spec.parentOnServer.text()});
    auto state = std::make_shared<SessionState>();
    state->connector = this;
    state->link.localId = LocalRunId(run.localId);
    state->exceptions = std::uncaught_exceptions();
    m_sessions.removeIf([](const auto &entry) { return entry.value().expired(); });
    m_sessions.insert(state->link.localId, state);
    // A failure shows in every later call: they find no such run.
    const auto added = m_journal->addRun(run);
    Q_UNUSED(added)
    return RunSession(state);
}

Call<Ack> Connector::addRegisteredModel(const NewRegisteredModel &model)
{
    const auto item = registration::itemOf(codec::RegisteredModelRecord{
        model.name, model.description, model.tags, operationOf(model.operation)});
    return item ? m_journal->addRegistration(model.name, item.value(), {})
                : Call<Ack>::finished(item.failure());
}

Call<Ack> Connector::addModelVersion(const NewModelVersion &version)
{
    const codec::VersionRecord record{version.name, version.source, version.runId.text(),
        version.modelId.text(), version.description, version.tags, version.artifact,
        operationOf(version.operation)};
    const auto made = registration::itemOf(record, !version.run.isEmpty());
    if (!made)
        return Call<Ack>::finished(made.failure());
    NewItem item = made.value();
    // Whoever brings the operation has tried it: look before sending it again.
    codec::ModelProgress progress;
    progress.attempted = !version.operation.isEmpty();
    if (progress.attempted)
        item.progress = codec::encode(progress);
    return m_journal->addRegistration(version.name, item, version.run.text());
}

Call<Ack> Connector::addExperiment(const QString &name, const mlflow::TagList &tags)
{
    const auto item = registration::itemOf(codec::ExperimentRecord{name, tags});
    return item ? m_journal->addRegistration(name, item.value(), {})
                : Call<Ack>::finished(item.failure());
}

void Connector::adoptLink(const RunLink &link)
{
    if (const auto session = m_sessions.value(link.localId).lock())
        session->link = link;
    m_linked.insert(link.runId, link.localId);
    Q_EMIT runLinked(link);
}

void Connector::learnLinks()
{
    // Another process replays: its commits tell us the server's ids of our runs.
    for (const auto &session : sessions()) {
        if (!session->link.runId.isEmpty())
            continue;
        const auto asked = m_journal->read<Settlement>(
            session->link.localId, [run = session->link.localId.text()](JournalStore &store) {
                return store.settlement(run, 0);
            });
        asked.then(this, [this](const Result<Settlement> &result) {
            if (result && result->run.phase == RunPhase::Linked)
                adoptLink(linkOf(result->run));
        });
    }
}

void Connector::checkWaiting()
{
    m_waiters->check();
}

Call<RunLink> Connector::synced(const LocalRunId &run)
{
    return m_waiters->wait(run);
}

JournalStatus Connector::journalStatus() const
{
    return m_journal->status();
}

Call<RunStanding> Connector::standing(const LocalRunId &run)
{
    const auto asked = m_journal->read<Settlement>(
        run, [run = run.text()](JournalStore &store) { return store.settlement(run, 0); });
    Promise<RunStanding> promise;
    asked.then(this, [promise](const Result<Settlement> &result) {
        if (!result) {
            promise.resolve(result.failure());
            return;
        }
        const Settlement &found = result.value();
        // Where the run itself was refused, its items only wait for it and have no reason.
        const QString &reason =
            found.run.refusal.isEmpty() ? found.parkedReason : found.run.refusal;
        promise.resolve(RunStanding{RunId(found.run.runId), found.pending, found.pendingPoints,
            found.parked, found.parkedPoints, reason});
    });
    return promise.call();
}

bool Connector::isSettled(const RunId &run) const
{
    return m_journal->isSettled(run, m_linked.value(run));
}

bool Connector::isJournalFull() const
{
    return m_journal->isFull();
}

Call<JournalStatus> Connector::flush(std::chrono::milliseconds limit)
{
    m_replayer->retryNow();
    return FlushWatch::start(*m_journal, *m_replayer, m_clock, limit);
}

std::optional<std::chrono::milliseconds> Connector::nextProbe() const
{
    return m_replayer->nextProbe();
}

std::optional<Error> Connector::replayTrouble() const
{
    return m_replayer->trouble();
}

Call<void> Connector::shutDown(const QString &reason, std::chrono::milliseconds limit)
{
    Q_EMIT aboutToShutDown();
    for (const auto &session : sessions()) {
        if (session->live)
            end(session, reason);
    }
    Promise<void> promise;
    const auto flushed = flush(limit);
    const Clock::TimePoint end = m_clock.now() + limit;
    flushed.then(this, [this, promise, end](const Result<JournalStatus> &result) {
        const Result<void> outcome = result ? Result<void>() : Result<void>(result.failure());
        awaitWrites(promise, outcome, end);
    });
    return promise.call();
}

//! What was cancelled may still be taking itself back, such as a file that went in parts.
void Connector::awaitWrites(
    const Promise<void> &promise, const Result<void> &outcome, Clock::TimePoint end)
{
    RestClient *client = &m_server.client();
    const auto isDone = [client] {
        const QueueLane writes = client->queueStatus().logging;
        return writes.waiting + writes.running == 0;
    };
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - m_clock.now());
    if (isDone() || left.count() <= 0) {
        promise.resolve(outcome);
        return;
    }
    connect(client, &RestClient::queueChanged, this, [promise, outcome, isDone] {
        if (isDone())
            promise.resolve(outcome);
    });
    m_clock.callAfter(left, this, [promise, outcome] { promise.resolve(outcome); });
}

} // namespace signalbox
