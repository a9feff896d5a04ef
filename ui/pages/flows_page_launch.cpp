// SPDX-License-Identifier: GPL-3.0-or-later
// From the form to a running flow, and from there to the task list.
#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/flow_form.h"
#include "ui/pages/flows_page.h"

using namespace Qt::StringLiterals;

namespace signalbox {

void FlowsPage::launch()
{
    if (!context().connector()) {
        context().notify(makeError(ErrorKind::Local, tr("There is no connection to record to."),
            tr("Start the local workspace or connect to a server on the overview page.")));
        return;
    }
    if (context().monitor().link() != LinkState::None) {
        startFlow();
        return;
    }
    // The local workspace, whose server nobody has started yet.
    context().startLocalWorkspace().then(this, [this](const Result<void> &started) {
        if (started)
            startFlow();
        else
            context().notify(started.error());
    });
}

void FlowsPage::startFlow()
{
    std::unique_ptr<Flow> flow;
    switch (m_form->kind()) {
    case FlowKind::Selector:
        flow = m_makers.selector(m_form->selectorSpec());
        break;
    case FlowKind::Trainer:
        flow = m_makers.trainer(m_form->trainerSpec());
        break;
    case FlowKind::Deployer:
        flow = m_makers.deployer(m_form->deployerSpec());
        break;
    case FlowKind::Pipeline:
        flow = m_makers.pipeline(m_form->pipelineSpec());
        break;
    }
    TrackedFlow *tracked = m_registry.start(std::move(flow), m_form->subject());
    track(tracked);
    showFlow(tracked);
}

void FlowsPage::track(TrackedFlow *flow)
{
    if (!flow->isRunning())
        return;
    Task task;
    task.title = titleOf(flow->kind()) + u' ' + format::oneLine(flow->subject(), 60);
    task.cancel = [flow] { flow->cancel(); };
    task.open = [this, flow] {
        context().openPage(id());
        showFlow(flow);
    };
    const int taskId = context().tasks().begin(std::move(task));
    m_tasks.insert(flow, taskId);
    const auto report = [this, flow, taskId] {
        QString step;
        for (const FlowStep &s : flow->steps()) {
            if (s.state == StepState::Running || s.state == StepState::Waiting)
                step = s.title;
        }
        const QString progress = flow->progressText();
        context().tasks().report(taskId,
            progress.isEmpty() ? step : QString(step + u" · " + progress), flow->progressDone(),
            flow->progressTotal());
    };
    connect(flow, &TrackedFlow::stepChanged, this, report);
    connect(flow, &TrackedFlow::progressChanged, this, report);
    connect(flow, &TrackedFlow::mainRunChanged, this, &FlowsPage::showHeader);
    report();
}

} // namespace signalbox
