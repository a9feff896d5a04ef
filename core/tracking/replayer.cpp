// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/replayer.h"

#include "core/base/logging.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/replay_verdict.h"
#include "core/tracking/replayer_report.h"
#include "core/tracking/run_replay.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kParallelRuns = 4;
constexpr std::chrono::milliseconds kFirstPause{1000};
constexpr std::chrono::milliseconds kLongestPause{30'000};
//! A connection that fails costs nobody anything, and a server that returns is soon used.
constexpr std::chrono::milliseconds kLongestPauseUnconnected{5'000};
constexpr std::chrono::milliseconds kLongestRetryAfter{300'000};
constexpr std::chrono::milliseconds kWatch{2000};
constexpr std::chrono::milliseconds kLeaseRetry{250};
constexpr std::chrono::milliseconds kPublish{500};
constexpr int kInternalError = 500;
constexpr qsizetype kMostFailed = 64; // so many in a row are no trouble of theirs

//! How a run ends whose process died without ending it.
QList<NewItem> endOfAbandonedRun(qint64 endMs)
{
    QList<NewItem> items = codec::batchItems({
        mlflow::Tag{u"signalbox.error.kind"_s, u"Abandoned"_s},
        mlflow::Tag{u"signalbox.error.message"_s,
            u"The process that recorded this run ended without finishing it."_s},
    });
    NewItem finish;
    finish.kind = ItemKind::Finish;
    finish.payload = codec::encode(codec::FinishRecord{mlflow::RunStatus::Failed, endMs});
    finish.what = u"end of the run"_s;
    items << finish;
    return items;
}

} // namespace

Replayer::Replayer(mlflow::Server &server, Journal &journal, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_journal(journal)
    , m_clock(clock)
    , m_experiments(server)
{
    connect(&m_journal, &Journal::committed, this, &Replayer::wake);
    connect(&m_journal, &Journal::changedElsewhere, this, &Replayer::wake);
    connect(&m_server.breaker(), &CircuitBreaker::stateChanged, this, &Replayer::breakerMoved);
    connect(&m_server.breaker(), &CircuitBreaker::metricsChanged, this, &Replayer::publishSoon);
    watchOthers();
    pump();
}

Replayer::~Replayer() = default;

void Replayer::wake()
{
    if (!m_backingOff)
        pump();
}

void Replayer::retryNow()
{
    m_backingOff = false;
    ++m_pauseNumber;
    m_pause = std::chrono::milliseconds(0);
    m_paused.clear();
    if (m_active.isEmpty())
        m_deadChecked = false;
    // A person, or a command that ends soon, asks: not the time to sit out the breaker's break.
    if (m_server.breaker().state() == BreakerState::Open)
        m_server.breaker().probeNow();
    pump();
}

void Replayer::breakerMoved(const Transition &transition)
{
    publishSoon();
    if (transition.to == BreakerState::Closed && m_backingOff)
        retryNow();
}

void Replayer::publishSoon()
{
    if (!m_hasReplayed || std::exchange(m_publishing, true))
        return;
    m_clock.callAfter(kPublish, this, [this] {
        m_publishing = false;
        publish();
    });
}

void Replayer::publish()
{
    ReplayerReport report;
    report.updatedMs = m_clock.epochMs();
    report.holdsLease = m_lease.has_value();
    report.breaker = m_server.breaker().snapshot();
    report.trouble = m_trouble ? m_trouble->text() : QString();
    m_journal.publish(encode(report));
}

void Replayer::watchOthers()
{
    // Takes over from a replayer that died, and notices runs whose process died.
    m_clock.callAfter(kWatch, this, [this] {
        if (m_active.isEmpty())
            m_deadChecked = false;
        wake();
        watchOthers();
    });
}

bool Replayer::takeLease()
{
    if (m_lease)
        return true;
    auto lock = ProcessLock::tryTake(m_journal.folder().replayerLock());
    if (!lock) {
        qCWarning(lcTracking) << lock.error().text();
        return false;
    }
    m_lease = std::move(lock).value();
    m_deadChecked = false;
    m_journal.setReplayerElsewhere(!m_lease);
    return m_lease.has_value();
}

void Replayer::pump()
{
    if (m_pumping) {
        m_pumpAgain = true;
        return;
    }
    if (m_backingOff)
        return;
    if (!takeLease()) {
        askForLeaseSoon();
        return;
    }
    m_pumping = true;
    m_pumpAgain = false;
    if (std::exchange(m_deadChecked, true))
        startRuns();
    else
        endDeadRuns();
}

void Replayer::askForLeaseSoon()
{
    if (std::exchange(m_askingForLease, true))
        return;
    m_clock.callAfter(kLeaseRetry, this, [this] {
        m_askingForLease = false;
        wake();
    });
}

void Replayer::endDeadRuns()
{
    const auto owners =
        m_journal.read<QStringList>({}, [](JournalStore &store) -> Result<QStringList> {
            auto open = store.openOwners();
            if (!open)
                return open;
            open.value().removeIf(
                [&store](const QString &owner) { return !store.folder().isOwnerDead(owner); });
            return open;
        });
    owners.then(this, [this](const Result<QStringList> &dead) {
        if (dead && !dead.value().isEmpty())
            endRunsOf(dead.value());
        else
            startRuns();
    });
}

void Replayer::endRunsOf(const QStringList &owners)
{
    const auto ended = m_journal.transact<int>([owners](JournalStore &store) -> Result<int> {
        int runs = 0;
        for (const QString &owner : owners) {
            const auto last = store.lastActivity(owner);
            if (!last)
                return last.failure();
            const auto some = store.endRunsOf(owner, endOfAbandonedRun(last.value()), last.value());
            if (!some)
                return some;
            runs += some.value();
            store.folder().forgetOwner(owner);
        }
        return runs;
    });
    ended.then(this, [this](const Result<int> &runs) {
        if (runs && runs.value() > 0)
            qCInfo(lcTracking) << "Ended" << runs.value() << "runs of processes that died.";
        startRuns();
    });
}

void Replayer::startRuns()
{
    const int limit = 2 * kParallelRuns + static_cast<int>(m_paused.size() + m_failed.size());
    const auto rows = m_journal.read<QList<RunRow>>(
        {}, [limit](JournalStore &store) { return store.runsToReplay(limit); });
    rows.then(this, [this](const Result<QList<RunRow>> &result) {
        m_pumping = false;
        if (!result) {
            backOff(result.error());
            return;
        }
        const qsizetype slots = m_probing ? 1 : kParallelRuns;
        QList<RunRow> candidates = result.value();
        // The trouble may be of the runs that met it, so others go first, then the longest ago.
        std::stable_sort(
            candidates.begin(), candidates.end(), [this](const RunRow &a, const RunRow &b) {
                return m_failed.indexOf(a.id) < m_failed.indexOf(b.id);
            });
        for (const RunRow &row : std::as_const(candidates)) {
            if (m_active.size() < slots && !m_active.contains(row.id) && !isPaused(row.id))
                launch(row);
        }
        if (m_pumpAgain) {
            pump();
        } else if (m_active.isEmpty()) {
            // Free for the process that logs next, which then need not wait for us.
            m_lease.reset();
        }
        Q_EMIT looked();
    });
}

void Replayer::launch(const RunRow &run)
{
    auto *replay = new RunReplay(m_server, m_journal, m_experiments, run.id, this);
    m_active.insert(run.id, replay);
    m_hasReplayed = true;
    connect(replay, &RunReplay::linked, this, &Replayer::linked);
    connect(replay, &RunReplay::parked, this, &Replayer::parked);
    connect(replay, &RunReplay::registered, this, &Replayer::registered);
    connect(replay, &RunReplay::advanced, this, [this] {
        m_pause = std::chrono::milliseconds(0);
        m_probing = false;
        m_trouble.reset();
    });
    const auto call = replay->start();
    call.then(this, [this, replay, id = run.id](const Result<void> &result) {
        replay->deleteLater();
        ended(id, result);
    });
}

QSet<qint64> Replayer::sending() const
{
    QSet<qint64> sequences;
    for (const RunReplay *replay : m_active)
        sequences.unite(replay->sending());
    return sequences;
}

void Replayer::ended(qint64 run, const Result<void> &result)
{
    m_active.remove(run);
    if (result) {
        m_paused.remove(run);
        m_failed.removeOne(run);
        Q_EMIT runDrained();
    } else if (result.error().httpStatus == kInternalError) {
        pauseRun(run, result.error());
    } else {
        m_failed.removeOne(run);
        if (m_failed.size() == kMostFailed)
            m_failed.clear();
        m_failed.append(run);
        backOff(result.error());
    }
    if (m_backingOff && m_active.isEmpty() && !m_pumping)
        m_lease.reset(); // another process may have better luck meanwhile
    wake();
}

void Replayer::backOff(const Error &error)
{
    qCInfo(lcTracking) << "The journal waits:" << error.text();
    if (!isHeldBack(error) || !m_trouble)
        m_trouble = error; // the words of who holds it back say less than the reason for that
    m_probing = true;
    if (!std::exchange(m_backingOff, true)) {
        const auto longest = isUnconnected() ? kLongestPauseUnconnected : kLongestPause;
        m_pause = std::clamp(2 * m_pause, kFirstPause, longest);
        wakeAfterPause();
    }
    Q_EMIT waiting(error);
}

void Replayer::pauseRun(qint64 run, const Error &error)
{
    qCInfo(lcTracking) << "A run waits:" << error.text();
    m_trouble = error;
    publishSoon();
    RunPause &pause = m_paused[run];
    pause.length = std::clamp(2 * pause.length, kFirstPause, kLongestPause);
    pause.until = m_clock.now() + pause.length;
    m_clock.callAfter(pause.length, this, [this] { wake(); });
    Q_EMIT waiting(error);
}

bool Replayer::isPaused(qint64 run) const
{
    const auto pause = m_paused.constFind(run);
    return pause != m_paused.cend() && m_clock.now() < pause->until;
}

void Replayer::wakeAfterPause()
{
    std::chrono::milliseconds pause = m_pause;
    if (m_trouble && m_trouble->retryAfter)
        pause = std::clamp(*m_trouble->retryAfter, pause, kLongestRetryAfter);
    m_pauseEnd = m_clock.now() + pause;
    m_clock.callAfter(pause, this, [this, number = ++m_pauseNumber] {
        if (number != m_pauseNumber)
            return;
        m_backingOff = false;
        if (m_server.breaker().state() == BreakerState::Open && isUnconnected())
            m_server.breaker().probeNow();
        pump();
    });
}

//! Then asking again costs nothing, so that the breaker's break is not sat out.
bool Replayer::isUnconnected() const
{
    return m_trouble && m_trouble->kind == ErrorKind::Network;
}

std::optional<std::chrono::milliseconds> Replayer::nextProbe() const
{
    if (!m_backingOff || !isUnconnected())
        return std::nullopt;
    return std::max(std::chrono::milliseconds(0),
        std::chrono::ceil<std::chrono::milliseconds>(m_pauseEnd - m_clock.now()));
}

} // namespace signalbox
