// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "ui/pages/ui_context.h"

namespace signalbox {

//! The pages' view of the session. Main thread; the session outlives it.
class DesktopContext final : public UiContext {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DesktopContext)

public:
    explicit DesktopContext(Session &session, QObject *parent = nullptr);

    [[nodiscard]] mlflow::Server *server() override;
    [[nodiscard]] Connector *connector() override;
    [[nodiscard]] LocalServer *localServer() override { return &m_session.localServer(); }
    [[nodiscard]] PythonEnvironment *environment() override { return &m_session.environment(); }
    [[nodiscard]] ProfileStore *profiles() override { return &m_session.profiles(); }
    [[nodiscard]] const Home *home() override { return &m_session.home(); }
    [[nodiscard]] FlowContext flowContext() override { return m_session.flowContext(); }
    [[nodiscard]] Dialogs &dialogs() override { return m_dialogs; }
    [[nodiscard]] QString connectionTitle() const override { return m_session.serverTitle(); }
    [[nodiscard]] SecretStore *secrets() override { return &m_session.secrets(); }
    [[nodiscard]] QString standingWarning() const override { return m_session.standingWarning(); }
    [[nodiscard]] Call<void> renewConnection() override;
    [[nodiscard]] ConnectionTest *newConnectionTest(
        const Profile &profile, const ProfileSecrets &typed) override;
    [[nodiscard]] Call<void> startLocalWorkspace() override;
    [[nodiscard]] Call<void> switchProfile(const QString &name) override;

private:
    [[nodiscard]] Call<void> reported(const Call<void> &call);
    Session &m_session;
    WidgetDialogs m_dialogs;
};

} // namespace signalbox
