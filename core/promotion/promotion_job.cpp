// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/promotion_job.h"

#include "core/promotion/evidence.h"
#include "core/promotion/lease.h"
#include "core/tracking/connector.h"

#include <QtCore/QDateTime>
#include <QtCore/QUuid>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kClaimWait = 300ms;
constexpr auto kReadInterval = 200ms;
constexpr qint64 kLeaseMs = 60'000;
constexpr int kMaxReads = 40;
constexpr auto kOutagePause = 1500ms;
constexpr int kMaxOutages = 40; // a breaker keeps calls back for half a minute

} // namespace

PromotionJob::PromotionJob(
    Connector &connector, PromotionRequest request, Policy policy, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_connector(connector)
    , m_clock(clock)
    , m_request(std::move(request))
    , m_policy(std::move(policy))
    , m_operation(QUuid::createUuid().toString(QUuid::Id128))
    , m_exclusive(isExclusive(m_request.to, m_request.keepExisting))
{
    if (m_request.by.isEmpty())
        m_request.by = localIdentity();
}

template <typename T, typename F> void PromotionJob::await(const Call<T> &call, F next)
{
    await(call, std::move(next), [this](const Error &error) { fail(error); });
}

template <typename T, typename F>
void PromotionJob::await(const Call<T> &call, F next, std::function<void(const Error &)> outage)
{
    m_promise.onCancel([this, call] {
        call.cancel();
        deleteLater();
    });
    call.then(this, [this, next = std::move(next), outage](const Result<T> &result) {
        if (m_promise.isFinished())
            return;
        if (!result && result.error().isOutage())
            outage(result.error());
        else if (!result)
            fail(result.error());
        else if constexpr (std::is_void_v<T>)
            next();
        else
            next(result.value());
    });
}

void PromotionJob::enter(PromotionPhase phase, const QString &text)
{
    Q_EMIT phaseChanged(phase);
    Q_EMIT step(text);
}

Call<PromotionResult> PromotionJob::start()
{
    enter(PromotionPhase::Evidence, u"collecting evidence"_s);
    await(collectEvidence(m_connector, this, m_request.model, m_request.version, m_request.to),
        [this](const Evidence &evidence) { judge(evidence); });
    return m_promise.call();
}

void PromotionJob::judge(const Evidence &evidence)
{
    m_before = {evidence.versions, evidence.aliases, {}};
    m_stage = stageOf(evidence.version);
    m_report =
        buildReport(evidence, m_request.to, m_policy, m_request.waivers, !m_request.keepExisting);
    Q_EMIT evaluated(m_report);
    if (const Result<void> possible = checkPromotion(m_report, m_policy, m_request.waivers);
        !possible)
        end(possible.failure());
    else if (!m_report.allowed())
        refuse();
    else if (m_exclusive)
        claim();
    else
        move();
}

void PromotionJob::refuse()
{
    QStringList reasons;
    for (const GateResult &gate : m_report.gates) {
        if (gate.verdict == Verdict::Fail || gate.verdict == Verdict::Missing)
            reasons.append(gate.id % u' ' % nameOf(gate.verdict));
    }
    const Error error = makeError(ErrorKind::Refused,
        m_request.model % u" version "_s % m_request.version % u" may not enter "_s
            % nameOf(m_request.to) % u": "_s % reasons.join(u", "_s) % u'.',
        u"Bring the missing evidence about, or waive a gate with a reason."_s);
    decide(u"refused"_s, error.message, [this, error](const RunId &) { end(Failure(error)); });
}

void PromotionJob::claim()
{
    enter(PromotionPhase::Claim, u"claiming the model"_s);
    const Lease lease{m_operation, m_clock.epochMs() + kLeaseMs, m_request.by};
    await(m_connector.setModelTag(m_request.model, lease.toTag()),
        [this] { m_clock.callAfter(kClaimWait, this, [this] { checkClaim(); }); });
}

void PromotionJob::checkClaim()
{
    if (m_promise.isFinished())
        return;
    await(readRegistry(m_connector, this, m_request.model), [this](const RegistryView &view) {
        switch (leaseState(view.tags, m_operation, m_clock.epochMs())) {
        case LeaseState::Mine:
            m_before = view;
            move();
            break;
        case LeaseState::Absent:
            claim(); // removed by the promotion before us, whose claim ours had replaced
            break;
        case LeaseState::Foreign:
            superseded();
            break;
        }
    });
}

void PromotionJob::move()
{
    enter(
        PromotionPhase::Move, u"moving v"_s % m_request.version % u" to "_s % nameOf(m_request.to));
    m_moved = true; // from the request on it may have happened, whatever the answer
    await(
        m_connector.transitionModelVersionStage(
            m_request.model, m_request.version, serverStageOf(m_request.to), m_exclusive),
        [this](const mlflow::ModelVersion &) { tagStage(); },
        [this](const Error &error) { moveAgain(error); });
}

//! Moving twice is moving once; but a claim may have run out meanwhile, so it is made anew.
void PromotionJob::moveAgain(const Error &error)
{
    if (++m_outages > kMaxOutages) {
        fail(error);
        return;
    }
    m_clock.callAfter(kOutagePause, this, [this] {
        if (m_promise.isFinished())
            return;
        if (m_exclusive)
            claim();
        else
            move();
    });
}

//! Shadow is told by tags; they must go with every other stage, or a later Staging would be Shadow.
void PromotionJob::tagStage()
{
    const QString name = m_request.model;
    const QString version = m_request.version;
    QList<std::function<Call<void>()>> writes;
    if (m_request.to == Stage::Shadow) {
        for (const mlflow::Tag &tag :
            {mlflow::Tag{u"signalbox.stage_base"_s, serverStageOf(Stage::Shadow)},
                mlflow::Tag{u"signalbox.stage"_s, nameOf(Stage::Shadow)}}) {
            writes.append([this, name, version, tag] {
                return m_connector.setVersionTag(name, version, tag);
            });
        }
    } else if (const mlflow::ModelVersion *before = m_before.find(version)) {
        for (const QString &key : {u"signalbox.stage"_s, u"signalbox.stage_base"_s}) {
            if (before->tag(key).isEmpty())
                continue;
            writes.append([this, name, version, key] {
                return m_connector.deleteVersionTag(name, version, key);
            });
        }
    }
    runAll(writes, true, [this] { readBack(); });
}

void PromotionJob::readBack()
{
    if (m_promise.isFinished())
        return;
    if (m_reads == 0)
        enter(PromotionPhase::ReadBack, u"reading back"_s);
    ++m_reads;
    await(
        readRegistry(m_connector, this, m_request.model),
        [this](const RegistryView &view) {
            const mlflow::ModelVersion *mine = view.find(m_request.version);
            m_stage = mine ? stageOf(*mine) : Stage::None;
            if (m_exclusive)
                judgeClaimedView(view);
            else
                judgeView(view);
        },
        [this](const Error &error) { readLater(error); });
}

void PromotionJob::readLater(const Error &error)
{
    m_lastStable.clear();
    --m_reads;
    if (++m_outages > kMaxOutages)
        fail(error);
    else
        m_clock.callAfter(kOutagePause, this, [this] { readBack(); });
}

//! The newest claim wins: whoever lost it withdraws its own version and nothing else.
void PromotionJob::judgeClaimedView(const RegistryView &view)
{
    if (leaseState(view.tags, m_operation, m_clock.epochMs()) == LeaseState::Foreign) {
        yieldTo(view);
        return;
    }
    if (m_stage == m_request.to && view.versionsIn(m_stage).size() > 1)
        repair(view, true);
    else
        judgeView(view);
}

void PromotionJob::judgeView(const RegistryView &view)
{
    if (m_stage != m_request.to) {
        m_lastStable.clear();
        readAgain();
    } else if (!aliasChanges(view, stagesTouched(m_report.from, m_request.to)).isEmpty()) {
        repair(view, false);
    } else if (view.fingerprint() != m_lastStable) {
        m_lastStable = view.fingerprint();
        readAgain();
    } else {
        verified(view);
    }
}

void PromotionJob::repair(const RegistryView &view, bool again)
{
    m_lastStable.clear();
    if (m_reads > kMaxReads) {
        readAgain();
    } else if (again) {
        await(m_connector.transitionModelVersionStage(
                  m_request.model, m_request.version, serverStageOf(m_request.to), true),
            [this](const mlflow::ModelVersion &) { readAgain(); });
    } else {
        setAliases(aliasChanges(view, stagesTouched(m_report.from, m_request.to)));
    }
}

void PromotionJob::setAliases(const QList<AliasChange> &changes)
{
    QList<std::function<Call<void>()>> writes;
    for (const AliasChange &change : changes) {
        writes.append([this, change] {
            return change.version.isEmpty()
                ? m_connector.deleteAlias(m_request.model, change.alias)
                : m_connector.setAlias(m_request.model, change.alias, change.version);
        });
    }
    runAll(writes, true, [this] { readBack(); });
}

void PromotionJob::yieldTo(const RegistryView &view)
{
    if (m_stage != m_request.to) {
        superseded();
    } else if (view.versionsIn(m_stage).size() > 1) {
        await(m_connector.transitionModelVersionStage(
                  m_request.model, m_request.version, serverStageOf(Stage::Archived), false),
            [this](const mlflow::ModelVersion &) {
                m_stage = Stage::Archived;
                superseded();
            });
    } else {
        m_lastStable.clear();
        readAgain(); // the newer claim has not moved its version yet
    }
}

void PromotionJob::readAgain()
{
    if (m_reads <= kMaxReads) {
        m_clock.callAfter(kReadInterval, this, [this] { readBack(); });
        return;
    }
    fail(makeError(ErrorKind::Conflict,
        u"Version "_s % m_request.version % u" of "_s % m_request.model % u" stands in "_s
            % nameOf(m_stage) % u"; the registry did not come to rest in "_s % nameOf(m_request.to)
            % u'.',
        u"Somebody else is moving versions of this model; look at its stages and try again."_s));
}

void PromotionJob::verified(const RegistryView &view)
{
    for (const QString &version : m_before.versionsIn(m_request.to)) {
        const mlflow::ModelVersion *other = view.find(version);
        if (m_exclusive && version != m_request.version && other
            && stageOf(*other) == Stage::Archived)
            m_archived.append(version);
    }
    enter(PromotionPhase::Record, u"recording the decision"_s);
    decide(u"promoted"_s, {}, [this](const RunId &decision) { tagVersion(decision); });
}

void PromotionJob::superseded()
{
    const Error error = makeError(ErrorKind::Conflict,
        u"superseded: another promotion of "_s % m_request.model % u" to "_s % nameOf(m_request.to)
            % u" came later and won."_s,
        u"Look at the model's stages; promote again if this version should still go there."_s);
    decide(u"superseded"_s, error.message, [this, error](const RunId &) { end(Failure(error)); });
}

} // namespace signalbox
