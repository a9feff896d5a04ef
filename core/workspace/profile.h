// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workspace/home.h"

#include <QtCore/QList>
#include <QtCore/QUrl>

namespace signalbox {

//! A named connection. Secrets are not in here: they live in the keychain.
struct Profile {
    QString name;
    QUrl url; //!< Empty means the local workspace.
    bool stayOffline = false;
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
    //! Never empty: "Local workspace" is always there.
    [[nodiscard]] QList<Profile> profiles() const;
    [[nodiscard]] Profile active() const;
    [[nodiscard]] Result<void> save(const Profile &profile);
    [[nodiscard]] Result<void> setActive(const QString &name);
    [[nodiscard]] Result<void> remove(const QString &name);

private:
    Home m_home;
};

} // namespace signalbox
