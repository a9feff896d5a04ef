// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/connector.h"
#include "core/tracking/journal.h"
#include "core/tracking/log_checks.h"
#include "core/tracking/replayer.h"
#include "core/tracking/sync_waiters.h"
#include "core/tracking/version_creator.h"
#include "core/tracking/version_origin.h"

// What the Connector asks of the server directly: registry, edits of existing runs, health.
using namespace Qt::StringLiterals;

namespace signalbox {

Call<mlflow::ModelVersion> Connector::registerModel(const RegisterModel &request)
{
    const mlflow::CreateVersion wanted{request.name, request.source, request.runId, request.modelId,
        request.description, request.tags};
    const QString operation = operationOf(request.operation);
    return completeOrigin(m_server, this, wanted, request.artifact)
        .andThen(this, [this, operation](const mlflow::CreateVersion &complete) {
            return (new VersionCreator(m_server, complete, operation, this))->start();
        });
}

Call<mlflow::ModelVersion> Connector::transitionModelVersionStage(
    const QString &name, const QString &version, const QString &stage, bool archiveExisting)
{
    return m_server.registry.transitionStage(name, version, stage, archiveExisting);
}

Call<mlflow::ModelVersion> Connector::modelVersion(const QString &name, const QString &version)
{
    return m_server.registry.getVersion(name, version);
}

Call<void> Connector::setAlias(const QString &name, const QString &alias, const QString &version)
{
    return m_server.registry.setAlias(name, alias, version);
}

Call<void> Connector::deleteAlias(const QString &name, const QString &alias)
{
    return m_server.registry.deleteAlias(name, alias);
}

Call<void> Connector::setVersionTag(
    const QString &name, const QString &version, const mlflow::Tag &tag)
{
    return m_server.registry.setVersionTag(name, version, tag);
}

Call<void> Connector::deleteVersionTag(
    const QString &name, const QString &version, const QString &key)
{
    return m_server.registry.deleteVersionTag(name, version, key);
}

Call<void> Connector::setModelTag(const QString &name, const mlflow::Tag &tag)
{
    return m_server.registry.setModelTag(name, tag);
}

Call<void> Connector::deleteModelTag(const QString &name, const QString &key)
{
    return m_server.registry.deleteModelTag(name, key);
}

Call<void> Connector::deleteModelVersion(const QString &name, const QString &version)
{
    return m_server.registry.deleteVersion(name, version);
}

Call<mlflow::RegisteredModel> Connector::createModel(const NewRegisteredModel &model)
{
    mlflow::TagList tags = model.tags;
    if (!model.operation.isEmpty())
        tags.append({u"signalbox.op_id"_s, model.operation});
    return m_server.registry.createModel(model.name, model.description, tags);
}

Call<void> Connector::deleteModel(const QString &name)
{
    return m_server.registry.deleteModel(name);
}

Call<ExperimentId> Connector::createExperiment(const QString &name, const mlflow::TagList &tags)
{
    Promise<ExperimentId> promise;
    const auto created = m_server.experiments.create(name, tags);
    promise.onCancel([created] { created.cancel(); });
    created.then(this, [this, promise, name](const Result<ExperimentId> &result) {
        if (result || !result.error().ambiguous) {
            promise.resolve(result);
            return;
        }
        // A name belongs to one experiment: what is there now is what was asked for.
        const auto found = m_server.experiments.getByName(name);
        promise.onCancel([found] { found.cancel(); });
        found.then(this, [promise, result](const Result<mlflow::Experiment> &experiment) {
            promise.resolve(experiment ? Result<ExperimentId>(experiment->id) : result);
        });
    });
    return promise.call();
}

Call<void> Connector::renameExperiment(const ExperimentId &id, const QString &name)
{
    return m_server.experiments.rename(id, name);
}

Call<void> Connector::deleteExperiment(const ExperimentId &id)
{
    return m_server.experiments.remove(id);
}

Call<void> Connector::restoreExperiment(const ExperimentId &id)
{
    return m_server.experiments.restore(id);
}

Call<void> Connector::setExperimentTag(const ExperimentId &id, const mlflow::Tag &tag)
{
    return m_server.experiments.setTag(id, tag);
}

Call<void> Connector::deleteRunTag(const RunId &id, const QString &key)
{
    return m_server.runs.deleteTag(id, key);
}

Call<void> Connector::putArtifact(const RunId &id, const QString &path, const QString &localFile)
{
    return m_server.runs.get(id).andThen(this, [this, path, localFile](const mlflow::Run &run) {
        return m_server.artifacts.upload(run.info.artifactUri, path, localFile);
    });
}

Call<void> Connector::renameRun(const RunId &id, const QString &name)
{
    mlflow::RunUpdate update;
    update.id = id;
    update.name = name;
    Promise<void> promise;
    const auto renamed = m_server.runs.update(update);
    promise.onCancel([renamed] { renamed.cancel(); });
    renamed.then(this, [promise](const Result<mlflow::RunInfo> &result) {
        promise.resolve(result ? Result<void>() : Result<void>(result.failure()));
    });
    return promise.call();
}

Call<void> Connector::deleteRun(const RunId &id)
{
    return m_server.runs.remove(id);
}

Call<void> Connector::restoreRun(const RunId &id)
{
    return m_server.runs.restore(id);
}

Call<void> Connector::setRunTag(const RunId &id, const mlflow::Tag &tag)
{
    if (const auto checked = checks::tags({tag}); !checked)
        return Call<void>::finished(checked.failure());
    return m_server.runs.setTag(id, tag);
}

Call<mlflow::Page<mlflow::Run>> Connector::searchRuns(const mlflow::RunQuery &query)
{
    return m_server.runs.search(query);
}

Call<ConnectorHealth> Connector::health()
{
    Promise<ConnectorHealth> promise;
    const auto resolve = [this, promise](const Result<mlflow::ServerInfo> &info) {
        ConnectorHealth health;
        health.reachable = info.hasValue();
        if (info)
            health.server = info.value();
        else
            health.error = info.error();
        health.latency = m_server.client().lastLatency();
        health.breaker = m_server.breaker().snapshot();
        health.journal = m_journal->status();
        health.replayer = replayerElsewhere();
        promise.resolve(health);
    };
    const auto asked = m_server.server.health();
    promise.onCancel([asked] { asked.cancel(); });
    asked.then(this, [this, promise, resolve](const Result<void> &alive) {
        if (!alive) {
            resolve(alive.failure());
        } else if (m_server.info()) {
            resolve(*m_server.info());
        } else {
            const auto info = m_server.connectToServer();
            info.then(this, resolve);
        }
    });
    return promise.call();
}

} // namespace signalbox
