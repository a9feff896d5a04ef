// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/local_server.h"

#include "core/workspace/python_environment.h"
#include "core/workspace/server_files.h"
#include "core/workspace/server_start.h"
#include "core/workspace/server_stop.h"

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(LocalServerState state)
{
    switch (state) {
    case LocalServerState::Stopped:
        return u"stopped"_s;
    case LocalServerState::Starting:
        return u"starting"_s;
    case LocalServerState::Running:
        return u"running"_s;
    case LocalServerState::Orphaned:
        return u"orphaned"_s;
    }
    return u"stopped"_s;
}

LocalServer::LocalServer(Home home, PythonEnvironment &environment, QObject *parent)
    : QObject(parent)
    , m_home(std::move(home))
    , m_environment(environment)
{
}

LocalServerStatus LocalServer::status() const
{
    return ServerFiles(m_home).status();
}

QString LocalServer::logTail(int lines) const
{
    return ServerFiles(m_home).logTail(lines);
}

Result<QUrl> LocalServer::address() const
{
    const ServerFiles files(m_home);
    if (const quint16 port = files.record().port; port != 0)
        return ServerFiles::url(port);
    const Result<ServerRecord> reserved = files.reservePort(false);
    if (!reserved)
        return reserved.failure();
    return ServerFiles::url(reserved->port);
}

Call<LocalServerStatus> LocalServer::start()
{
    if (m_starting.isValid() && !m_starting.isFinished())
        return m_starting;
    if (!m_environment.status().ready)
        Q_EMIT progress(u"Making the Python environment (once, about 700 MB)"_s);
    connect(&m_environment, &PythonEnvironment::progress, this, &LocalServer::progress,
        Qt::UniqueConnection);
    m_starting = m_environment.ensure().andThen(this, [this](const EnvironmentStatus &status) {
        auto *start = new ServerStart(ServerFiles(m_home), status.python, this);
        connect(start, &ServerStart::progress, this, &LocalServer::progress);
        const Call<LocalServerStatus> call = start->run();
        Q_EMIT statusChanged(this->status());
        call.then(this, [start](const Result<LocalServerStatus> &) { start->deleteLater(); });
        return call;
    });
    m_starting.then(
        this, [this](const Result<LocalServerStatus> &) { Q_EMIT statusChanged(status()); });
    return m_starting;
}

Call<void> LocalServer::stop()
{
    auto *stop = new ServerStop(ServerFiles(m_home), this);
    const Call<void> call = stop->run();
    call.then(this, [this, stop](const Result<void> &) {
        stop->deleteLater();
        Q_EMIT statusChanged(status());
    });
    return call;
}

} // namespace signalbox
