// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/workspace/keychain.h"
#include "core/workspace/profile.h"

#include <QtCore/QHash>

#include <memory>

namespace signalbox {

//! Everything secret about one connection; one keychain entry. In memory only otherwise.
struct ProfileSecrets {
    QString login; //!< Password, token or header value, as the profile's auth says.
    QString keyPassphrase;
    QString proxyPassword;
    [[nodiscard]] bool isEmpty() const;
    //! These, and for what they leave open the others.
    [[nodiscard]] ProfileSecrets over(const ProfileSecrets &others) const;
    bool operator==(const ProfileSecrets &) const = default;
};

enum class SecretPlace : quint8 {
    Nowhere, //!< There is no secret.
    Keychain,
    Session, //!< In this process only: there is no keychain.
};
[[nodiscard]] QString nameOf(SecretPlace place);

/*! The secrets of the profiles. What the keychain cannot take stays in memory until the process
 *  ends, and the caller is told so. Everything that passes here is unprintable from then on.
 *  Main thread. */
class SecretStore final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SecretStore)

public:
    //! Without `keychain` the one of the system.
    explicit SecretStore(std::unique_ptr<Keychain> keychain = nullptr, QObject *parent = nullptr);

    //! Asks the keychain only when the profile says that there is an entry.
    [[nodiscard]] Call<ProfileSecrets> read(const Profile &profile);
    /*! Replaces all secrets of the profile, which must have been saved before. Empty ones delete
     *  the entry. A locked keychain is an error; a missing one leaves them in this session. */
    [[nodiscard]] Call<SecretPlace> write(const Profile &profile, const ProfileSecrets &secrets);
    [[nodiscard]] Call<void> remove(const Profile &profile);
    //! Where they are, as far as known without asking.
    [[nodiscard]] SecretPlace placeOf(const Profile &profile) const;

private:
    std::unique_ptr<Keychain> m_keychain;
    QHash<QString, ProfileSecrets> m_session; // by profile id
};

//! What a client needs to reach the profile's server.
[[nodiscard]] LinkSettings linkOf(const Profile &profile, const ProfileSecrets &secrets);

/*! Saves the profile, puts the typed secrets over those it has, and notes in the profile where they
 *  are. Another way to log in forgets the secret of the one before. */
[[nodiscard]] Call<SecretPlace> saveConnection(ProfileStore &profiles, SecretStore &secrets,
    const Profile &profile, const ProfileSecrets &typed = {});
//! Removes the profile with its keychain entry; the entry first, so that none is left behind.
[[nodiscard]] Call<void> removeConnection(
    ProfileStore &profiles, SecretStore &secrets, const QString &name);

} // namespace signalbox
