// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/work_flow.h"

#include <QtCore/QMap>

namespace signalbox {

//! Selector, trainer and deployer as children of the run "pipeline <model>".
class PipelineFlow final : public WorkFlow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PipelineFlow)

public:
    PipelineFlow(PipelineSpec spec, const FlowContext &context);
    [[nodiscard]] QJsonObject partialResult() const override;

protected:
    void run() override;
    void abort() override;

private:
    [[nodiscard]] Result<void> check() const;
    [[nodiscard]] Result<void> checkAgainst(const DataFacts &facts) const;
    [[nodiscard]] FlowOrigin childOrigin() const;
    void begin(const DataFacts &facts);
    void select();
    void train();
    void deploy();
    void complete();
    //! Runs one child to its end; its failure is the pipeline's.
    void runChild(const QString &role, std::unique_ptr<WorkFlow> child,
        std::function<void(const QJsonObject &)> next);
    void followSteps(const QString &role, WorkFlow &child);
    void keep(const QString &role, const QJsonObject &document);

    PipelineSpec m_spec;
    QString m_experiment;
    std::optional<DataFacts> m_facts;
    QMap<QString, QJsonObject> m_documents; //!< Of the children, by role.
    std::unique_ptr<WorkFlow> m_child;
};

} // namespace signalbox
