// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/promotion/decision.h"
#include "core/promotion/promoter.h"
#include "core/promotion/stage_plan.h"

#include <QtCore/QObject>

#include <functional>

namespace signalbox {

/*! One promotion from evidence to audit, as a chain of steps: evidence, gates, claim, move, tags,
 *  aliases, reading back until nothing moves any more, decision. Main thread; deletes itself after
 *  `result` has ended. */
class PromotionJob final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PromotionJob)

public:
    PromotionJob(Connector &connector, PromotionRequest request, Policy policy, Clock &clock,
        QObject *parent);

    [[nodiscard]] Call<PromotionResult> start();

Q_SIGNALS:
    void step(const QString &text);
    void phaseChanged(signalbox::PromotionPhase phase);
    //! The gates have been evaluated, before anything is moved.
    void evaluated(const signalbox::GateReport &report);

private:
    template <typename T, typename F> void await(const Call<T> &call, F next);
    //! The same, with what to do after an outage instead of failing.
    template <typename T, typename F>
    void await(const Call<T> &call, F next, std::function<void(const Error &)> outage);
    void enter(PromotionPhase phase, const QString &text);
    void judge(const Evidence &evidence);
    void refuse();
    void claim();
    void checkClaim();
    void move();
    void moveAgain(const Error &error);
    void tagStage();
    void readBack();
    void judgeView(const RegistryView &view);
    void judgeClaimedView(const RegistryView &view);
    void repair(const RegistryView &view, bool again);
    void setAliases(const QList<AliasChange> &changes);
    void yieldTo(const RegistryView &view);
    void readAgain();
    void readLater(const Error &error);
    void verified(const RegistryView &view);
    void superseded();
    void decide(
        const QString &verdict, const QString &detail, std::function<void(const RunId &)> next);
    void tagVersion(const RunId &decision);
    void release(const RunId &decision);
    void finish(const RunId &decision);
    void fail(const Error &error);
    void end(Result<PromotionResult> result);
    //! Runs the writes one after the other; a failure goes to fail() or is only reported.
    void runAll(
        QList<std::function<Call<void>()>> writes, bool mustSucceed, std::function<void()> next);

    Connector &m_connector;
    Clock &m_clock;
    PromotionRequest m_request;
    Policy m_policy;
    Promise<PromotionResult> m_promise;
    GateReport m_report;
    QString m_operation;
    RegistryView m_before;
    QString m_lastStable;
    QStringList m_archived;
    Stage m_stage = Stage::None; //!< As last read from the server.
    int m_reads = 0;
    int m_outages = 0;
    bool m_exclusive = false;
    bool m_moved = false;
};

} // namespace signalbox
