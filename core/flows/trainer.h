// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/history.h"
#include "core/flows/work_flow.h"

#include <QtCore/QJsonArray>
#include <QtCore/QTimer>

namespace signalbox {

//! inspect, choose, train, record, register. Records the run "training" and its model.
class TrainerFlow final : public WorkFlow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TrainerFlow)

public:
    TrainerFlow(TrainerSpec spec, const FlowContext &context, FlowOrigin origin = {});
    [[nodiscard]] static QList<FlowStep> plannedSteps(bool registers);
    [[nodiscard]] QJsonObject partialResult() const override;

protected:
    void run() override;

private:
    void choose(const DataFacts &facts);
    void chooseByRank(const LearnedHistory &history);
    void train();
    void record(const QJsonObject &result);
    void complete();
    void awaitReplay();
    void replayed(const Result<RunLink> &link);
    void noteJournal();
    void registerModel(const RunLink &link);

    TrainerSpec m_spec;
    QString m_experiment;
    std::optional<DataFacts> m_facts;
    QJsonObject m_result; //!< The engine's answer.
    QJsonArray m_criteria;
    RunLink m_link;
    QString m_version;
    QTimer m_patience; //!< Runs while nothing reaches the server.
    QTimer m_showWaiting;
    int m_pendingItems = -1;
};

//! InvalidInput for names that no MLflow server takes for a registered model.
[[nodiscard]] Result<void> checkModelName(const QString &name);

} // namespace signalbox
