// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/connector.h"
#include "core/workspace/home.h"
#include "core/workspace/local_server.h"
#include "core/workspace/profile.h"
#include "core/workspace/python_environment.h"
#include "core/workspace/secrets.h"
#include "tests/support/fake_keychain.h"
#include "tests/support/fake_transport.h"
#include "tests/ui/support/scripted_dialogs.h"
#include "ui/pages/ui_context.h"

#include <QtCore/QTemporaryDir>

#include <memory>

namespace signalbox::test {

/*! The window's world in a temporary home: a real Server and Connector over a FakeTransport that
 *  answers like a small MLflow. Not connected until connectFake(). */
class FakeContext final : public UiContext {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FakeContext)

public:
    explicit FakeContext();
    ~FakeContext() override;

    //! Connects to the fake under this title, with this breaker.
    void connectFake(
        const QString &title = QStringLiteral("prod-tracking"), const BreakerConfig &breaker = {});
    void disconnectFake();
    [[nodiscard]] FakeTransport &fake() { return *m_fake; }
    [[nodiscard]] QString homePath() const { return m_dir.path(); }
    [[nodiscard]] ProfileStore &store() { return m_profiles; }

    [[nodiscard]] mlflow::Server *server() override { return m_server.get(); }
    [[nodiscard]] Connector *connector() override { return m_connector.get(); }
    [[nodiscard]] LocalServer *localServer() override { return &m_localServer; }
    [[nodiscard]] PythonEnvironment *environment() override { return &m_environment; }
    [[nodiscard]] ProfileStore *profiles() override { return &m_profiles; }
    [[nodiscard]] const Home *home() override { return &m_home; }
    [[nodiscard]] FlowContext flowContext() override;
    [[nodiscard]] ScriptedDialogs &dialogs() override { return m_dialogs; }
    [[nodiscard]] QString connectionTitle() const override { return m_title; }
    [[nodiscard]] Call<void> startLocalWorkspace() override;
    [[nodiscard]] Call<void> switchProfile(const QString &name) override;
    [[nodiscard]] SecretStore *secrets() override { return &m_secrets; }
    [[nodiscard]] QString standingWarning() const override { return warning; }
    [[nodiscard]] Call<void> renewConnection() override;
    [[nodiscard]] ConnectionTest *newConnectionTest(
        const Profile &profile, const ProfileSecrets &typed) override;

    // What the window asked for, and what it is told.
    int workspaceStarts = 0;
    QStringList switched;
    QList<QUrl> tested;
    QList<ProfileSecrets> testedSecrets;
    int renewals = 0;
    QString warning; //!< The standing one.
    Promise<void> starting; //!< The test resolves it.
    std::optional<FakeReply> testReply; //!< What a tested server answers about its health.
    FakeKeychain *keychain = nullptr; //!< Owned by the secret store.

private:
    static void scriptAnswers(FakeTransport &fake);
    QTemporaryDir m_dir;
    Home m_home;
    PythonEnvironment m_environment;
    LocalServer m_localServer;
    ProfileStore m_profiles;
    SecretStore m_secrets;
    ScriptedDialogs m_dialogs;
    QString m_title;
    FakeTransport *m_fake = nullptr;
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;
};

} // namespace signalbox::test
