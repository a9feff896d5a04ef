// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workspace/home.h"

#include <QtCore/QList>
#include <QtCore/QUrl>

#include <functional>

namespace signalbox {

//! A named connection. Secrets are not in here: they live in the keychain.
struct Profile {
    QString name;
    QUrl url; //!< Empty means the local workspace.
    bool stayOffline = false;
    QString id; //!< Given by the first save; names the journal, so that a profile may be renamed.
    [[nodiscard]] bool isLocalWorkspace() const { return url.isEmpty(); }
};

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
 *  and fragment. InvalidInput says what is wrong with `text`. */
[[nodiscard]] Result<QUrl> serverAddress(const QString &text);

} // namespace signalbox
