// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_registry.h"

#include <algorithm>

namespace signalbox {

FlowRegistry::FlowRegistry(QObject *parent)
    : QObject(parent)
{
}

FlowRegistry::~FlowRegistry()
{
    for (const auto &flow : m_flows) {
        flow->disconnect(this);
        flow->release();
    }
}

TrackedFlow *FlowRegistry::start(std::unique_ptr<Flow> flow, const QString &subject)
{
    m_flows.push_back(std::make_unique<TrackedFlow>(std::move(flow), subject));
    TrackedFlow *run = m_flows.back().get();
    connect(run, &TrackedFlow::stateChanged, this, [this, run] { Q_EMIT changed(run); });
    Q_EMIT added(run);
    run->start();
    return run;
}

TrackedFlow *FlowRegistry::at(int index) const
{
    return index >= 0 && index < size()
        ? m_flows[m_flows.size() - 1 - static_cast<size_t>(index)].get()
        : nullptr;
}

TrackedFlow *FlowRegistry::byId(const QString &id) const
{
    const auto same = [&id](const auto &flow) { return flow->id() == id; };
    const auto found = std::find_if(m_flows.cbegin(), m_flows.cend(), same);
    return found == m_flows.cend() ? nullptr : found->get();
}

int FlowRegistry::runningCount() const
{
    return static_cast<int>(std::count_if(
        m_flows.cbegin(), m_flows.cend(), [](const auto &flow) { return flow->isRunning(); }));
}

void FlowRegistry::releaseAll()
{
    for (const auto &flow : m_flows)
        flow->release();
}

} // namespace signalbox
