// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_counter.h"

namespace signalbox {

void RunCounter::setSource(FetchRuns fetch)
{
    m_call.cancel();
    m_todo.clear();
    m_fetch = std::move(fetch);
}

void RunCounter::count(const QStringList &experiments)
{
    m_todo = experiments.mid(0, kExperiments);
    if (!m_call.isRunning())
        next();
}

void RunCounter::next()
{
    if (!m_fetch || m_todo.isEmpty())
        return;
    const QString id = m_todo.takeFirst();
    mlflow::RunQuery query;
    query.experimentIds = {ExperimentId(id)};
    query.maxResults = kPage;
    m_call = m_fetch(query);
    m_call.call().then(this, [this, id](const Result<mlflow::Page<mlflow::Run>> &result) {
        if (!result) {
            if (result.error().kind != ErrorKind::Cancelled) // by us: there may be new work already
                m_todo.clear();
            return;
        }
        Q_EMIT counted(id, result->items.size(), !result->nextToken.isEmpty());
        next();
    });
}

} // namespace signalbox
