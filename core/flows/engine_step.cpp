// SPDX-License-Identifier: Apache-2.0
#include "core/flows/engine_step.h"

#include "core/engine/engine_job.h"
#include "core/flows/flow_run.h"
#include "core/workspace/engine_launch.h"
#include "core/workspace/home.h"
#include "core/workspace/python_environment.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

using namespace Qt::StringLiterals;

namespace signalbox {

EngineStep::EngineStep(const FlowContext &context, FlowRun *run, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_run(run)
{
}

EngineStep::~EngineStep()
{
    delete m_job; // before its folder goes
    removeFolder();
}

void EngineStep::removeFolder()
{
    if (!m_jobDir.isEmpty())
        QDir(m_jobDir).removeRecursively();
    m_jobDir.clear();
}

Call<QJsonObject> EngineStep::start(EngineRequest request)
{
    m_promise.onCancel([this] { cancel(); });
    connect(m_context.environment, &PythonEnvironment::progress, this,
        [this](const QString &text) { Q_EMIT logLine(u"info"_s, text); });
    m_context.environment->ensure().then(
        this, [this, request = std::move(request)](const Result<EnvironmentStatus> &status) {
            if (m_promise.isFinished())
                return;
            if (status)
                launch(request);
            else
                m_promise.resolve(status.failure());
        });
    return m_promise.call();
}

void EngineStep::launch(const EngineRequest &request)
{
    disconnect(m_context.environment, nullptr, this, nullptr);
    const Result<QString> folder = m_context.home->newJobFolder();
    if (!folder) {
        m_promise.resolve(folder.failure());
        return;
    }
    m_jobDir = folder.value();
    const QJsonObject json{{u"protocol"_s, 1}, {u"op"_s, request.operation},
        {u"data"_s, request.data}, {u"job_dir"_s, m_jobDir}, {u"seed"_s, request.seed},
        {u"options"_s, request.options}};
    m_job = new EngineJob(
        engineLaunch(*m_context.environment, m_context.resourcesDir, m_jobDir), json, this);
    follow(*m_job);
    m_job->start().then(this, [this](const Result<QJsonObject> &result) { ended(result); });
}

void EngineStep::follow(EngineJob &job)
{
    connect(&job, &EngineJob::progress, this, &EngineStep::progress);
    connect(&job, &EngineJob::logLine, this, &EngineStep::logLine);
    connect(&job, &EngineJob::metric, this,
        [this](const QString &key, double value, qint64 step, qint64 timestamp) {
            if (m_run)
                m_run->addMetric(key, value, step, timestamp);
            Q_EMIT metric(key, value, step);
        });
    connect(&job, &EngineJob::model, this, [this](const QJsonObject &model) { m_model = model; });
    if (!m_run)
        return;
    connect(&job, &EngineJob::param, m_run.data(), &FlowRun::addParam);
    connect(&job, &EngineJob::tag, m_run.data(), &FlowRun::addTag);
    connect(&job, &EngineJob::artifact, m_run.data(), &FlowRun::addArtifact);
}

void EngineStep::ended(const Result<QJsonObject> &result)
{
    if (m_promise.isFinished()) { // cancelled meanwhile; nobody wants the files any more
        m_finished = true;
        removeFolder();
        return;
    }
    if (!m_run) {
        resolve(result);
        return;
    }
    if (const QFileInfo log(m_job->logFile()); log.size() > 0)
        m_run->addArtifact(log.filePath(), u"logs/engine.log"_s);
    m_run->committed().then(this, [this, result](const Result<void> &committed) {
        resolve(result && !committed ? Result<QJsonObject>(committed.failure()) : result);
    });
}

void EngineStep::resolve(const Result<QJsonObject> &result)
{
    m_finished = true;
    m_promise.resolve(result);
}

void EngineStep::cancel()
{
    if (m_job)
        m_job->cancel();
    m_promise.resolve(Failure(ErrorKind::Cancelled, u"The computation was cancelled."_s));
}

} // namespace signalbox
