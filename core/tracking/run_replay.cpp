// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/run_replay.h"

#include "core/tracking/item_codec.h"
#include "core/tracking/registry_sender.h"
#include "core/tracking/replay_verdict.h"
#include "core/tracking/run_creator.h"

#include <QtCore/QFileInfo>

#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr QStringView kUnreadable = u"The journal's record of it cannot be read.";

} // namespace

RunReplay::RunReplay(mlflow::Server &server, Journal &journal, ExperimentResolver &experiments,
    qint64 run, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_journal(journal)
    , m_experiments(experiments)
    , m_run(run)
{
}

Call<void> RunReplay::start()
{
    next();
    return m_promise.call();
}

RunLink RunReplay::link() const
{
    const RunRow &run = m_chunk.run;
    return {LocalRunId(run.localId), RunId(run.runId), ExperimentId(run.experimentId),
        run.artifactUri, LoggedModelId(run.modelId)};
}

QList<qint64> RunReplay::sequences() const
{
    QList<qint64> sequences;
    for (const ItemRow &item : m_chunk.items)
        sequences << item.seq;
    return sequences;
}

QSet<qint64> RunReplay::sending() const
{
    if (m_chunk.run.id != 0 && m_chunk.needsCreate())
        return {-m_run};
    const QList<qint64> items = sequences();
    return {items.cbegin(), items.cend()};
}

void RunReplay::fail(const Error &error)
{
    // Nothing was tried when it was held back, or the journal itself failed.
    const bool tried = !isHeldBack(error) && error.kind != ErrorKind::Local;
    if (tried && m_chunk.run.id != 0)
        countTry(error);
    m_promise.resolve(Failure(error));
}

void RunReplay::countTry(const Error &error)
{
    const auto counted = m_journal.transact<bool>(
        [run = m_run, items = sequences(), why = error.text()](
            JournalStore &store) -> Result<bool> {
            const auto done = store.countTry(run, items, why);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        },
        false);
    Q_UNUSED(counted)
}

void RunReplay::next()
{
    if (m_step)
        m_step->deleteLater();
    m_step = nullptr;
    const auto chunk = m_journal.read<Chunk>(
        {}, [run = m_run](JournalStore &store) { return store.nextChunk(run); });
    chunk.then(this, [this](const Result<Chunk> &result) {
        if (result)
            handle(result.value());
        else
            fail(result.error());
    });
}

void RunReplay::handle(const Chunk &chunk)
{
    m_chunk = chunk;
    if (chunk.run.id != 0 && chunk.needsCreate()) {
        create();
        return;
    }
    if (chunk.items.isEmpty()) {
        m_promise.resolve(Result<void>());
        return;
    }
    switch (chunk.items.first().kind) {
    case ItemKind::Batch:
        sendBatch();
        return;
    case ItemKind::Inputs:
        sendInputs();
        return;
    case ItemKind::File:
        sendFile();
        return;
    case ItemKind::Model:
        sendModel();
        return;
    case ItemKind::Finish:
        sendFinish();
        return;
    case ItemKind::RegisterModel:
    case ItemKind::RegisterVersion:
    case ItemKind::CreateExperiment:
        sendRegistration();
        return;
    }
    parkItem(kUnreadable.toString());
}

void RunReplay::create()
{
    auto *creator = new RunCreator(m_server, m_experiments, m_journal, m_chunk.run, this);
    m_step = creator;
    const auto call = creator->start();
    call.then(this, [this](const Result<mlflow::RunInfo> &info) { created(info); });
}

void RunReplay::created(const Result<mlflow::RunInfo> &result)
{
    if (!result) {
        // Local is the journal's own trouble; the server has not refused anything.
        const bool refused =
            result.error().kind != ErrorKind::Local && verdictOf(result.error()) == Verdict::Park;
        if (refused)
            refuseRun(result.error().text());
        else
            fail(result.error());
        return;
    }
    m_chunk.run.runId = result->id.text();
    m_chunk.run.experimentId = result->experimentId.text();
    m_chunk.run.artifactUri = result->artifactUri;
    Q_EMIT advanced();
    const auto linkedRun = m_journal.transact<bool>([run = m_chunk.run](JournalStore &store) {
        const auto done = store.link(run.id, run.runId, run.experimentId, run.artifactUri);
        return done ? Result<bool>(true) : Result<bool>(done.failure());
    });
    linkedRun.then(this, [this](const Result<bool> &done) {
        if (!done) {
            fail(done.error());
            return;
        }
        Q_EMIT linked(link());
        next();
    });
}

void RunReplay::sendBatch()
{
    if (!mayArriveInAnyOrder())
        m_chunk.items.removeIf([](const ItemRow &item) { return item.batch > 0; });
    QList<QByteArrayList> batches(m_chunk.items.last().batch + 1);
    for (const ItemRow &item : std::as_const(m_chunk.items))
        batches[item.batch] << item.payload;
    auto *sender = new BatchSender(m_server, runId(), this);
    m_step = sender;
    connect(sender, &BatchSender::arrived, this, &RunReplay::settleBatch);
    const auto call = sender->send(batches);
    call.then(this, [this](const Result<BatchOutcome> &outcome) { batchSent(outcome); });
}

bool RunReplay::mayArriveInAnyOrder()
{
    if (m_chunk.items.last().batch == 0)
        return true;
    if (m_server.info())
        return m_server.info()->sortsHistory();
    if (!std::exchange(m_askedServer, true)) {
        const auto learning = m_server.connectToServer(); // for the next chunk
        Q_UNUSED(learning)
    }
    return false;
}

void RunReplay::settleBatch(int batch)
{
    QList<qint64> arrived;
    for (const ItemRow &item : std::as_const(m_chunk.items)) {
        if (item.batch == batch)
            arrived << item.seq;
    }
    m_chunk.items.removeIf([batch](const ItemRow &item) { return item.batch == batch; });
    Q_EMIT advanced();
    // Sending again is harmless, so that an arrival may be forgotten by a power cut.
    const auto settled = m_journal.transact<QList<Refusal>>(
        [run = m_run, arrived](JournalStore &store) { return store.settle(run, arrived, {}); },
        false);
    settled.then(this, [this](const Result<QList<Refusal>> &result) {
        if (!result)
            fail(result.error());
    });
}

void RunReplay::batchSent(const Result<BatchOutcome> &result)
{
    if (!result) {
        fail(result.error());
        return;
    }
    if (result->isUnreadable) {
        m_chunk.items.removeIf(
            [](const ItemRow &item) { return codec::decodeEntries(item.payload).has_value(); });
        parkItem(kUnreadable.toString());
        return;
    }
    if (!result->runRefusal.isEmpty()) {
        refuseRun(result->runRefusal);
        return;
    }
    QList<Refusal> refusals;
    for (const BatchOutcome::Refused &refused : result->refused) {
        const NewItem item = codec::batchItems({refused.entry}).first();
        refusals.append({ItemKind::Batch, item.payload, item.what, refused.reason, 0, item.metrics,
            item.params, item.tags, item.bytes});
    }
    if (m_chunk.items.isEmpty()) {
        next();
        return;
    }
    record([run = m_run, arrived = sequences(), refusals](
               JournalStore &store) { return store.settle(run, arrived, refusals); });
}

void RunReplay::sendInputs()
{
    const auto inputs = codec::decodeInputs(m_chunk.items.first().payload);
    if (!inputs) {
        parkItem(kUnreadable.toString());
        return;
    }
    const auto call = m_server.runs.logInputs(runId(), *inputs);
    call.then(this, [this](const Result<void> &result) { itemSent(result); });
}

void RunReplay::sendFile()
{
    const ItemRow &item = m_chunk.items.first();
    const SpooledFile file = item.files.isEmpty() ? SpooledFile() : item.files.first().file;
    const QString copy = m_journal.folder().spool(file.spool);
    if (file.spool.isEmpty() || QFileInfo(copy).size() != file.size) {
        parkItem(u"The journal's copy of the file is gone or damaged."_s);
        return;
    }
    const auto call = m_server.artifacts.upload(m_chunk.run.artifactUri, file.path, copy);
    call.then(this, [this](const Result<void> &result) { itemSent(result); });
}

void RunReplay::sendModel()
{
    auto *upload = new ModelUpload(m_server, m_journal, m_chunk.run, m_chunk.items.first(), this);
    m_step = upload;
    const auto call = upload->start();
    call.then(this, [this](const Result<ModelOutcome> &outcome) {
        if (!outcome) {
            fail(outcome.error());
        } else if (!outcome->refusal.isEmpty()) {
            parkItem(outcome->refusal);
        } else {
            m_chunk.run.modelId = outcome->id.text();
            Q_EMIT linked(link());
            forgetItems();
        }
    });
}

void RunReplay::sendRegistration()
{
    const ItemRow &item = m_chunk.items.first();
    auto *sender = new RegistrySender(m_server, m_journal, m_experiments, item, this);
    m_step = sender;
    const auto call = sender->start();
    call.then(this, [this, sender, seq = item.seq](const Result<void> &result) {
        if (result && !sender->version().version.isEmpty())
            Q_EMIT registered(seq, sender->version());
        itemSent(result);
    });
}

void RunReplay::sendFinish()
{
    if (m_chunk.parked == 0) {
        sendEnd();
        return;
    }
    // Whoever looks at the run on the server should see that it is not complete.
    const mlflow::Tag tag{u"signalbox.parked"_s, QString::number(m_chunk.parked)};
    const auto call = m_server.runs.setTag(runId(), tag);
    call.then(this, [this](const Result<void> &result) {
        if (!result && verdictOf(result.error()) == Verdict::Wait)
            fail(result.error());
        else
            sendEnd();
    });
}

void RunReplay::sendEnd()
{
    const auto finish = codec::decodeFinish(m_chunk.items.first().payload);
    if (!finish) {
        parkItem(kUnreadable.toString());
        return;
    }
    mlflow::RunUpdate update;
    update.id = runId();
    update.status = finish->status;
    update.endTime = finish->endMs;
    const auto call = m_server.runs.update(update);
    call.then(this, [this](const Result<mlflow::RunInfo> &info) {
        itemSent(info ? Result<void>() : Result<void>(info.failure()));
    });
}

void RunReplay::itemSent(const Result<void> &result)
{
    if (result)
        forgetItems();
    else if (verdictOf(result.error()) == Verdict::Park)
        parkItem(result.error().text());
    else
        fail(result.error());
}

void RunReplay::forgetItems()
{
    record([run = m_run, arrived = sequences()](
               JournalStore &store) { return store.settle(run, arrived, {}); });
}

void RunReplay::parkItem(const QString &reason)
{
    Refusal refusal;
    refusal.seq = m_chunk.items.first().seq;
    refusal.what = m_chunk.items.first().what;
    refusal.reason = reason;
    record([refusal](JournalStore &store) -> Result<QList<Refusal>> {
        const auto done = store.parkItem(refusal.seq, refusal.reason);
        return done ? Result<QList<Refusal>>(QList<Refusal>{refusal})
                    : Result<QList<Refusal>>(done.failure());
    });
}

void RunReplay::refuseRun(const QString &reason)
{
    Refusal refusal;
    refusal.seq = -m_run;
    refusal.what = u"run "_s % m_chunk.run.title;
    refusal.reason = reason;
    record([run = m_run, refusal](JournalStore &store) -> Result<QList<Refusal>> {
        const auto done = store.refuseRun(run, refusal.reason);
        return done ? Result<QList<Refusal>>(QList<Refusal>{refusal})
                    : Result<QList<Refusal>>(done.failure());
    });
}

void RunReplay::record(Work work, bool durable)
{
    Q_EMIT advanced();
    const auto recorded = m_journal.transact<QList<Refusal>>(std::move(work), durable);
    recorded.then(this, [this](const Result<QList<Refusal>> &result) {
        if (!result) {
            fail(result.error());
            return;
        }
        for (const Refusal &refusal : result.value())
            Q_EMIT parked(
                {refusal.seq, LocalRunId(m_chunk.run.localId), refusal.what, refusal.reason});
        next();
    });
}

} // namespace signalbox
