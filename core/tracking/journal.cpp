// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/journal.h"

#include "core/base/logging.h"
#include "core/tracking/replayer_report.h"
#include "core/tracking/spool.h"

#include <QtCore/QFile>
#include <QtCore/QUuid>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kPoll{1000};
constexpr std::chrono::milliseconds kRefreshPause{200};
// Above the first pair callers that can wait are asked to; above the second nothing is taken.
constexpr std::size_t kFullBytes = 16U * 1024 * 1024;
constexpr std::size_t kFullOps = 4096;
constexpr std::size_t kHardFactor = 4;
constexpr std::size_t kRowBytes = 200;

std::size_t bytesOf(const QList<NewItem> &items)
{
    std::size_t bytes = 0;
    for (const NewItem &item : items)
        bytes += static_cast<std::size_t>(item.payload.size()) + kRowBytes;
    return bytes;
}

bool isDurable(const QList<NewItem> &items)
{
    return std::any_of(items.cbegin(), items.cend(),
        [](const NewItem &item) { return item.kind != ItemKind::Batch; });
}

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(
    const QString &dir, const JournalIdentity &identity, Clock &clock)
{
    const JournalFolder folder(dir);
    if (auto prepared = folder.prepare(); !prepared)
        return prepared.failure();
    auto store = std::make_unique<JournalStore>();
    if (auto opened = store->open(folder, clock.epochMs()); !opened)
        return opened.failure();
    if (auto claimed = store->claim(identity); !claimed)
        return claimed.failure();
    // Asked here, once, so that the first answer to "what is pending" is true.
    const auto known = readKnown(*store);
    if (!known)
        return known.failure();
    return std::unique_ptr<Journal>(
        new Journal(identity, folder, known.value(), std::move(store), clock));
}

Journal::Journal(JournalIdentity identity, JournalFolder folder, Known known,
    std::unique_ptr<JournalStore> store, Clock &clock)
    : m_identity(std::move(identity))
    , m_folder(std::move(folder))
    , m_clock(clock)
    , m_owner(QUuid::createUuid().toString(QUuid::Id128))
    , m_worker(std::make_unique<JournalWorker>(std::move(store), [this] {
        QMetaObject::invokeMethod(
            this, [this] { drainDone(); }, Qt::QueuedConnection);
    }))
{
    take(known);
    poll();
}

Journal::~Journal()
{
    m_worker->stop();
    drainDone();
    QFile::remove(m_folder.report(m_owner));
    if (m_isOwner)
        m_folder.forgetOwner(m_owner);
}

void Journal::publish(const QByteArray &report)
{
    const auto written =
        read<bool>({}, [owner = m_owner, report](JournalStore &store) -> Result<bool> {
            const auto done = writeReport(store.folder(), owner, report);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    written.then(this, [](const Result<bool> &done) {
        if (!done)
            qCWarning(lcTracking) << done.error().text();
    });
}

Result<Journal::Known> Journal::readKnown(JournalStore &store)
{
    const auto status = store.status();
    if (!status)
        return status.failure();
    const auto unsettled = store.unsettledRuns();
    if (!unsettled)
        return unsettled.failure();
    return Known{status.value(), unsettled.value()};
}

Result<void> Journal::becomeOwner()
{
    if (m_isOwner)
        return {};
    const QString path = m_folder.ownerLock(m_owner);
    auto lock = ProcessLock::tryTake(path);
    if (!lock)
        return lock.failure();
    // The name is new and random, so nobody else can hold it.
    m_ownerLock = std::move(*std::move(lock).value());
    m_isOwner = true;
    return {};
}

std::optional<Failure> Journal::refusal() const
{
    if (m_worker->queuedBytes() < kHardFactor * kFullBytes
        && m_worker->queuedOps() < kHardFactor * kFullOps)
        return std::nullopt;
    return Failure(ErrorKind::Local,
        u"The journal cannot keep up: more waits to be written than fits in memory."_s,
        u"Log in larger batches, or wait for the acknowledgements."_s);
}

bool Journal::isFull() const
{
    return m_worker->queuedBytes() >= kFullBytes || m_worker->queuedOps() >= kFullOps;
}

Call<Ack> Journal::addRun(NewRun run)
{
    if (auto owner = becomeOwner(); !owner)
        return Call<Ack>::finished(owner.failure());
    run.owner = m_owner;
    JournalWorker::Op op;
    op.lane = run.localId;
    op.durable = true;
    op.bytes = static_cast<std::size_t>(run.spec.size()) + kRowBytes;
    return submit<Ack>(std::move(op), [run](JournalStore &store) -> Result<Ack> {
        const auto added = store.addRun(run);
        return added ? Result<Ack>(Ack{added.value()}) : Result<Ack>(added.failure());
    });
}

Call<Ack> Journal::addItems(const LocalRunId &run, const QList<NewItem> &items)
{
    const bool ends = !items.isEmpty() && items.last().kind == ItemKind::Finish;
    if (auto refused = refusal(); refused && !ends) // an end is small and must not be lost
        return Call<Ack>::finished(*refused);
    JournalWorker::Op op;
    op.lane = run.text();
    op.durable = isDurable(items);
    op.bytes = bytesOf(items);
    const qint64 now = m_clock.epochMs();
    m_wasFull = m_wasFull || isFull();
    return submit<Ack>(std::move(op), [run, items, now](JournalStore &store) -> Result<Ack> {
        const auto added = store.addItems(run.text(), items, now);
        return added ? Result<Ack>(Ack{added.value()}) : Result<Ack>(added.failure());
    });
}

Call<Ack> Journal::addFiles(const LocalRunId &run, const NewItem &item, Copy copy)
{
    if (auto refused = refusal())
        return Call<Ack>::finished(*refused);
    struct Copied {
        QList<SpooledFile> files;
    };
    const auto copied = std::make_shared<Copied>();
    JournalWorker::Op op;
    op.lane = run.text();
    op.durable = true;
    op.bytes = bytesOf({item});
    op.prepare = [copied, copy = std::move(copy), folder = m_folder]() -> Result<void> {
        auto files = copy(folder);
        if (!files)
            return files.failure();
        copied->files = std::move(files).value();
        return {};
    };
    const qint64 now = m_clock.epochMs();
    const auto ack =
        submit<Ack>(std::move(op), [run, item, copied, now](JournalStore &store) -> Result<Ack> {
            NewItem complete = item;
            complete.files = copied->files;
            const auto added = store.addItems(run.text(), {complete}, now);
            return added ? Result<Ack>(Ack{added.value()}) : Result<Ack>(added.failure());
        });
    ack.then(this, [this, copied](const Result<Ack> &result) {
        if (!result)
            spool::remove(m_folder, copied->files);
    });
    return ack;
}

Call<Ack> Journal::addRegistration(
    const QString &name, const NewItem &item, const QString &afterRun)
{
    JournalWorker::Op op;
    op.lane = afterRun;
    op.durable = true;
    op.bytes = bytesOf({item});
    const qint64 now = m_clock.epochMs();
    return submit<Ack>(
        std::move(op), [name, item, afterRun, now](JournalStore &store) -> Result<Ack> {
            const auto added = store.addRegistration(name, item, afterRun, now);
            return added ? Result<Ack>(Ack{added.value()}) : Result<Ack>(added.failure());
        });
}

void Journal::landed(const QString &run)
{
    if (run.isEmpty())
        return;
    m_touched.insert(run);
    const auto it = m_inFlight.find(run);
    if (--it.value() == 0)
        m_inFlight.erase(it);
}

void Journal::drainDone()
{
    bool wrote = false;
    for (const JournalWorker::Done &done : m_worker->takeDone()) {
        wrote = wrote || done.wrote;
        if (done.run)
            done.run(done.result);
    }
    if (m_wasFull && !isFull()) {
        m_wasFull = false;
        Q_EMIT roomAvailable();
    }
    if (!wrote)
        return;
    scheduleRefresh();
    Q_EMIT committed();
}

void Journal::poll()
{
    const auto asked = read<qint64>({}, [](JournalStore &store) { return store.dataVersion(); });
    asked.then(this, [this](const Result<qint64> &version) {
        const bool changed =
            version && std::exchange(m_dataVersion, version.value()) != version.value();
        if (changed) {
            scheduleRefresh();
            Q_EMIT changedElsewhere();
        }
        m_clock.callAfter(kPoll, this, [this] { poll(); });
    });
}

void Journal::scheduleRefresh()
{
    if (std::exchange(m_refreshing, true)) {
        m_refreshAgain = true;
        return;
    }
    const auto refreshed = refreshStatus();
    refreshed.then(this, [this](const Result<JournalStatus> &) {
        m_clock.callAfter(kRefreshPause, this, [this] {
            m_refreshing = false;
            if (std::exchange(m_refreshAgain, false))
                scheduleRefresh();
        });
    });
}

Call<JournalStatus> Journal::refreshStatus()
{
    // What is queued at this moment is ahead of the reading, so its runs are known afterwards.
    const QSet<QString> touched = std::exchange(m_touched, {});
    const auto known = read<Known>({}, [](JournalStore &store) { return readKnown(store); });
    Promise<JournalStatus> promise;
    known.then(this, [this, promise, touched](const Result<Known> &result) {
        if (!result) {
            m_touched.unite(touched);
            qCWarning(lcTracking) << "The journal's state could not be read:"
                                  << result.error().text();
            promise.resolve(result.failure());
            return;
        }
        take(result.value());
        promise.resolve(m_status);
        Q_EMIT statusChanged(m_status);
    });
    return promise.call();
}

void Journal::take(const Known &known)
{
    const bool elsewhere = m_status.replayerElsewhere;
    m_status = known.status;
    m_status.replayerElsewhere = elsewhere;
    m_unsettled = QSet<QString>(known.unsettled.cbegin(), known.unsettled.cend());
}

bool Journal::isSettled(const RunId &run, const LocalRunId &localId) const
{
    return !m_unsettled.contains(run.text()) && !m_touched.contains(localId.text())
        && !m_inFlight.contains(localId.text());
}

void Journal::setReplayerElsewhere(bool elsewhere)
{
    if (std::exchange(m_status.replayerElsewhere, elsewhere) != elsewhere)
        Q_EMIT statusChanged(m_status);
}

} // namespace signalbox
