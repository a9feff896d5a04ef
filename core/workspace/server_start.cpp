// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/server_start.h"

#include "core/base/logging.h"
#include "core/workspace/server_stop.h"

#include <QtCore/QTimer>

#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kPoll = 200ms;
constexpr qint64 kStartLimitMs = 240'000; // 10 s warm; minutes when others keep every core busy
constexpr qint64 kAnswerLimitMs = 30'000; // for one that has answered before
constexpr qint64 kLockLimitMs = 300'000;
constexpr int kMostLaunches = 3;

} // namespace

ServerStart::ServerStart(ServerFiles files, QString python, QObject *parent)
    : QObject(parent)
    , m_files(std::move(files))
    , m_python(std::move(python))
    , m_lock(m_files.lockFile())
{
}

Call<LocalServerStatus> ServerStart::run()
{
    const Call<LocalServerStatus> call = m_promise.call();
    m_elapsed.start();
    if (const Result<void> prepared = m_files.prepare(); !prepared)
        finish(prepared.failure());
    else
        takeLock();
    return call;
}

void ServerStart::finish(const Result<LocalServerStatus> &result)
{
    m_lock.unlock();
    m_probe.reset();
    m_promise.resolve(result);
}

void ServerStart::takeLock()
{
    if (m_promise.isFinished())
        return;
    if (m_lock.tryLock()) {
        begin();
        return;
    }
    if (!m_lock.problem().isEmpty() || m_elapsed.elapsed() > kLockLimitMs) {
        finish(Failure(ErrorKind::Local,
            u"Another process is starting or stopping the local server and does not end."_s
                % (m_lock.problem().isEmpty() ? QString() : QString(u" "_s % m_lock.problem())),
            u"Look for other Signalbox processes of this home, then try again."_s));
        return;
    }
    if (!std::exchange(m_waitingShown, true))
        Q_EMIT progress(u"Another process is starting the local server"_s);
    QTimer::singleShot(kPoll, this, &ServerStart::takeLock);
}

void ServerStart::begin()
{
    m_elapsed.restart();
    m_record = m_files.record();
    if (m_files.isAlive(m_record)) {
        follow();
        return;
    }
    if (m_files.processes().isEmpty())
        launch(false);
    else
        clearOrphans();
}

void ServerStart::clearOrphans()
{
    Q_EMIT progress(u"Ending what an earlier server left behind"_s);
    auto *stop = new ServerStop(m_files, this);
    stop->endProcesses().then(this, [this, stop](const Result<void> &result) {
        stop->deleteLater();
        if (!result)
            finish(result.failure());
        else
            launch(false);
    });
}

void ServerStart::launch(bool onNewPort)
{
    Result<ServerRecord> reserved = m_files.reservePort(onNewPort);
    if (!reserved) {
        finish(reserved.failure());
        return;
    }
    m_record = *reserved;
    ++m_launches;
    Q_EMIT progress(u"Starting the MLflow server on port %1"_s.arg(m_record.port));
    const Result<qint64> pid = startDaemon(m_files.daemon(m_python, m_record.port));
    const std::optional<ProcessInfo> info = pid ? processInfo(*pid) : std::nullopt;
    if (!pid) {
        finish(pid.failure());
        return;
    }
    m_record.pid = *pid;
    m_record.startTime = info ? info->startTime : 0;
    if (const Result<void> written = m_files.write(m_record); !written) {
        finish(written.failure());
        return;
    }
    m_elapsed.restart();
    follow();
}

void ServerStart::follow()
{
    RestConfig config;
    config.baseUrl = ServerFiles::url(m_record.port);
    config.retry.maxAttempts = 1;
    m_probe = std::make_unique<mlflow::Server>(config);
    // Refused connections are what a starting server looks like.
    m_probe->breaker().setEnabled(false);
    ask();
}

void ServerStart::ask()
{
    if (m_promise.isFinished())
        return;
    if (!m_files.isAlive(m_record)) {
        daemonDied();
        return;
    }
    m_probe->server.health().then(this, [this](const Result<void> &health) { answered(health); });
}

void ServerStart::answered(const Result<void> &health)
{
    if (!m_probe || m_promise.isFinished())
        return;
    // Somebody else may answer on this port, while ours could not open it and is about to end.
    const bool isOurs = health && m_files.isAlive(m_record)
        && listensOn(m_files.processes(), m_record.port).value_or(true);
    if (isOurs) {
        m_probe->server.version().then(this, [this](const Result<QString> &version) {
            recordVersion(version.valueOr({}).trimmed());
        });
        return;
    }
    if (m_elapsed.elapsed() > (m_record.ready ? kAnswerLimitMs : kStartLimitMs)) {
        finish(Failure(withLog(u"The local server (pid %1) runs, but does not answer on %2"_s.arg(
            QString::number(m_record.pid), ServerFiles::url(m_record.port).toString()))));
        return;
    }
    QTimer::singleShot(kPoll, this, &ServerStart::ask);
}

void ServerStart::recordVersion(const QString &version)
{
    m_record.ready = true;
    m_record.version = version;
    if (const Result<void> written = m_files.write(m_record); !written)
        qCWarning(lcWorkspace) << written.error().message;
    finish(m_files.status());
}

void ServerStart::daemonDied()
{
    const QString said = m_files.logTail(40);
    if (said.contains(u"address already in use"_s) && m_launches < kMostLaunches) {
        Q_EMIT progress(u"Port %1 was taken meanwhile"_s.arg(m_record.port));
        launch(true);
        return;
    }
    finish(Failure(withLog(u"The local server ended while it was starting"_s)));
}

Error ServerStart::withLog(const QString &message) const
{
    const QString last = m_files.logTail(3).simplified();
    return makeError(ErrorKind::Local,
        QString(message % (last.isEmpty() ? u"."_s : QString(u": "_s % last))),
        u"See 'signalboxctl server logs'; 'signalboxctl server stop' clears what is left."_s);
}

} // namespace signalbox
