// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/rationale.h"
#include "core/flows/work_flow.h"

namespace signalbox {

//! inspect, history, filter, rank, benchmark, record. Records the run "selection".
class SelectorFlow final : public WorkFlow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SelectorFlow)

public:
    SelectorFlow(SelectorSpec spec, const FlowContext &context, FlowOrigin origin = {});
    [[nodiscard]] static QList<FlowStep> plannedSteps();
    [[nodiscard]] QJsonObject partialResult() const override;

protected:
    void run() override;

private:
    void choose(const DataFacts &facts);
    void rank(const LearnedHistory &history);
    void beginRecording();
    void benchmark();
    void record();

    SelectorSpec m_spec;
    QString m_experiment;
    std::optional<DataFacts> m_facts;
    Selection m_selection;
};

/*! What can be said wrong about a choice of algorithms before the data is looked at, and the
 *  criteria without what only the data tells. */
[[nodiscard]] Result<SelectionCriteria> criteriaFrom(const QStringList &require,
    const QStringList &prefer, const QStringList &exclude, bool hasTreatment);
//! Adds what the data tells.
[[nodiscard]] SelectionCriteria withFacts(SelectionCriteria criteria, const DataFacts &facts);
//! InvalidInput when an algorithm that was asked for cannot learn this problem.
[[nodiscard]] Result<void> checkSuitable(const QString &algorithm, const DataFacts &facts);
//! Filters and ranks; InvalidInput with every reason when nothing is left.
[[nodiscard]] Result<Selection> selectFrom(
    const SelectionCriteria &criteria, const LearnedHistory &history);

} // namespace signalbox
