// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/flows/flow.h"
#include "core/mlflow/server.h"
#include "core/tracking/connector.h"
#include "core/workspace/home.h"
#include "core/workspace/local_server.h"
#include "core/workspace/profile.h"
#include "core/workspace/python_environment.h"
#include "core/workspace/secrets.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimer>

#include <memory>

namespace signalbox {

//! Where the server's address came from; credentials of the environment go only with the first two.
enum class ServerOrigin : quint8 { Option, Environment, Profile, LocalWorkspace };

struct ServerTarget;

struct SessionOptions {
    QString trackingUri; //!< `--tracking-uri`
    QString profile; //!< `--profile`
    std::chrono::milliseconds timeout{0}; //!< `--timeout`
};

/*! The composition root that terminal and window share: builds home, environment, local server,
 *  MLflow server and connector, and passes them on by reference. Main thread; one per process. */
class Session final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Session)

public:
    explicit Session(SessionOptions options, QObject *parent = nullptr);
    ~Session() override;

    [[nodiscard]] Home &home() { return m_home; }
    [[nodiscard]] PythonEnvironment &environment() { return m_environment; }
    [[nodiscard]] LocalServer &localServer() { return m_localServer; }
    [[nodiscard]] ProfileStore &profiles() { return m_profiles; }
    [[nodiscard]] SecretStore &secrets() { return m_secrets; }

    //! Which server the options, environment and profiles name; decided without a request.
    [[nodiscard]] ServerOrigin origin() const { return m_origin; }
    //! "Local workspace", a profile's name or the host.
    [[nodiscard]] const QString &serverTitle() const { return m_title; }

    //! What must be said wherever this connection shows; empty for a safe one.
    [[nodiscard]] const QString &standingWarning() const { return m_warning; }

    /*! Builds server and connector (local files only, no request). For the local workspace this
     *  uses the stored address; openAndStart() also starts it. Without effect when that server is
     *  open already. InvalidInput for a bad URI. */
    //! Whether a local workspace that was used before can be started without installing anything.
    [[nodiscard]] bool resumesLocalWorkspace() const;
    [[nodiscard]] Result<void> open();
    //! Where the journal of that server lies; opens nothing and asks no server.
    [[nodiscard]] Result<QString> journalFolder();
    [[nodiscard]] Call<void> openAndStart();
    //! Switches to another profile; the old connector is flushed for a moment and closed.
    [[nodiscard]] Call<void> switchProfile(const QString &name);

    /*! Profile or secrets of the connection in use were changed, by whomever: uses them from now
     *  on, and what waited for them goes on. Reopens only where that is needed. */
    [[nodiscard]] Call<void> renew();
    //! How a client reaches the profile's server, with the typed secrets over those of its entry.
    [[nodiscard]] RestConfig configFor(const Profile &profile, const ProfileSecrets &typed = {});
    //! The same for the server of options, environment and active profile.
    [[nodiscard]] Result<RestConfig> presentConfig();

    [[nodiscard]] bool isOpen() const { return m_connector != nullptr; }
    [[nodiscard]] mlflow::Server &server() { return *m_server; } //!< Only when open.
    [[nodiscard]] Connector &connector() { return *m_connector; } //!< Only when open.
    [[nodiscard]] FlowContext flowContext();

Q_SIGNALS:
    //! Before server and connector go away: drop every reference to them.
    void aboutToClose();
    //! New server and connector are in place.
    void opened();
    void progress(const QString &text);
    //! The server refused the login of this connection, or accepts it again.
    void loginRefused();
    void loginAccepted();
    //! Something the user should know about how the server was named; plain text.
    void notice(const QString &text);

private:
    [[nodiscard]] Result<ServerTarget> resolve();
    [[nodiscard]] Result<void> build(const ServerTarget &target);
    [[nodiscard]] RestConfig configOf(const ServerTarget &target);
    [[nodiscard]] Call<LinkSettings> fetchLink(const QString &profileId);
    [[nodiscard]] Result<void> meetLocalServer();
    void followLocalServer(const LocalServerStatus &status);
    //! "Stay offline" is the profile's: every process that has it open obeys within a second.
    void obeyProfile();
    void close();
    SessionOptions m_options;
    Home m_home;
    PythonEnvironment m_environment;
    LocalServer m_localServer;
    ProfileStore m_profiles;
    SecretStore m_secrets;
    ServerOrigin m_origin = ServerOrigin::LocalWorkspace;
    QString m_title;
    QString m_warning;
    QString m_journalKey; //!< Of what is open.
    Profile m_openProfile; //!< As it was when it was opened.
    QTimer m_profileWatch;
    QDateTime m_profilesChanged; // as of the last look
    bool m_staysOffline = false; // the profile's word
    std::unique_ptr<mlflow::Server> m_server;
    std::unique_ptr<Connector> m_connector;
};

} // namespace signalbox
