// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktop_context.h"

#include "core/workspace/connection_test.h"
#include "ui/pages/connection_monitor.h"

namespace signalbox {

DesktopContext::DesktopContext(Session &session, QObject *parent)
    : UiContext(parent)
    , m_session(session)
{
    connect(&session, &Session::opened, this, &UiContext::connectionChanged);
    connect(&session, &Session::aboutToClose, this, &UiContext::aboutToDisconnect);
    connect(&session, &Session::progress, this, &UiContext::connectionProgress);
    connect(&session, &Session::loginRefused, this, &UiContext::loginRefused);
    connect(&session, &Session::loginAccepted, this, &UiContext::loginAccepted);
    connect(&session, &Session::notice, this,
        [this](const QString &text) { notify(Tone::Info, text); });
}

mlflow::Server *DesktopContext::server()
{
    return m_session.isOpen() ? &m_session.server() : nullptr;
}

Connector *DesktopContext::connector()
{
    return m_session.isOpen() ? &m_session.connector() : nullptr;
}

Call<void> DesktopContext::startLocalWorkspace()
{
    const QString local = ProfileStore::localWorkspaceName();
    if (m_session.origin() != ServerOrigin::LocalWorkspace)
        return switchProfile(local);
    return reported(m_session.openAndStart());
}

Call<void> DesktopContext::switchProfile(const QString &name)
{
    return reported(m_session.switchProfile(name));
}

Call<void> DesktopContext::renewConnection()
{
    return reported(m_session.renew());
}

ConnectionTest *DesktopContext::newConnectionTest(
    const Profile &profile, const ProfileSecrets &typed)
{
    return new ConnectionTest(m_session.configFor(profile, typed));
}

Call<void> DesktopContext::reported(const Call<void> &call)
{
    call.then(this, [this](const Result<void> &) {
        Q_EMIT connectionProgress({});
        if (monitor().link() != LinkState::Connecting) // else its first question is out
            monitor().tryNow();
    });
    return call;
}

} // namespace signalbox
