// SPDX-License-Identifier: Apache-2.0
// The last steps of a promotion: writing the decision down, tagging, giving the claim back.
#include "core/promotion/promotion_job.h"

#include "core/promotion/lease.h"
#include "core/tracking/connector.h"

#include <QtCore/QDateTime>

using namespace Qt::StringLiterals;

namespace signalbox {

void PromotionJob::decide(
    const QString &verdict, const QString &detail, std::function<void(const RunId &)> next)
{
    const Decision decision{verdict, m_report, m_request.reason, m_request.by, m_request.waivers,
        m_stage, m_archived, detail};
    const Call<RunId> recorded = recordDecision(m_connector, this, decision, m_clock);
    m_promise.onCancel([this] { deleteLater(); });
    recorded.then(this, [this, next = std::move(next)](const Result<RunId> &id) {
        if (!m_promise.isFinished())
            next(id.valueOr(RunId()));
    });
}

void PromotionJob::tagVersion(const RunId &decision)
{
    const QString time =
        QDateTime::fromMSecsSinceEpoch(m_clock.epochMs(), Qt::UTC).toString(Qt::ISODate);
    mlflow::TagList tags{{u"signalbox.promoted_from"_s, nameOf(m_report.from)},
        {u"signalbox.promoted_to"_s, nameOf(m_request.to)},
        {u"signalbox.promoted_by"_s, m_request.by}, {u"signalbox.promoted_at"_s, time}};
    if (!decision.isEmpty())
        tags.append({u"signalbox.decision_run_id"_s, decision.text()});
    QList<std::function<Call<void>()>> writes;
    for (const mlflow::Tag &tag : tags) {
        writes.append([this, tag] {
            return m_connector.setVersionTag(m_request.model, m_request.version, tag);
        });
    }
    runAll(writes, false, [this, decision] { release(decision); });
}

void PromotionJob::release(const RunId &decision)
{
    if (!m_exclusive) {
        finish(decision);
        return;
    }
    // Left alone when it is not ours any more; and when it cannot be removed, it expires.
    const auto model = m_connector.server().registry.getModel(m_request.model);
    model.then(this, [this, decision](const Result<mlflow::RegisteredModel> &found) {
        QList<std::function<Call<void>()>> writes;
        if (found && leaseState(found->tags, m_operation, m_clock.epochMs()) == LeaseState::Mine) {
            writes.append(
                [this] { return m_connector.deleteModelTag(m_request.model, leaseTagKey()); });
        }
        runAll(writes, false, [this, decision] { finish(decision); });
    });
}

void PromotionJob::finish(const RunId &decision)
{
    PromotionResult result;
    result.report = m_report;
    result.from = m_report.from;
    result.to = m_stage;
    result.archived = m_archived;
    result.decisionRunId = decision;
    end(result);
}

//! Once the move was asked for, the failure is a decision of its own and says what may be true.
void PromotionJob::fail(const Error &error)
{
    if (!m_moved) {
        end(Failure(error));
        return;
    }
    m_moved = false;
    Error told = error;
    told.message = u"The move of "_s % m_request.model % u" version "_s % m_request.version
        % u" to "_s % nameOf(m_request.to) % u" was asked for but could not be verified: "_s
        % error.message;
    if (told.hint.isEmpty())
        told.hint = u"Look at the model's stages before you try again."_s;
    decide(u"failed"_s, told.message, [this, told](const RunId &) { end(Failure(told)); });
}

void PromotionJob::end(Result<PromotionResult> result)
{
    m_promise.resolve(std::move(result));
    deleteLater();
}

void PromotionJob::runAll(
    QList<std::function<Call<void>()>> writes, bool mustSucceed, std::function<void()> next)
{
    if (writes.isEmpty()) {
        next();
        return;
    }
    const Call<void> write = writes.takeFirst()();
    m_promise.onCancel([this, write] {
        write.cancel();
        deleteLater();
    });
    write.then(this, [this, writes, mustSucceed, next](const Result<void> &result) {
        if (m_promise.isFinished())
            return;
        if (!result && mustSucceed) {
            fail(result.error());
            return;
        }
        if (!result)
            Q_EMIT step(u"not written: "_s % result.error().message);
        runAll(writes, mustSucceed, next);
    });
}

} // namespace signalbox
