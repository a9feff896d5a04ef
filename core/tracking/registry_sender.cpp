// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/registry_sender.h"

#include "core/tracking/mlmodel_text.h"
#include "core/tracking/version_creator.h"
#include "core/tracking/version_origin.h"

using namespace Qt::StringLiterals;

namespace signalbox {

RegistrySender::RegistrySender(mlflow::Server &server, Journal &journal,
    ExperimentResolver &experiments, ItemRow item, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_journal(journal)
    , m_experiments(experiments)
    , m_item(std::move(item))
{
}

Call<void> RegistrySender::start()
{
    const auto unreadable = [] {
        return Call<void>::finished(
            Failure(ErrorKind::InvalidInput, u"The journal's record of it cannot be read."_s,
                u"Was it written by another version of Signalbox?"_s));
    };
    if (m_item.kind == ItemKind::RegisterModel) {
        const auto model = codec::decodeRegisteredModel(m_item.payload);
        if (!model)
            return unreadable();
        m_model = *model;
        createModel();
        return m_promise.call();
    }
    if (m_item.kind == ItemKind::CreateExperiment) {
        const auto experiment = codec::decodeExperiment(m_item.payload);
        if (!experiment)
            return unreadable();
        createExperiment(*experiment);
        return m_promise.call();
    }
    const auto version = codec::decodeVersion(m_item.payload);
    if (!version)
        return unreadable();
    m_record = *version;
    if (m_item.afterRun.isEmpty())
        complete();
    else
        findRun();
    return m_promise.call();
}

void RegistrySender::complete()
{
    const auto completed = completeOrigin(m_server, this, request(), m_record.artifact);
    completed.then(this, [this](const Result<mlflow::CreateVersion> &origin) {
        if (!origin) {
            m_promise.resolve(origin.failure());
            return;
        }
        m_record.source = origin->source;
        m_record.modelId = origin->modelId.text();
        m_record.runId = origin->runId.text();
        createVersion();
    });
}

mlflow::CreateVersion RegistrySender::request() const
{
    return {m_record.name, m_record.source, RunId(m_record.runId), LoggedModelId(m_record.modelId),
        m_record.description, m_record.tags};
}

void RegistrySender::createModel()
{
    mlflow::TagList tags = m_model.tags;
    tags.append({u"signalbox.op_id"_s, m_model.operation});
    const auto created = m_server.registry.createModel(m_model.name, m_model.description, tags);
    created.then(this, [this](const Result<mlflow::RegisteredModel> &result) {
        if (result)
            m_promise.resolve(Result<void>());
        else if (result.error().kind == ErrorKind::Conflict)
            compareModel(result.error());
        else
            m_promise.resolve(result.failure());
    });
}

void RegistrySender::compareModel(const Error &conflict)
{
    const auto asked = m_server.registry.getModel(m_model.name);
    asked.then(this, [this, conflict](const Result<mlflow::RegisteredModel> &found) {
        if (!found)
            m_promise.resolve(found.failure());
        else if (mlflow::tagValue(found->tags, u"signalbox.op_id"_s) == m_model.operation)
            m_promise.resolve(Result<void>()); // an earlier try of ours, whose reply was lost
        else
            m_promise.resolve(Failure(conflict));
    });
}

void RegistrySender::createExperiment(const codec::ExperimentRecord &record)
{
    m_experiments.forget(record.name); // it may have been deleted since
    const auto resolved = m_experiments.resolve(record.name);
    resolved.then(this, [this, tags = record.tags](const Result<ExperimentId> &id) {
        if (id)
            tagExperiment(id.value(), tags);
        else
            m_promise.resolve(id.failure());
    });
}

//! By themselves: a run of this journal may have been quicker and made the experiment without them.
void RegistrySender::tagExperiment(const ExperimentId &id, mlflow::TagList left)
{
    if (left.isEmpty()) {
        m_promise.resolve(Result<void>());
        return;
    }
    const mlflow::Tag tag = left.takeFirst();
    m_server.experiments.setTag(id, tag).then(this, [this, id, left](const Result<void> &done) {
        if (done)
            tagExperiment(id, left);
        else
            m_promise.resolve(done);
    });
}

void RegistrySender::findRun()
{
    const auto asked = m_journal.read<RunRow>(
        {}, [id = m_item.afterRun](JournalStore &store) { return store.runNamed(id); });
    asked.then(this, [this](const Result<RunRow> &run) {
        if (run)
            useRun(run.value());
        else
            m_promise.resolve(run.failure());
    });
}

void RegistrySender::useRun(const RunRow &run)
{
    if (run.id == 0 || !run.refusal.isEmpty()) {
        m_promise.resolve(Failure(ErrorKind::Conflict,
            run.id == 0 ? u"The run that it comes from was dropped."_s
                        : u"The run that it comes from was refused: %1"_s.arg(run.refusal),
            u"Retry it once the run is on the server."_s));
        return;
    }
    m_record.runId = run.runId;
    const bool isNamed = !m_record.source.isEmpty() || !m_record.modelId.isEmpty();
    if (!isNamed && !m_record.artifact.isEmpty())
        m_record.source = QString(run.artifactUri % u'/' % m_record.artifact);
    else if (!isNamed)
        m_record.modelId = run.modelId;
    if (m_record.source.isEmpty() && m_record.modelId.isEmpty())
        findClassicModel(run);
    else
        createVersion();
}

//! On MLflow 2 a model is files below the run, and the run's tag says which.
void RegistrySender::findClassicModel(const RunRow &run)
{
    const auto asked = m_server.runs.get(RunId(run.runId));
    asked.then(this, [this, run](const Result<mlflow::Run> &found) {
        if (!found) {
            m_promise.resolve(found.failure());
            return;
        }
        const QString path = newestInModelHistory(found->tag(u"mlflow.log-model.history"_s));
        if (path.isEmpty()) {
            lacksModel(run);
            return;
        }
        m_record.source = QString(run.artifactUri % u'/' % path);
        createVersion();
    });
}

void RegistrySender::lacksModel(const RunRow &run)
{
    m_promise.resolve(Failure(ErrorKind::Conflict,
        u"The run \"%1\" has no model on the server that could be registered."_s.arg(run.title),
        u"See its parked items: was the model refused?"_s));
}

void RegistrySender::createVersion()
{
    const bool again = codec::decodeProgress(m_item.progress).attempted;
    if (again) {
        send(true);
        return;
    }
    // Remembered before it is sent: after a crash nobody could tell otherwise.
    codec::ModelProgress progress;
    progress.attempted = true;
    const auto marked = m_journal.transact<bool>(
        [seq = m_item.seq, bytes = codec::encode(progress)](JournalStore &store) -> Result<bool> {
            const auto done = store.setProgress(seq, bytes);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    marked.then(this, [this](const Result<bool> &done) {
        if (done)
            send(false);
        else
            m_promise.resolve(done.failure());
    });
}

void RegistrySender::send(bool again)
{
    auto *creator = new VersionCreator(m_server, request(), m_record.operation, this);
    const auto created = again ? creator->startAgain() : creator->start();
    created.then(this, [this](const Result<mlflow::ModelVersion> &version) {
        if (version)
            m_version = version.value();
        m_promise.resolve(version ? Result<void>() : Result<void>(version.failure()));
    });
}

} // namespace signalbox
