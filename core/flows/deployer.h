// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/work_flow.h"
#include "core/promotion/promoter.h"

#include <QtCore/QTimer>

namespace signalbox {

//! resolve, barrier, gates, promote, verify, record. Records the run "deployment".
class DeployerFlow final : public WorkFlow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DeployerFlow)

public:
    DeployerFlow(DeployerSpec spec, const FlowContext &context, FlowOrigin origin = {});
    [[nodiscard]] static QList<FlowStep> plannedSteps();
    [[nodiscard]] QJsonObject partialResult() const override;

protected:
    void run() override;
    void abort() override;

private:
    void findExperiment();
    void begin(const QString &experiment);
    void barrier();
    void checkBarrier();
    void promote();
    void phase(PromotionPhase phase);
    void promoted(const Result<PromotionResult> &result);
    void recordReport();

    DeployerSpec m_spec;
    Policy m_policy;
    Promoter m_promoter;
    mlflow::ModelVersion m_version;
    Stage m_stage = Stage::None; //!< As last read from the server.
    std::optional<PromotionResult> m_promotion;
    PromotionPhase m_phase = PromotionPhase::Evidence;
    QTimer m_patience;
    Call<PromotionResult> m_promoting;
    bool m_reportRecorded = false;
};

//! The named policy file, or the default policy of the installation.
[[nodiscard]] Result<Policy> policyFor(const QString &file, const FlowContext &context);

} // namespace signalbox
