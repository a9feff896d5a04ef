// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine_job.h"

#include "core/base/logging.h"
#include "core/base/redaction.h"
#include "core/engine/engine_protocol.h"
#include "core/engine/job_log.h"
#include "core/engine/process_group.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QJsonDocument>
#include <QtCore/QPointer>
#include <QtCore/QProcess>
#include <QtCore/QTimer>

#include <csignal>
#include <limits>
#include <optional>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kProtocol = 1;
constexpr qint64 kTurnMs = 8; // of the event loop, so that a chatty engine does not freeze it
constexpr qsizetype kLongestLogLine = 4'000;

double numberOf(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    const QString text = value.toString();
    if (text == u"NaN")
        return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return text.startsWith(u'-') ? -infinity : infinity;
}

} // namespace

struct EngineJobPrivate final {
    EngineJobPrivate(EngineJob *owner, EngineLaunch engineLaunch, QJsonObject document)
        : q(owner)
        , launch(std::move(engineLaunch))
        , request(std::move(document))
        , log(launch.jobDir + u"/job.log"_s)
    {
    }
    void prepare();
    void readMore();
    void drain();
    void handleLine(const QByteArray &line);
    void handle(const EngineEvent &event);
    void handlePath(const EngineEvent &event);
    void breakOff(const Error &error);
    void notStarted(QProcess::ProcessError error);
    void conclude();
    [[nodiscard]] Result<QJsonObject> outcome() const;
    [[nodiscard]] Error deathError() const;

    EngineJob *q;
    EngineLaunch launch;
    QJsonObject request;
    QProcess process;
    Promise<QJsonObject> promise;
    JobLog log;
    QTimer grace;
    QByteArray buffer;
    std::optional<QJsonObject> result;
    std::optional<Error> error; // of the protocol or of the engine's last line
    qint64 group = 0;
    bool cancelled = false;
    bool exited = false;
    bool drainQueued = false;
};

void EngineJobPrivate::prepare()
{
    request.insert(u"protocol"_s, kProtocol);
    if (!request.contains(u"job_dir"))
        request.insert(u"job_dir"_s, launch.jobDir);
    process.setProgram(launch.program);
    process.setArguments(launch.arguments);
    process.setProcessEnvironment(launch.environment);
    process.setWorkingDirectory(launch.jobDir);
    leadOwnGroup(process);
    grace.setSingleShot(true);
    QObject::connect(&grace, &QTimer::timeout, q, [this] { signalGroup(group, SIGKILL); });
    QObject::connect(&process, &QProcess::readyReadStandardOutput, q, [this] { readMore(); });
    QObject::connect(&process, &QProcess::readyReadStandardError, q,
        [this] { log.append(process.readAllStandardError()); });
    QObject::connect(
        &process, &QProcess::errorOccurred, q, [this](QProcess::ProcessError e) { notStarted(e); });
    QObject::connect(&process, &QProcess::finished, q, [this] {
        exited = true;
        grace.stop();
        log.append(process.readAllStandardError());
        readMore();
    });
    promise.onCancel([this] { q->cancel(); });
}

void EngineJobPrivate::readMore()
{
    buffer += process.readAllStandardOutput();
    if (!drainQueued)
        drain();
}

void EngineJobPrivate::drain()
{
    drainQueued = false;
    QElapsedTimer turn;
    turn.start();
    const QPointer<EngineJob> alive(q);
    qsizetype start = 0;
    qsizetype end = -1;
    while (!error && (end = buffer.indexOf('\n', start)) >= 0 && turn.elapsed() < kTurnMs) {
        const QByteArray line = buffer.mid(start, end - start);
        start = end + 1;
        handleLine(line);
        if (!alive)
            return;
    }
    buffer.remove(0, error ? buffer.size() : start);
    if (!error && end >= 0) {
        drainQueued = true;
        detail::postTo(q, [this] { drain(); });
        return;
    }
    if (!error && buffer.size() > engineLineLimit(buffer))
        handleLine(buffer);
    if (exited)
        conclude();
}

void EngineJobPrivate::handleLine(const QByteArray &line)
{
    if (line.trimmed().isEmpty() || result)
        return;
    if (line.size() > engineLineLimit(line)) {
        Error tooLong = makeError(ErrorKind::Engine,
            u"The engine broke its protocol: a line is longer than %1 bytes."_s.arg(
                engineLineLimit(line)));
        tooLong.apiCode = u"protocol"_s;
        breakOff(tooLong);
        return;
    }
    const Result<EngineEvent> event = parseEngineLine(line);
    if (!event)
        breakOff(event.error());
    else if (!cancelled)
        handle(*event);
}

void EngineJobPrivate::handle(const EngineEvent &event)
{
    const QJsonObject &o = event.fields;
    switch (event.kind) {
    case EngineEventKind::Progress:
        Q_EMIT q->progress(o[u"phase"].toString(), o[u"done"].toInteger(), o[u"total"].toInteger());
        return;
    case EngineEventKind::Metric:
        Q_EMIT q->metric(o[u"key"].toString(), numberOf(o[u"value"]), o[u"step"].toInteger(),
            o[u"timestamp"].toInteger());
        return;
    case EngineEventKind::Param:
        Q_EMIT q->param(o[u"key"].toString(), o[u"value"].toString());
        return;
    case EngineEventKind::Tag:
        Q_EMIT q->tag(o[u"key"].toString(), o[u"value"].toString());
        return;
    case EngineEventKind::Artifact:
    case EngineEventKind::Model:
        handlePath(event);
        return;
    case EngineEventKind::Log:
        Q_EMIT q->logLine(
            o[u"level"].toString().left(20), redact(o[u"text"].toString().left(kLongestLogLine)));
        return;
    case EngineEventKind::Result:
        result = o;
        return;
    case EngineEventKind::Error:
        error = engineError(o);
        return;
    case EngineEventKind::Unknown:
        qCDebug(lcEngine) << "ignored event" << o[u"event"].toString().left(50);
        return;
    }
}

void EngineJobPrivate::handlePath(const EngineEvent &event)
{
    const bool isModel = event.kind == EngineEventKind::Model;
    const QString relative = event.fields[u"path"].toString();
    const Result<QString> path =
        isModel ? engineFolder(launch.jobDir, relative) : engineFile(launch.jobDir, relative);
    if (!path) {
        breakOff(path.error());
        return;
    }
    if (!isModel) {
        Q_EMIT q->artifact(*path, event.fields[u"to"].toString());
        return;
    }
    QJsonObject model = event.fields;
    model.insert(u"path"_s, *path);
    Q_EMIT q->model(model);
}

void EngineJobPrivate::breakOff(const Error &reason)
{
    qCWarning(lcEngine) << reason.message;
    error = reason;
    signalGroup(group, SIGKILL);
}

void EngineJobPrivate::notStarted(QProcess::ProcessError problem)
{
    if (problem != QProcess::FailedToStart)
        return;
    promise.resolve(Failure(ErrorKind::Engine,
        u"The engine cannot be started with %1: %2."_s.arg(launch.program, process.errorString()),
        u"Make the Python environment: signalboxctl env create."_s));
}

Error EngineJobPrivate::deathError() const
{
    const QString said = log.tail(3);
    const QString tail = said.isEmpty() ? QString() : u" It last said: %1"_s.arg(said);
    if (process.exitStatus() == QProcess::NormalExit)
        return makeError(ErrorKind::Engine,
            u"The engine ended with code %1 without a result.%2"_s.arg(process.exitCode())
                .arg(tail),
            u"See the engine's log, which the run keeps as logs/engine.log."_s);
    // QProcess reports the number of the signal as the exit code of a crash.
    const int signal = process.exitCode();
    return makeError(ErrorKind::Engine,
        u"The engine was killed by %1.%2"_s.arg(signalName(signal), tail),
        signal == SIGKILL
            ? u"Often the machine has run out of memory: use fewer rows, or free some."_s
            : u"See the engine's log, which the run keeps as logs/engine.log."_s);
}

Result<QJsonObject> EngineJobPrivate::outcome() const
{
    if (cancelled)
        return Failure(ErrorKind::Cancelled, u"The job was cancelled."_s);
    if (error && error->apiCode == u"cancelled")
        return Failure(ErrorKind::Engine, u"The engine was stopped from outside by SIGTERM."_s,
            u"Start it again."_s);
    if (error)
        return Failure(*error);
    const bool clean = process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    if (clean && result)
        return *result;
    return Failure(deathError());
}

void EngineJobPrivate::conclude()
{
    log.close();
    signalGroup(group, SIGKILL); // helpers that outlived their leader
    promise.resolve(outcome());
}

EngineJob::EngineJob(EngineLaunch launch, QJsonObject request, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<EngineJobPrivate>(this, std::move(launch), std::move(request)))
{
}

EngineJob::~EngineJob()
{
    d->promise.onCancel(nullptr);
    d->process.disconnect();
    if (d->process.state() != QProcess::NotRunning) {
        signalGroup(d->group, SIGKILL);
        d->process.waitForFinished(1'000); // dead already; this only reaps it
    }
}

Call<QJsonObject> EngineJob::start()
{
    const Call<QJsonObject> call = d->promise.call();
    if (d->group != 0 || d->promise.isFinished())
        return call;
    d->prepare();
    d->process.start();
    d->group = d->process.processId();
    d->process.write(QJsonDocument(d->request).toJson(QJsonDocument::Compact));
    d->process.closeWriteChannel();
    return call;
}

void EngineJob::cancel()
{
    if (d->group == 0)
        d->promise.resolve(Failure(ErrorKind::Cancelled, u"The job was cancelled."_s));
    if (d->cancelled || d->exited || d->process.state() == QProcess::NotRunning)
        return;
    d->cancelled = true;
    signalGroup(d->group, SIGTERM);
    d->grace.start(d->launch.grace);
}

qint64 EngineJob::processId() const
{
    return d->group;
}

QString EngineJob::logFile() const
{
    return d->log.path();
}

} // namespace signalbox
