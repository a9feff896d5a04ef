// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connection_monitor.h"

#include "core/base/redaction.h"
#include "core/tracking/connector.h"
#include "core/workspace/local_server.h"
#include "core/workspace/profile.h"
#include "ui/models/breaker_history.h"
#include "ui/pages/ui_context.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimer>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr qsizetype kKeptLatencies = 90;

} // namespace

QString nameOf(LinkState state)
{
    switch (state) {
    case LinkState::None:
        return u"not connected"_s;
    case LinkState::Connecting:
        return u"connecting"_s;
    case LinkState::Online:
        return u"online"_s;
    case LinkState::Unreachable:
        return u"unreachable"_s;
    case LinkState::Offline:
        return u"offline"_s;
    }
    return {};
}

ConnectionMonitor::ConnectionMonitor(UiContext &context)
    : m_context(context)
    , m_log(new RequestLogModel(this))
    , m_history(new BreakerHistory(this))
    , m_countdown(new QTimer(this))
    , m_timer(new QTimer(this))
{
    m_countdown->setInterval(250ms);
    connect(m_countdown, &QTimer::timeout, this, &ConnectionMonitor::countdownTicked);
    m_timer->setInterval(10s);
    connect(m_timer, &QTimer::timeout, this, &ConnectionMonitor::checkNow);
    connect(&context, &UiContext::connectionChanged, this, &ConnectionMonitor::attach);
    connect(&context, &UiContext::aboutToDisconnect, this, &ConnectionMonitor::detach);
}

ConnectionMonitor::~ConnectionMonitor() = default;

void ConnectionMonitor::attach()
{
    detach();
    m_server = m_context.server();
    m_hasServer = m_server != nullptr;
    if (!m_server)
        return;
    RestClient &client = m_server->client();
    connect(&client, &RestClient::attemptFinished, this, &ConnectionMonitor::recordAttempt);
    connect(&client, &RestClient::unauthorized, this, [this] {
        m_unauthorized = true;
        scheduleChanged();
    });
    connect(&client, &RestClient::queueChanged, this, [this](int count) {
        m_queued = count;
        scheduleChanged();
    });
    connect(&client.breaker(), &CircuitBreaker::stateChanged, this,
        &ConnectionMonitor::recordTransition);
    connect(&client.breaker(), &CircuitBreaker::metricsChanged, this,
        &ConnectionMonitor::scheduleChanged);
    connect(m_server, &mlflow::Server::infoChanged, this, [this](const mlflow::ServerInfo &info) {
        m_info = info;
        scheduleChanged();
    });
    Connector *connector = m_context.connector();
    takeJournal(connector->journalStatus());
    connect(connector, &Connector::journalChanged, this, &ConnectionMonitor::takeJournal);
    m_history->begin(client.breaker().state(), QDateTime::currentMSecsSinceEpoch());
    if (LocalServer *local = m_context.localServer())
        connect(local, &LocalServer::statusChanged, this, &ConnectionMonitor::tryNow,
            Qt::UniqueConnection);
    m_timer->start();
    checkNow();
}

void ConnectionMonitor::detach()
{
    m_timer->stop();
    m_countdown->stop();
    m_health.cancel();
    if (m_server) {
        m_server->disconnect(this);
        m_server->client().disconnect(this);
        m_server->breaker().disconnect(this);
    }
    if (Connector *connector = m_context.connector())
        connector->disconnect(this);
    m_server = nullptr;
    m_hasServer = false;
    m_answered = false;
    m_reachable = false;
    m_stopped = false;
    m_latency = 0ms;
    m_latencies.clear();
    m_queued = 0;
    m_journal = {};
    m_journalPeak = 0;
    m_awaySince = 0;
    m_unauthorized = false;
    m_info.reset();
    m_error.reset();
    m_lastSeen = 0;
    scheduleChanged();
}

LinkState ConnectionMonitor::link() const
{
    if (!m_hasServer || (m_stopped && !hasLocalServerStopped()))
        return LinkState::None;
    if (breaker().state == BreakerState::Isolated)
        return LinkState::Offline;
    if (!m_answered)
        return LinkState::Connecting;
    return m_reachable ? LinkState::Online : LinkState::Unreachable;
}

BreakerSnapshot ConnectionMonitor::breaker() const
{
    if (!m_server)
        return {};
    BreakerSnapshot breaker = m_server->breaker().snapshot();
    const Connector *connector = m_context.connector();
    if (const auto sooner = connector ? connector->nextProbe() : std::nullopt)
        breaker.retryAfter = std::min(breaker.retryAfter, *sooner);
    return breaker;
}

QString ConnectionMonitor::address() const
{
    return m_server ? redact(m_server->url().toDisplayString()) : QString();
}

void ConnectionMonitor::checkNow()
{
    Connector *connector = m_context.connector();
    if (!connector || m_health.isRunning())
        return;
    // Asking a server that nobody has started would only open the breaker against it.
    m_stopped = localServerIsStopped();
    if (m_stopped) {
        m_answered = true;
        m_reachable = false;
        m_error = makeError(ErrorKind::Network, tr("the local workspace's server has stopped"),
            tr("Start it again; nothing that was logged is lost."));
        if (m_lastSeen > 0 && m_awaySince == 0)
            m_awaySince = QDateTime::currentMSecsSinceEpoch();
        scheduleChanged();
        return;
    }
    m_health = connector->health();
    m_health.call().then(this, [this](const Result<ConnectorHealth> &result) {
        if (result)
            take(result.value());
    });
}

bool ConnectionMonitor::localServerIsStopped() const
{
    LocalServer *local = m_context.localServer();
    if (!local || m_context.connectionTitle() != ProfileStore::localWorkspaceName())
        return false;
    const LocalServerState state = local->status().state;
    return state == LocalServerState::Stopped || state == LocalServerState::Starting;
}

void ConnectionMonitor::take(const ConnectorHealth &health)
{
    m_answered = true;
    m_reachable = health.reachable;
    m_error = health.error;
    takeJournal(health.journal);
    if (!health.reachable && m_awaySince == 0)
        m_awaySince = QDateTime::currentMSecsSinceEpoch();
    if (health.reachable) {
        m_awaySince = 0;
        m_info = health.server;
        m_latency = health.latency;
        m_lastSeen = QDateTime::currentMSecsSinceEpoch();
    }
    scheduleChanged();
}

void ConnectionMonitor::tryNow()
{
    if (!m_server)
        return;
    m_server->breaker().probeNow();
    m_health.cancel();
    checkNow();
}

void ConnectionMonitor::stayOffline()
{
    if (!m_server)
        return;
    m_server->breaker().isolate(tr("You chose to stay offline."));
    rememberOffline(true);
}

void ConnectionMonitor::goOnline()
{
    if (!m_server)
        return;
    rememberOffline(false);
    resetBreaker();
}

void ConnectionMonitor::resetBreaker()
{
    if (!m_server)
        return;
    m_server->breaker().reset();
    m_health.cancel();
    checkNow();
}

void ConnectionMonitor::rememberOffline(bool offline)
{
    ProfileStore *store = m_context.profiles();
    if (!store)
        return;
    Profile profile = store->active();
    // A server given by option or environment is nobody's profile.
    if (profile.name != m_context.connectionTitle() || profile.stayOffline == offline)
        return;
    profile.stayOffline = offline;
    if (const Result<void> saved = store->save(profile); !saved)
        m_context.notify(saved.error());
}

void ConnectionMonitor::recordAttempt(const AttemptRecord &record)
{
    m_log->add(record);
    if (record.status > 0) {
        m_latencies.append(static_cast<double>(record.elapsed.count()));
        if (m_latencies.size() > kKeptLatencies)
            m_latencies.removeFirst();
    }
    const bool answered = record.status > 0 && record.status < 500;
    if (answered)
        m_awaySince = 0;
    else if (m_awaySince == 0 && breaker().consecutiveFailures > 0) // not: held back, cancelled
        m_awaySince = record.timeMs;
    // Servers tell /health and /version to everybody; only the API shows that we are known.
    if (answered && record.status < 400 && record.path.contains(u"/api/"_s))
        m_unauthorized = false;
    scheduleChanged();
}

void ConnectionMonitor::recordTransition(const Transition &transition)
{
    m_history->add(transition, QDateTime::currentMSecsSinceEpoch());
    if (transition.to == BreakerState::Closed && transition.from != BreakerState::Closed)
        checkNow();
    else if (transition.to == BreakerState::Open)
        m_reachable = false;
    if (transition.to == BreakerState::Open)
        m_countdown->start();
    else
        m_countdown->stop();
    scheduleChanged();
}

void ConnectionMonitor::takeJournal(const JournalStatus &journal)
{
    m_journal = journal;
    const int pending = pendingItems(journal);
    m_journalPeak = pending == 0 ? 0 : qMax(m_journalPeak, pending);
    scheduleChanged();
}

int ConnectionMonitor::pendingItems(const JournalStatus &journal)
{
    return journal.pendingRuns + journal.pendingBatches + journal.pendingArtifacts;
}

QueueStatus ConnectionMonitor::queue() const
{
    return m_server ? m_server->client().queueStatus() : QueueStatus{};
}

void ConnectionMonitor::scheduleChanged()
{
    if (m_changedQueued)
        return;
    m_changedQueued = true;
    QTimer::singleShot(0, this, [this] {
        m_changedQueued = false;
        Q_EMIT changed();
    });
}

} // namespace signalbox
