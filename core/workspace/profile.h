// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/http/link_settings.h"
#include "core/workspace/home.h"

#include <QtCore/QList>
#include <QtCore/QUrl>

#include <chrono>
#include <functional>

namespace signalbox {

//! How a connection logs in. The secret itself is never part of a profile.
enum class AuthKind : quint8 {
    None,
    Basic, //!< User name and password.
    Bearer, //!< A token.
    Header, //!< A header of its own name, such as "X-Api-Key".
};
[[nodiscard]] QString nameOf(AuthKind kind); //!< "none", "basic", "bearer", "header"
[[nodiscard]] std::optional<AuthKind> authKindFrom(const QString &word);

//! A named connection. Secrets are not in here: they live in the keychain.
struct Profile {
    QString name;
    QUrl url; //!< Empty means the local workspace.
    bool stayOffline = false;
    QString id; //!< Given by the first save; names the journal, so that a profile may be renamed.
    AuthKind auth = AuthKind::None;
    QString userName{}; //!< For Basic.
    QString headerName{}; //!< For Header.
    bool hasSecrets = false; //!< The keychain holds an entry; it is asked only then.
    QString caFile{}; //!< PEM; when set, only its authorities are trusted.
    QString clientCertificateFile{};
    QString clientKeyFile{}; //!< Empty takes the certificate's file.
    bool insecure = false; //!< Accepts any certificate, with a standing warning.
    ProxySettings proxy{}; //!< Its password is not stored here.
    QString workspace{}; //!< MLflow workspace; empty for servers without.
    std::chrono::seconds requestTimeout{60};
    std::chrono::seconds probeTimeout{5};
    [[nodiscard]] bool isLocalWorkspace() const { return url.isEmpty(); }
};

//! InvalidInput when something in it cannot be used, with the remedy.
[[nodiscard]] Result<void> checkProfile(const Profile &profile);

//! InvalidInput unless it is empty or can be the name of an MLflow workspace.
[[nodiscard]] Result<void> checkWorkspace(const QString &workspace);

//! Profiles of a home, in `profiles.json`, written atomically. Value-like; any thread, one at a
//! time.
class ProfileStore final {
public:
    explicit ProfileStore(Home home)
        : m_home(std::move(home))
    {
    }
    //! Never empty: "Local workspace" is always there, and first.
    [[nodiscard]] QList<Profile> profiles() const;
    [[nodiscard]] Profile active() const;
    //! Adds it, or replaces the one with the same id or name. InvalidInput for a bad address.
    [[nodiscard]] Result<void> save(const Profile &profile);
    [[nodiscard]] Result<void> setActive(const QString &name);
    //! The local workspace stays. Removing the active profile makes the local workspace active.
    [[nodiscard]] Result<void> remove(const QString &name);
    //! The one with this name, or NotFound with the names there are.
    [[nodiscard]] Result<Profile> find(const QString &name) const;
    //! The one with this id; a profile may be renamed while it is in use.
    [[nodiscard]] Result<Profile> findById(const QString &id) const;

    [[nodiscard]] static QString localWorkspaceName(); //!< "Local workspace"

private:
    struct Content {
        QList<Profile> profiles;
        QString active;
    };
    [[nodiscard]] Content read() const;
    [[nodiscard]] Result<void> change(const std::function<Result<void>(Content &)> &edit);
    [[nodiscard]] Result<void> write(const Content &content) const;
    Home m_home;
};

/*! A server's address as one may connect to it: http or https with a host, without user-info, query
 *  and fragment. InvalidInput says what is wrong with `text`, which is remembered as secret where
 *  it holds a password. */
[[nodiscard]] Result<QUrl> serverAddress(const QString &text);

} // namespace signalbox
