// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"

#include "core/workspace/connection_test.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

QJsonObject runJson(int number, const QString &status, qint64 start)
{
    const QString id = u"run%1"_s.arg(number);
    return {{u"info"_s,
                QJsonObject{{u"run_id"_s, id}, {u"run_name"_s, u"amber-lynx-%1"_s.arg(number)},
                    {u"experiment_id"_s, u"1"_s}, {u"status"_s, status}, {u"start_time"_s, start},
                    {u"end_time"_s, start + 61'000}, {u"lifecycle_stage"_s, u"active"_s}}},
        {u"data"_s, QJsonObject{}}};
}

QJsonObject modelJson()
{
    const QJsonObject version{{u"name"_s, u"churn"_s}, {u"version"_s, u"3"_s},
        {u"current_stage"_s, u"Staging"_s}, {u"status"_s, u"READY"_s},
        {u"creation_timestamp"_s, QDateTime::currentMSecsSinceEpoch() - 7'200'000}};
    return {{u"name"_s, u"churn"_s}, {u"latest_versions"_s, QJsonArray{version}}};
}

} // namespace

FakeContext::FakeContext()
    : m_home(m_dir.path())
    , m_environment(m_home)
    , m_localServer(m_home, m_environment)
    , m_profiles(m_home)
    , m_secrets(newFakeKeychain(&keychain))
{
}

FakeContext::~FakeContext()
{
    disconnectFake();
}

void FakeContext::connectFake(const QString &title, const BreakerConfig &breaker)
{
    disconnectFake();
    m_title = title;
    auto transport = std::make_unique<FakeTransport>();
    m_fake = transport.get();
    scriptAnswers(*m_fake);
    RestConfig config;
    config.baseUrl = QUrl(u"http://tracking.example.com:5000"_s);
    config.breaker = breaker;
    config.retry.maxAttempts = 1;
    m_server = std::make_unique<mlflow::Server>(config, std::move(transport));
    auto connector =
        Connector::open(*m_server, m_dir.filePath(u"journal"_s), {u"fake"_s, u"Fake"_s});
    Q_ASSERT(connector.hasValue());
    m_connector = std::move(connector).value();
    Q_EMIT connectionChanged();
}

void FakeContext::disconnectFake()
{
    if (!m_server)
        return;
    Q_EMIT aboutToDisconnect();
    m_connector.reset();
    m_server.reset();
    m_fake = nullptr;
}

void FakeContext::scriptAnswers(FakeTransport &fake)
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    fake.on(Verb::Get, u"/health"_s, FakeReply::text(200, "OK"));
    fake.on(Verb::Get, u"/version"_s, FakeReply::text(200, "3.17.2"));
    fake.on(Verb::Get, u"/api/3.0/mlflow/server-info"_s,
        FakeReply::json(R"({"store_type": "SqlStore", "workspaces_enabled": false})"));
    fake.on(Verb::Post, u"/api/2.0/mlflow/experiments/search"_s,
        FakeReply::json(
            R"({"experiments": [{"experiment_id": "1", "name": "churn", "lifecycle_stage": "active"}]})"));
    fake.on(Verb::Post, u"/api/2.0/mlflow/runs/search"_s,
        FakeReply::json(QJsonObject{{u"runs"_s,
            QJsonArray{runJson(2, u"RUNNING"_s, now - 60'000),
                runJson(1, u"FINISHED"_s, now - 900'000)}}}));
    fake.on(Verb::Get, u"/api/2.0/mlflow/registered-models/search"_s,
        FakeReply::json(QJsonObject{{u"registered_models"_s, QJsonArray{modelJson()}}}));
}

FlowContext FakeContext::flowContext()
{
    FlowContext context;
    context.connector = m_connector.get();
    context.home = &m_home;
    context.environment = &m_environment;
    context.resourcesDir = Home::resourcesDir();
    return context;
}

Call<void> FakeContext::startLocalWorkspace()
{
    ++workspaceStarts;
    return starting.call();
}

Call<void> FakeContext::switchProfile(const QString &name)
{
    switched.append(name);
    const Result<void> chosen = m_profiles.setActive(name);
    m_title = name;
    return Call<void>::finished(chosen);
}

Call<void> FakeContext::renewConnection()
{
    ++renewals;
    return Call<void>::finished({});
}

ConnectionTest *FakeContext::newConnectionTest(const Profile &profile, const ProfileSecrets &typed)
{
    tested.append(profile.url);
    testedSecrets.append(typed);
    auto transport = std::make_unique<FakeTransport>();
    scriptAnswers(*transport);
    if (testReply)
        transport->on(Verb::Get, u"/health"_s, *testReply);
    RestConfig config;
    config.baseUrl = profile.url;
    config.link = linkOf(profile, typed);
    return new ConnectionTest(std::move(config), nullptr, std::move(transport));
}

} // namespace signalbox::test
