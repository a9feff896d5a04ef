// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition/session.h"

#include "app/composition/server_target.h"
#include "core/base/logging.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QPointer>

#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kFlushBeforeSwitch = 1s;
constexpr std::chrono::milliseconds kProfileWatch = 500ms;

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
    connect(&m_profileWatch, &QTimer::timeout, this, &Session::obeyProfile);
    m_profileWatch.start(kProfileWatch);
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
        m_warning = insecurityWarning(*target);
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

bool Session::resumesLocalWorkspace() const
{
    return m_origin == ServerOrigin::LocalWorkspace && m_environment.status().ready
        && QFileInfo::exists(m_home.path(u"workspace/mlflow.db"_s));
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

Result<QString> Session::journalFolder()
{
    const Result<ServerTarget> target = resolve();
    if (!target)
        return target.failure();
    if (target->origin != ServerOrigin::LocalWorkspace)
        return m_home.folder(u"journal/"_s + target->identity.key);
    const Result<QString> id = m_home.workspaceId();
    return id ? m_home.folder(u"journal/workspace-"_s + *id) : id;
}

Result<void> Session::build(const ServerTarget &target)
{
    if (isOpen() && m_journalKey == target.identity.key)
        return {};
    close();
    const Result<QString> journal = m_home.folder(u"journal/"_s + target.identity.key);
    if (!journal)
        return journal.failure();
    auto server = std::make_unique<mlflow::Server>(configOf(target));
    if (target.stayOffline)
        server->breaker().isolate(u"The profile says to stay offline."_s);
    Result<std::unique_ptr<Connector>> connector =
        Connector::open(*server, *journal, target.identity);
    if (!connector)
        return connector.failure();
    m_server = std::move(server);
    m_connector = std::move(connector).value();
    m_journalKey = target.identity.key;
    m_openProfile = target.profile;
    connect(&m_server->client(), &RestClient::unauthorized, this, &Session::loginRefused);
    connect(&m_server->client(), &RestClient::authorized, this, &Session::loginAccepted);
    m_staysOffline = target.stayOffline;
    if (!target.notice.isEmpty())
        Q_EMIT notice(target.notice);
    Q_EMIT opened();
    return {};
}

RestConfig Session::configOf(const ServerTarget &target)
{
    RestConfig config;
    config.baseUrl = target.url;
    config.timeoutCap = m_options.timeout;
    config.link = target.link;
    config.workspace = target.workspace.toUtf8();
    if (target.origin != ServerOrigin::Profile)
        return config;
    const Profile &profile = target.profile;
    config.probeTimeout = profile.probeTimeout;
    config.requestTimeout = profile.requestTimeout;
    config.loginHint =
        u"Enter the right secret: signalboxctl profile login \"%1\", or in the "
        "window's settings. What waits in the journal goes on then."_s.arg(profile.name);
    config.fetchLink = [self = QPointer<Session>(this), id = profile.id] {
        return self ? self->fetchLink(id)
                    : Call<LinkSettings>::finished(
                        Failure(ErrorKind::Cancelled, u"The connection was closed."_s));
    };
    return config;
}

Call<LinkSettings> Session::fetchLink(const QString &profileId)
{
    const Result<Profile> profile = m_profiles.findById(profileId);
    // Not "not found": that would be taken for the server's word about what is asked for.
    if (!profile)
        return Call<LinkSettings>::finished(
            Failure(ErrorKind::Unauthorized, profile.error().message, profile.error().hint));
    return m_secrets.read(*profile).andThen(this, [profile = *profile](const ProfileSecrets &read) {
        return Call<LinkSettings>::finished(linkOf(profile, read));
    });
}

RestConfig Session::configFor(const Profile &profile, const ProfileSecrets &typed)
{
    RestConfig config = configOf(targetOf(profile));
    config.link = linkOf(profile, typed);
    config.fetchLink = nullptr;
    if (m_secrets.placeOf(profile) == SecretPlace::Nowhere)
        return config;
    config.fetchLink = [self = QPointer<Session>(this), profile, typed] {
        using Done = Call<LinkSettings>;
        if (!self)
            return Done::finished(Failure(ErrorKind::Cancelled, u"The window was closed."_s));
        return self->m_secrets.read(profile).andThen(
            self, [profile, typed](const ProfileSecrets &stored) {
                return Done::finished(linkOf(profile, typed.over(stored)));
            });
    };
    return config;
}

Result<RestConfig> Session::presentConfig()
{
    const Result<ServerTarget> target = resolve();
    if (!target)
        return target.failure();
    if (target->origin != ServerOrigin::LocalWorkspace)
        return target->origin == ServerOrigin::Profile ? configFor(target->profile)
                                                       : configOf(*target);
    const Result<QUrl> address = m_localServer.address();
    if (!address)
        return address.failure();
    RestConfig config = configOf(*target);
    config.baseUrl = *address;
    return config;
}

Call<void> Session::renew()
{
    const Result<ServerTarget> target = resolve();
    if (!target)
        return Call<void>::finished(target.failure());
    if (!isOpen() || target->origin != ServerOrigin::Profile)
        return openAndStart();
    const Profile &now = target->profile;
    if (m_journalKey != target->identity.key || m_openProfile.probeTimeout != now.probeTimeout
        || m_openProfile.requestTimeout != now.requestTimeout) {
        close();
        return openAndStart();
    }
    m_openProfile = now;
    if (m_server->url() != target->url)
        m_server->client().setBaseUrl(target->url);
    m_server->client().renewLink();
    if (m_server->breaker().state() == BreakerState::Open)
        m_server->breaker().reset();
    (void)m_connector->flush(kFlushBeforeSwitch);
    return Call<void>::finished({});
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

void Session::obeyProfile()
{
    const QDateTime changed = QFileInfo(m_home.path(u"profiles.json"_s)).lastModified();
    if (!isOpen() || changed == m_profilesChanged)
        return;
    m_profilesChanged = changed;
    const QList<Profile> profiles = m_profiles.profiles();
    for (const Profile &profile : profiles) {
        const bool isOurs = profile.isLocalWorkspace()
            ? m_journalKey.startsWith("workspace-"_L1)
            : m_journalKey.startsWith(u"profile-"_s + profile.id);
        if (!isOurs || std::exchange(m_staysOffline, profile.stayOffline) == profile.stayOffline)
            continue;
        if (profile.stayOffline)
            m_server->breaker().isolate(u"The profile says to stay offline."_s);
        else if (m_server->breaker().state() == BreakerState::Isolated)
            m_server->breaker().reset();
    }
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
