// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/batch_sender.h"

#include "core/tracking/replay_verdict.h"

#include <QtCore/QHash>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! The server always has one to work on; more only fight for the lock of a server of one process.
constexpr std::size_t kAtOnce = 2;

//! Without what a later entry overwrites: the server refuses or mixes up repeated keys.
QList<codec::Entry> withoutRepeats(const QList<codec::Entry> &entries)
{
    QHash<QString, qsizetype> lastTag;
    QHash<QString, QString> params;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        if (const auto *tag = std::get_if<mlflow::Tag>(&entries.at(i)))
            lastTag.insert(tag->key, i);
    }
    QList<codec::Entry> kept;
    kept.reserve(entries.size());
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const codec::Entry &entry = entries.at(i);
        if (const auto *tag = std::get_if<mlflow::Tag>(&entry); tag && lastTag.value(tag->key) != i)
            continue;
        if (const auto *param = std::get_if<mlflow::Param>(&entry)) {
            const auto known = params.constFind(param->key);
            if (known != params.cend() && *known == param->value)
                continue;
            params.insert(param->key, param->value);
        }
        kept << entry;
    }
    return kept;
}

mlflow::Batch batchOf(const RunId &run, const QList<codec::Entry> &entries)
{
    mlflow::Batch batch;
    batch.runId = run;
    for (const codec::Entry &entry : entries) {
        if (const auto *metric = std::get_if<mlflow::Metric>(&entry))
            batch.metrics << *metric;
        else if (const auto *param = std::get_if<mlflow::Param>(&entry))
            batch.params << *param;
        else if (const auto *tag = std::get_if<mlflow::Tag>(&entry))
            batch.tags << *tag;
    }
    return batch;
}

} // namespace

BatchSender::BatchSender(mlflow::Server &server, RunId run, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_run(std::move(run))
{
}

Call<BatchOutcome> BatchSender::send(const QList<QByteArrayList> &batches)
{
    m_batches = batches;
    for (int batch = static_cast<int>(batches.size()) - 1; batch >= 0; --batch)
        m_open.push_back({{}, batch});
    // The parts of a lone batch may contradict each other and keep their order.
    m_atOnce = m_open.size() > 1 ? kAtOnce : 1;
    sendMore();
    return m_promise.call();
}

void BatchSender::sendMore()
{
    while (!m_open.empty() && m_onTheWay < m_atOnce && !m_promise.isFinished())
        sendNext();
    if (m_onTheWay == 0)
        m_promise.resolve(m_outcome);
}

void BatchSender::sendNext()
{
    Part part = std::move(m_open.back());
    m_open.pop_back();
    if (!unpack(part)) {
        m_outcome.isUnreadable = true;
        m_promise.resolve(m_outcome);
        return;
    }
    ++m_onTheWay;
    const auto call = m_server.runs.logBatch(batchOf(m_run, part.entries));
    call.then(this, [this, part](const Result<void> &result) { sent(part, result); });
}

bool BatchSender::unpack(Part &part) const
{
    if (part.batch < 0)
        return true;
    QList<codec::Entry> entries;
    for (const QByteArray &packed : m_batches.at(part.batch)) {
        const auto some = codec::decodeEntries(packed);
        if (!some)
            return false;
        entries << *some;
    }
    part.entries = withoutRepeats(entries);
    return true;
}

void BatchSender::sent(const Part &part, const Result<void> &result)
{
    if (m_promise.isFinished())
        return; // what another batch met holds for this one too
    if (result) {
        if (part.batch >= 0)
            Q_EMIT arrived(part.batch);
        done();
    } else if (verdictOf(result.error()) == Verdict::Wait) {
        m_promise.resolve(result.failure());
    } else if (result.error().kind == ErrorKind::Forbidden) {
        refuseRun(result.error().text());
    } else if (m_runIsFine) {
        isolate(part, result.error());
    } else {
        examineRun(part, result.error());
    }
}

void BatchSender::done()
{
    --m_onTheWay;
    sendMore();
}

void BatchSender::examineRun(const Part &part, const Error &refusal)
{
    // When the run itself is gone, asking value by value would only repeat the answer.
    const auto asked = m_server.runs.get(m_run);
    asked.then(this, [this, part, refusal](const Result<mlflow::Run> &run) {
        if (!run && verdictOf(run.error()) == Verdict::Wait) {
            m_promise.resolve(run.failure());
        } else if (!run) {
            refuseRun(run.error().text());
        } else if (run->info.lifecycle == mlflow::Lifecycle::Deleted) {
            refuseRun(u"The run was deleted on the server. Restore it there and retry."_s);
        } else {
            m_runIsFine = true;
            isolate(part, refusal);
        }
    });
}

void BatchSender::isolate(const Part &part, const Error &refusal)
{
    const qsizetype size = part.entries.size();
    if (size == 1) {
        m_outcome.refused.append({part.entries.first(), refusal.text()});
    } else {
        m_open.push_back({part.entries.mid(size / 2), -1});
        m_open.push_back({part.entries.mid(0, size / 2), -1});
    }
    done();
}

void BatchSender::refuseRun(const QString &reason)
{
    m_outcome.runRefusal = reason;
    m_promise.resolve(m_outcome);
}

} // namespace signalbox
