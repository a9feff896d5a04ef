// SPDX-License-Identifier: Apache-2.0
#include "core/flows/flow_run.h"

#include "core/base/logging.h"
#include "core/tracking/connector.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonDocument>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kBatchInterval = 250ms;
constexpr qsizetype kBatchSize = 500;

RunSpec runSpec(const FlowRunSpec &spec)
{
    RunSpec run;
    run.experiment = spec.experiment;
    run.name = spec.name.isEmpty() ? spec.role : spec.name;
    run.parent = spec.parent;
    run.tags = {{u"signalbox.flow"_s, spec.flow}, {u"signalbox.flow_id"_s, spec.flowId},
        {u"signalbox.role"_s, spec.role}, {u"mlflow.source.name"_s, u"signalbox"_s},
        {u"mlflow.source.type"_s, u"LOCAL"_s}};
    if (!spec.user.isEmpty())
        run.tags.append({u"mlflow.user"_s, spec.user});
    return run;
}

} // namespace

FlowRun::FlowRun(Connector &connector, FlowRunSpec spec, QObject *parent)
    : QObject(parent)
    , m_spec(std::move(spec))
    , m_session(connector.startRun(runSpec(m_spec)))
{
    m_batchTimer.setSingleShot(true);
    m_batchTimer.setInterval(kBatchInterval);
    connect(&m_batchTimer, &QTimer::timeout, this, &FlowRun::sendBatch);
    connect(&connector, &Connector::aboutToShutDown, this, &FlowRun::sendBatch);
    connect(&connector, &Connector::runLinked, this, [this](const RunLink &link) {
        if (link.localId != m_session.localId() || !m_runId.isEmpty())
            return;
        m_runId = link.runId;
        Q_EMIT linked(m_spec.role, m_runId);
    });
}

FlowRun::~FlowRun()
{
    end(RunOutcome::killed(u"the flow was given up"_s));
}

LocalRunId FlowRun::localId() const
{
    return m_session.localId();
}

RunId FlowRun::runId() const
{
    return m_runId.isEmpty() ? m_session.runId() : m_runId;
}

QJsonValue FlowRun::runIdJson() const
{
    const RunId id = runId();
    return id.isEmpty() ? QJsonValue() : QJsonValue(id.text());
}

void FlowRun::addParam(const QString &key, const QString &value)
{
    m_params.append({key, value});
    m_batchTimer.start();
}

void FlowRun::addTag(const QString &key, const QString &value)
{
    m_tags.append({key, value});
    m_batchTimer.start();
}

void FlowRun::addMetric(const QString &key, double value, qint64 step, qint64 timestamp)
{
    mlflow::Metric metric;
    metric.key = key;
    metric.value = value;
    metric.step = step;
    metric.timestamp = timestamp > 0 ? timestamp : QDateTime::currentMSecsSinceEpoch();
    m_metrics.append(metric);
    if (m_metrics.size() >= kBatchSize)
        sendBatch();
    else if (!m_batchTimer.isActive())
        m_batchTimer.start();
}

void FlowRun::sendBatch()
{
    m_batchTimer.stop();
    if (m_ended)
        return;
    if (!m_params.isEmpty())
        watch(m_session.logParams(std::exchange(m_params, {})));
    if (!m_tags.isEmpty())
        watch(m_session.setTags(std::exchange(m_tags, {})));
    if (!m_metrics.isEmpty())
        watch(m_session.logMetrics(std::exchange(m_metrics, {})));
}

void FlowRun::addArtifact(const QString &file, const QString &to)
{
    if (!m_ended)
        watch(m_session.logArtifact(file, to));
}

void FlowRun::addText(const QString &text, const QString &to)
{
    if (!m_ended)
        watch(m_session.logText(text, to));
}

void FlowRun::addJson(const QJsonObject &json, const QString &to)
{
    addText(QString::fromUtf8(QJsonDocument(json).toJson()), to);
}

void FlowRun::addInputs(const QList<mlflow::DatasetInput> &inputs)
{
    if (!m_ended && !inputs.isEmpty())
        watch(m_session.logInputs(inputs));
}

void FlowRun::addModel(const ModelFolder &model)
{
    sendBatch();
    if (!m_ended)
        watch(m_session.logModel(model));
}

void FlowRun::end(const RunOutcome &outcome)
{
    if (m_ended)
        return;
    sendBatch();
    watch(m_session.finish(outcome));
    m_ended = true;
}

//! What the server would not take is told, but only a journal that cannot write stops the flow.
void FlowRun::watch(const Call<Ack> &ack)
{
    ++m_unacknowledged;
    ack.then(this, [this](const Result<Ack> &result) {
        --m_unacknowledged;
        if (!result && result.error().kind == ErrorKind::Local && !m_error)
            m_error = result.error();
        else if (!result)
            qCWarning(lcFlows) << m_spec.role << "not recorded:" << result.error().text();
        settle();
    });
}

void FlowRun::settle()
{
    if (m_unacknowledged > 0)
        return;
    for (const Promise<void> &waiting : std::exchange(m_waiting, {}))
        waiting.resolve(m_error ? Result<void>(Failure(*m_error)) : Result<void>());
}

Call<void> FlowRun::committed()
{
    sendBatch();
    m_waiting.append(Promise<void>());
    const Call<void> call = m_waiting.last().call();
    settle();
    return call;
}

Call<RunLink> FlowRun::synced()
{
    sendBatch();
    return m_session.synced();
}

Call<void> FlowRun::syncedWithin(std::chrono::milliseconds limit)
{
    const Call<RunLink> call = synced();
    Promise<void> promise;
    promise.onCancel([call] { call.cancel(); });
    QTimer::singleShot(limit, this, [call] { call.cancel(); });
    call.then(this, [promise](const Result<RunLink> &) { promise.resolve({}); });
    return promise.call();
}

} // namespace signalbox
