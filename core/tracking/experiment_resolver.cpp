// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/experiment_resolver.h"

#include "core/tracking/replay_verdict.h"

using namespace Qt::StringLiterals;

namespace signalbox {

ExperimentResolver::ExperimentResolver(mlflow::Server &server, QObject *parent)
    : QObject(parent)
    , m_server(server)
{
}

void ExperimentResolver::forget(const QString &name)
{
    m_ids.remove(name);
}

Call<ExperimentId> ExperimentResolver::resolve(const QString &name)
{
    if (const auto known = m_ids.constFind(name); known != m_ids.cend())
        return Call<ExperimentId>::finished(*known);
    Promise<ExperimentId> promise;
    const auto found = m_server.experiments.getByName(name);
    found.then(this, [this, name, promise](const Result<mlflow::Experiment> &result) {
        const bool missing = !result && result.error().kind == ErrorKind::NotFound
            && verdictOf(result.error()) == Verdict::Park;
        if (missing)
            create(name, promise);
        else
            adopt(promise, result);
    });
    return promise.call();
}

void ExperimentResolver::create(const QString &name, const Promise<ExperimentId> &promise)
{
    const auto created = m_server.experiments.create(name);
    created.then(this, [this, name, promise](const Result<ExperimentId> &result) {
        if (result) {
            m_ids.insert(name, result.value());
            promise.resolve(result.value());
            return;
        }
        if (result.error().kind != ErrorKind::Conflict) {
            promise.resolve(result.failure());
            return;
        }
        // Somebody else was faster.
        const auto found = m_server.experiments.getByName(name);
        found.then(this,
            [this, promise](const Result<mlflow::Experiment> &again) { adopt(promise, again); });
    });
}

void ExperimentResolver::adopt(
    const Promise<ExperimentId> &promise, const Result<mlflow::Experiment> &found)
{
    if (!found) {
        promise.resolve(found.failure());
        return;
    }
    if (found->lifecycle == mlflow::Lifecycle::Deleted) {
        promise.resolve(Failure(ErrorKind::Conflict,
            u"The experiment \"%1\" was deleted on the server."_s.arg(found->name),
            u"Restore it on the server and retry, or choose another name."_s));
        return;
    }
    m_ids.insert(found->name, found->id);
    promise.resolve(found->id);
}

} // namespace signalbox
