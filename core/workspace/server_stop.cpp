// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/server_stop.h"

#include "core/base/logging.h"
#include "core/engine/process_group.h"

#include <QtCore/QFileInfo>
#include <QtCore/QSet>
#include <QtCore/QTimer>

#include <chrono>
#include <csignal>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kPoll = 100ms;
constexpr qint64 kGraceMs = 15'000; // measured: 2 s, and 12 s when the parent was killed before
constexpr qint64 kKillMs = 5'000;
constexpr qint64 kLockLimitMs = 300'000;

} // namespace

ServerStop::ServerStop(ServerFiles files, QObject *parent)
    : QObject(parent)
    , m_files(std::move(files))
    , m_lock(m_files.lockFile())
{
}

Call<void> ServerStop::run()
{
    const Call<void> call = m_promise.call();
    m_elapsed.start();
    if (QFileInfo::exists(m_files.folder()))
        takeLock();
    else
        finish({}); // never started
    return call;
}

Call<void> ServerStop::endProcesses()
{
    const Call<void> call = m_promise.call();
    begin();
    return call;
}

void ServerStop::takeLock()
{
    if (m_promise.isFinished())
        return;
    if (m_lock.tryLock())
        begin();
    else if (m_lock.problem().isEmpty() && m_elapsed.elapsed() < kLockLimitMs)
        QTimer::singleShot(kPoll, this, &ServerStop::takeLock);
    else
        finish(Failure(ErrorKind::Local,
            u"Another process is starting or stopping the local server and does not end."_s,
            u"Look for other Signalbox processes of this home, then try again."_s));
}

void ServerStop::begin()
{
    m_elapsed.start();
    signalAll(m_files.processes(), SIGTERM);
    check();
}

void ServerStop::check()
{
    const QList<ProcessInfo> left = m_files.processes();
    if (left.isEmpty()) {
        ServerRecord record = m_files.record();
        record.pid = 0;
        record.startTime = 0;
        record.ready = false;
        finish(m_files.write(record));
        return;
    }
    if (m_elapsed.elapsed() > kGraceMs + kKillMs) {
        finish(Failure(ErrorKind::Local,
            u"Process %1 of the local server cannot be ended."_s.arg(left.first().pid),
            u"It may be waiting for a disk; try again, or restart the machine."_s));
        return;
    }
    if (!m_killed && m_elapsed.elapsed() > kGraceMs) {
        m_killed = true;
        qCWarning(lcWorkspace) << "the local server did not end in time and is killed";
        signalAll(left, SIGKILL);
    }
    QTimer::singleShot(kPoll, this, &ServerStop::check);
}

void ServerStop::signalAll(const QList<ProcessInfo> &processes, int signal)
{
    QSet<qint64> groups;
    for (const ProcessInfo &process : processes)
        groups << process.group;
    groups.remove(::getpgrp()); // a program that was started by a server's helper is not its prey
    for (const qint64 group : std::as_const(groups))
        signalGroup(group, signal);
}

void ServerStop::finish(const Result<void> &result)
{
    m_lock.unlock();
    m_promise.resolve(result);
}

} // namespace signalbox
