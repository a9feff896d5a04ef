// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/session.h"

#include "app/composition/server_target.h"
#include "core/base/logging.h"

#include <QtCore/QDir>

#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kFlushBeforeSwitch = 1s;

QString operatingSystemUser()
{
    if (const passwd *entry = ::getpwuid(::getuid()))
        return QString::fromLocal8Bit(entry->pw_name);
    return qEnvironmentVariable("USER", u"unknown"_s);
}

} // namespace

Session::Session(SessionOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_home(Home::fromEnvironment())
    , m_environment(m_home)
    , m_localServer(m_home, m_environment)
    , m_profiles(m_home)
{
    connect(&m_localServer, &LocalServer::progress, this, &Session::progress);
    connect(&m_localServer, &LocalServer::statusChanged, this, &Session::followLocalServer);
    (void)resolve();
}

Session::~Session()
{
    close();
}

Result<ServerTarget> Session::resolve()
{
    Result<ServerTarget> target = resolveTarget(m_options, m_profiles, QDir::homePath());
    if (target) {
        m_origin = target->origin;
        m_title = target->title;
    }
    return target;
}

void Session::close()
{
    if (!m_server)
        return;
    Q_EMIT aboutToClose();
    m_connector.reset();
    m_server.reset();
}

Result<void> Session::open()
{
    const Result<ServerTarget> resolved = resolve();
    if (!resolved)
        return resolved.failure();
    ServerTarget target = *resolved;
    if (target.origin == ServerOrigin::LocalWorkspace) {
        const Result<QUrl> address = m_localServer.address();
        const Result<QString> id = m_home.workspaceId();
        if (!address)
            return address.failure();
        if (!id)
            return id.failure();
        target.url = *address;
        target.identity = {u"workspace-"_s + *id, target.title};
    }
    return build(target);
}

Result<void> Session::build(const ServerTarget &target)
{
    if (isOpen() && m_journalKey == target.identity.key)
        return {};
    close();
    const Result<QString> journal = m_home.folder(u"journal/"_s + target.identity.key);
    if (!journal)
        return journal.failure();
    RestConfig config;
    config.baseUrl = target.url;
    config.timeoutCap = m_options.timeout;
    if (const QByteArray login = target.credentials.authorization(); !login.isEmpty())
        config.headers << std::pair(QByteArrayLiteral("Authorization"), login);
    auto server = std::make_unique<mlflow::Server>(config);
    if (target.stayOffline)
        server->breaker().isolate(u"The profile says to stay offline."_s);
    Result<std::unique_ptr<Connector>> connector =
        Connector::open(*server, *journal, target.identity);
    if (!connector)
        return connector.failure();
    m_server = std::move(server);
    m_connector = std::move(connector).value();
    m_journalKey = target.identity.key;
    if (!target.notice.isEmpty())
        Q_EMIT notice(target.notice);
    Q_EMIT opened();
    return {};
}

Call<void> Session::openAndStart()
{
    const Result<ServerTarget> target = resolve();
    if (!target)
        return Call<void>::finished(target.failure());
    if (target->origin != ServerOrigin::LocalWorkspace || target->stayOffline)
        return Call<void>::finished(open());
    return m_localServer.start().andThen(this,
        [this](const LocalServerStatus &) { return Call<void>::finished(meetLocalServer()); });
}

Result<void> Session::meetLocalServer()
{
    if (!isOpen())
        return open();
    const Result<QUrl> address = m_localServer.address();
    if (!address)
        return address.failure();
    // Its port may have changed; flows that run keep their connector.
    if (m_server->url() != *address)
        m_server->client().setBaseUrl(*address);
    // It answers, whatever was counted while it was stopped.
    if (m_server->breaker().state() == BreakerState::Open)
        m_server->breaker().reset();
    return {};
}

void Session::followLocalServer(const LocalServerStatus &status)
{
    if (!isOpen() || m_origin != ServerOrigin::LocalWorkspace
        || status.state != LocalServerState::Running)
        return;
    if (const Result<void> met = meetLocalServer(); !met)
        qCWarning(lcWorkspace) << met.error().message;
}

Call<void> Session::switchProfile(const QString &name)
{
    if (const Result<void> chosen = m_profiles.setActive(name); !chosen)
        return Call<void>::finished(chosen);
    m_options.trackingUri.clear();
    m_options.profile = name;
    if (!isOpen())
        return openAndStart();
    const Promise<void> promise;
    m_connector->flush(kFlushBeforeSwitch)
        .then(this, [this, promise](const Result<JournalStatus> &) {
            close();
            openAndStart().then(
                this, [promise](const Result<void> &opened) { promise.resolve(opened); });
        });
    return promise.call();
}

FlowContext Session::flowContext()
{
    FlowContext context;
    context.connector = m_connector.get();
    context.home = &m_home;
    context.environment = &m_environment;
    context.resourcesDir = Home::resourcesDir();
    context.userName = operatingSystemUser();
    if (m_options.timeout > 0ms)
        context.waitLimit = m_options.timeout;
    return context;
}

} // namespace signalbox
