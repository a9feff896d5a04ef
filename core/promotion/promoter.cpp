// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/promoter.h"

#include "core/promotion/evidence.h"
#include "core/promotion/promotion_job.h"
#include "core/tracking/connector.h"

#include <QtCore/QDir>
#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

Promoter::Promoter(Connector &connector, QObject *parent, Clock &clock)
    : QObject(parent)
    , m_connector(connector)
    , m_clock(clock)
{
}

Call<Evidence> Promoter::evidence(const QString &model, const QString &version, Stage to)
{
    return collectEvidence(m_connector, this, model, version, to);
}

Call<GateReport> Promoter::gates(const QString &model, const QString &version, Stage to,
    const Policy &policy, const Waivers &waivers)
{
    Q_EMIT step(u"collecting evidence"_s);
    return evidence(model, version, to)
        .andThen(this, [this, to, policy, waivers](const Evidence &found) {
            const GateReport report = buildReport(found, to, policy, waivers, true);
            m_lastReport = report;
            const Result<void> possible = checkPromotion(report, policy, waivers);
            return Call<GateReport>::finished(
                possible ? Result<GateReport>(report) : Result<GateReport>(possible.failure()));
        });
}

Call<PromotionResult> Promoter::promote(const PromotionRequest &request, const Policy &policy)
{
    m_lastReport.reset();
    auto *job = new PromotionJob(m_connector, request, policy, m_clock, this);
    connect(job, &PromotionJob::step, this, &Promoter::step);
    connect(job, &PromotionJob::phaseChanged, this, &Promoter::phaseChanged);
    connect(job, &PromotionJob::evaluated, this,
        [this](const GateReport &report) { m_lastReport = report; });
    return job->start();
}

QJsonObject PromotionResult::toJson() const
{
    QJsonObject json = report.toJson();
    json.insert(u"transition"_s,
        QJsonObject{{u"from"_s, nameOf(from)}, {u"to"_s, nameOf(to)},
            {u"archived"_s, QJsonArray::fromStringList(archived)}});
    json.insert(u"decision_run_id"_s,
        decisionRunId.isEmpty() ? QJsonValue() : QJsonValue(decisionRunId.text()));
    return json;
}

Result<Policy> defaultPolicy(const QString &resourcesDir)
{
    return Policy::load(QDir(resourcesDir).filePath(u"policies/default.json"_s));
}

Result<void> checkPromotion(const GateReport &report, const Policy &policy, const Waivers &waivers)
{
    if (const Result<void> move = checkMove(report.from, report.to); !move)
        return move;
    if (!policy.knows(report.to)) {
        return Failure(ErrorKind::InvalidInput,
            u"The policy \""_s % policy.name() % u"\" has no rules for "_s % nameOf(report.to)
                % u'.',
            u"Add the stage to the policy, with an empty list if nothing is asked."_s);
    }
    for (auto it = waivers.cbegin(); it != waivers.cend(); ++it) {
        QStringList ids;
        for (const GateResult &gate : report.gates)
            ids.append(gate.id);
        if (!ids.contains(it.key())) {
            return Failure(ErrorKind::Usage,
                u"There is no gate \""_s % it.key() % u"\" to waive."_s,
                u"The gates are "_s % ids.join(u", "_s) % u'.');
        }
    }
    return {};
}

} // namespace signalbox
