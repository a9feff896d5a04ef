// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/flows/flow.h"

#include <QtCore/QJsonObject>

namespace signalbox::testing {

//! A flow that does what the test says.
class FakeFlow final : public Flow {
public:
    explicit FakeFlow(FlowKind kind = FlowKind::Pipeline)
        : Flow(kind, QStringLiteral("Pipeline churn"), {})
    {
        setSteps({{QStringLiteral("inspect"), QStringLiteral("Inspect data"), {}, {}, {}},
            {QStringLiteral("select"), QStringLiteral("Select"), {}, {}, {}},
            {QStringLiteral("train"), QStringLiteral("Train"), {}, {}, {}}});
    }
    [[nodiscard]] QJsonObject partialResult() const override
    {
        return {{QStringLiteral("partial"), true}};
    }
    using Flow::enterStep;
    using Flow::fail;
    using Flow::setDetail;
    using Flow::setStepState;
    using Flow::succeed;
    bool aborted = false;

protected:
    void run() override { enterStep(QStringLiteral("inspect")); }
    void abort() override { aborted = true; }
};

} // namespace signalbox::testing
