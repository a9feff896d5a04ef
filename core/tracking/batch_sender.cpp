// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/batch_sender.h"

#include "core/tracking/replay_verdict.h"

#include <QtCore/QHash>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! Enough that the server always has one to work on while another is on its way.
constexpr std::size_t kAtOnce = 3;

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

Call<BatchOutcome> BatchSender::send(const QList<QList<codec::Entry>> &batches)
{
    int number = 0;
    for (const QList<codec::Entry> &batch : batches) {
        const qsizetype first = m_entries.size();
        m_entries << withoutRepeats(batch);
        m_open.push_back({first, m_entries.size(), number++});
    }
    // The parts of a lone batch may contradict each other and keep their order.
    m_atOnce = m_open.size() > 1 ? kAtOnce : 1;
    std::reverse(m_open.begin(), m_open.end());
    sendMore();
    return m_promise.call();
}

void BatchSender::sendMore()
{
    while (!m_open.empty() && m_onTheWay < m_atOnce)
        sendNext();
    if (m_onTheWay == 0)
        m_promise.resolve(m_outcome);
}

void BatchSender::sendNext()
{
    const Range range = m_open.back();
    m_open.pop_back();
    ++m_onTheWay;
    const auto call = m_server.runs.logBatch(
        batchOf(m_run, m_entries.mid(range.first, range.last - range.first)));
    call.then(this, [this, range](const Result<void> &result) { sent(range, result); });
}

void BatchSender::sent(const Range &range, const Result<void> &result)
{
    if (m_promise.isFinished())
        return; // what another batch met holds for this one too
    if (result) {
        if (range.whole >= 0)
            Q_EMIT arrived(range.whole);
        done();
    } else if (verdictOf(result.error()) == Verdict::Wait) {
        m_promise.resolve(result.failure());
    } else if (result.error().kind == ErrorKind::Forbidden) {
        refuseRun(result.error().text());
    } else if (m_runIsFine) {
        isolate(range, result.error());
    } else {
        examineRun(range, result.error());
    }
}

void BatchSender::done()
{
    --m_onTheWay;
    sendMore();
}

void BatchSender::examineRun(const Range &range, const Error &refusal)
{
    // When the run itself is gone, asking value by value would only repeat the answer.
    const auto asked = m_server.runs.get(m_run);
    asked.then(this, [this, range, refusal](const Result<mlflow::Run> &run) {
        if (!run && verdictOf(run.error()) == Verdict::Wait) {
            m_promise.resolve(run.failure());
        } else if (!run) {
            refuseRun(run.error().text());
        } else if (run->info.lifecycle == mlflow::Lifecycle::Deleted) {
            refuseRun(u"The run was deleted on the server. Restore it there and retry."_s);
        } else {
            m_runIsFine = true;
            isolate(range, refusal);
        }
    });
}

void BatchSender::isolate(const Range &range, const Error &refusal)
{
    const qsizetype size = range.last - range.first;
    if (size == 1) {
        m_outcome.refused.append({m_entries.at(range.first), refusal.text()});
    } else {
        const qsizetype middle = range.first + size / 2;
        m_open.push_back({middle, range.last, -1});
        m_open.push_back({range.first, middle, -1});
    }
    done();
}

void BatchSender::refuseRun(const QString &reason)
{
    m_outcome.runRefusal = reason;
    m_promise.resolve(m_outcome);
}

} // namespace signalbox
