// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/flows/flow.h"
#include "ui/dialogs/dialogs.h"
#include "ui/pages/task_list.h"
#include "ui/theme/colours.h"

#include <QtCore/QObject>
#include <QtCore/QStringList>
#include <QtCore/QUrl>

#include <memory>

namespace signalbox {

class ConnectionMonitor;
class ConnectionTest;
class Connector;
class Home;
class LocalServer;
class ProfileStore;
class PythonEnvironment;
class SecretStore;
struct Profile;
struct ProfileSecrets;

namespace mlflow {
class Server;
} // namespace mlflow

//! What a page shall show; empty members mean "as it was".
struct PageTarget {
    QString experiment; //!< Name or id.
    RunId run;
    QList<RunId> compare;
    QString model;
    QString version;
    QString action; //!< A word that the page knows, such as "demo" for Flows.
};

/*! What the pages may use, in terms of core and ui only; the composition root implements it over
 *  its session, tests over fakes. Main thread; outlives every page. */
class UiContext : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(UiContext)

public:
    explicit UiContext(QObject *parent = nullptr);
    ~UiContext() override;

    //! Null while no connection is set up; a server that is set up may still be unreachable.
    [[nodiscard]] virtual mlflow::Server *server() = 0;
    [[nodiscard]] virtual Connector *connector() = 0; //!< Null exactly when server() is.
    [[nodiscard]] virtual LocalServer *localServer() = 0;
    [[nodiscard]] virtual PythonEnvironment *environment() = 0;
    [[nodiscard]] virtual ProfileStore *profiles() = 0;
    [[nodiscard]] virtual const Home *home() = 0;
    [[nodiscard]] virtual FlowContext flowContext() = 0;
    [[nodiscard]] virtual Dialogs &dialogs() = 0;

    [[nodiscard]] virtual QString connectionTitle() const = 0; //!< "Local workspace", a profile.
    //! Starts the local MLflow server where that is what the connection needs, and connects.
    [[nodiscard]] virtual Call<void> startLocalWorkspace() = 0;
    [[nodiscard]] virtual Call<void> switchProfile(const QString &name) = 0;
    //! Where profiles keep their secrets; null in a context without profiles.
    [[nodiscard]] virtual SecretStore *secrets() { return nullptr; }
    //! What must be said on every page of this connection; empty mostly.
    [[nodiscard]] virtual QString standingWarning() const { return {}; }
    //! Uses what was changed in the profile or secrets of this connection.
    [[nodiscard]] virtual Call<void> renewConnection();
    //! A test of such a connection, apart from the window's own; the caller owns it.
    [[nodiscard]] virtual ConnectionTest *newConnectionTest(
        const Profile &profile, const ProfileSecrets &typed);

    [[nodiscard]] TaskList &tasks() { return m_tasks; }
    //! Breaker, journal, latency and request log of the present connection.
    [[nodiscard]] ConnectionMonitor &monitor() { return *m_monitor; }

    // Navigation, obeyed by the frame.
    void openPage(const QString &id, const PageTarget &target = {});
    void openRun(const RunId &run);
    void openModel(const QString &name, const QString &version = {});
    //! A short message in the corner that goes away by itself.
    void notify(Tone tone, const QString &text);
    void notify(const Error &error); //!< Message and hint, as bad news.

Q_SIGNALS:
    //! Server and connector are new, or a first connection was set up: reload.
    void connectionChanged();
    //! They go away after this signal: drop references and cancel calls.
    void aboutToDisconnect();
    //! The server refused the login, or accepts it again.
    void loginRefused();
    void loginAccepted();
    //! What is being done to get connected, for a progress line; empty when it ended.
    void connectionProgress(const QString &text);
    void pageRequested(const QString &id, const signalbox::PageTarget &target);
    void notified(signalbox::Tone tone, const QString &text);

private:
    TaskList m_tasks;
    std::unique_ptr<ConnectionMonitor> m_monitor;
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::PageTarget)
