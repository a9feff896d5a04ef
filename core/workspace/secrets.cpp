// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/secrets.h"

#include "core/base/redaction.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QByteArray packed(const ProfileSecrets &secrets)
{
    const QJsonObject object{{u"login"_s, secrets.login},
        {u"key_passphrase"_s, secrets.keyPassphrase}, {u"proxy_password"_s, secrets.proxyPassword}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

void remember(const ProfileSecrets &secrets)
{
    rememberSecret(secrets.login);
    rememberSecret(secrets.keyPassphrase);
    rememberSecret(secrets.proxyPassword);
}

ProfileSecrets unpacked(const QByteArray &bytes)
{
    const QJsonObject object = QJsonDocument::fromJson(bytes).object();
    ProfileSecrets secrets{object[u"login"].toString(), object[u"key_passphrase"].toString(),
        object[u"proxy_password"].toString()};
    remember(secrets);
    return secrets;
}

//! A line break inside a header would let the secret write headers of its own.
Result<void> checkSecrets(const Profile &profile, const ProfileSecrets &secrets)
{
    if (profile.auth == AuthKind::Basic)
        return {};
    const QString &login = secrets.login;
    if (std::none_of(login.begin(), login.end(),
            [](QChar c) { return c.category() == QChar::Other_Control; }))
        return {};
    return Failure(ErrorKind::InvalidInput,
        u"The token contains a line break or another control character."_s,
        u"Give it as one line."_s);
}

bool keepsInSession(const Error &error)
{
    return error.apiCode == u"KEYCHAIN_UNAVAILABLE";
}

//! A lost entry counts as none: typing a secret is what repairs it.
Call<ProfileSecrets> readOrNone(SecretStore &secrets, const Profile &profile)
{
    const Promise<ProfileSecrets> promise;
    secrets.read(profile).then(&secrets, [promise](const Result<ProfileSecrets> &read) {
        const bool lost =
            !read && (read.error().apiCode == u"KEYCHAIN_MISSING" || keepsInSession(read.error()));
        promise.resolve(lost ? Result<ProfileSecrets>(ProfileSecrets{}) : read);
    });
    return promise.call();
}

QByteArray loginHeader(const Profile &profile, const QString &secret)
{
    if (profile.auth == AuthKind::Basic)
        return secret.isEmpty() ? QByteArray() : basicLogin(profile.userName, secret);
    if (profile.auth == AuthKind::Bearer)
        return secret.isEmpty() ? QByteArray() : QByteArray("Bearer " + secret.toUtf8());
    return secret.toUtf8();
}

} // namespace

bool ProfileSecrets::isEmpty() const
{
    return login.isEmpty() && keyPassphrase.isEmpty() && proxyPassword.isEmpty();
}

ProfileSecrets ProfileSecrets::over(const ProfileSecrets &others) const
{
    ProfileSecrets all = others;
    for (const auto member :
        {&ProfileSecrets::login, &ProfileSecrets::keyPassphrase, &ProfileSecrets::proxyPassword}) {
        if (!(this->*member).isEmpty())
            all.*member = this->*member;
    }
    return all;
}

QString nameOf(SecretPlace place)
{
    switch (place) {
    case SecretPlace::Nowhere:
        return u"none"_s;
    case SecretPlace::Keychain:
        return u"keychain"_s;
    case SecretPlace::Session:
        return u"session"_s;
    }
    return u"none"_s;
}

SecretStore::SecretStore(std::unique_ptr<Keychain> keychain, QObject *parent)
    : QObject(parent)
    , m_keychain(keychain ? std::move(keychain) : std::make_unique<SystemKeychain>())
{
}

Call<ProfileSecrets> SecretStore::read(const Profile &profile)
{
    const auto kept = m_session.constFind(profile.id);
    if (kept != m_session.cend())
        return Call<ProfileSecrets>::finished(*kept);
    if (!profile.hasSecrets || profile.id.isEmpty())
        return Call<ProfileSecrets>::finished(ProfileSecrets{});
    return m_keychain->read(profile.id).andThen(this, [](const QByteArray &bytes) {
        return Call<ProfileSecrets>::finished(unpacked(bytes));
    });
}

Call<SecretPlace> SecretStore::write(const Profile &profile, const ProfileSecrets &secrets)
{
    remember(secrets);
    const QString id = profile.id;
    if (secrets.isEmpty())
        return remove(profile).andThen(
            this, [] { return Call<SecretPlace>::finished(SecretPlace::Nowhere); });
    const Promise<SecretPlace> promise;
    m_keychain->write(id, packed(secrets))
        .then(this, [this, promise, id, secrets](const Result<void> &written) {
            if (written) {
                m_session.remove(id);
                promise.resolve(SecretPlace::Keychain);
            } else if (keepsInSession(written.error())) {
                m_session.insert(id, secrets);
                promise.resolve(SecretPlace::Session);
            } else {
                promise.resolve(written.failure());
            }
        });
    return promise.call();
}

Call<void> SecretStore::remove(const Profile &profile)
{
    m_session.remove(profile.id);
    if (!profile.hasSecrets)
        return Call<void>::finished({});
    return m_keychain->remove(profile.id);
}

SecretPlace SecretStore::placeOf(const Profile &profile) const
{
    if (m_session.contains(profile.id))
        return SecretPlace::Session;
    return profile.hasSecrets ? SecretPlace::Keychain : SecretPlace::Nowhere;
}

LinkSettings linkOf(const Profile &profile, const ProfileSecrets &secrets)
{
    LinkSettings link;
    const QByteArray value = loginHeader(profile, secrets.login);
    if (profile.auth != AuthKind::None && !value.isEmpty()) {
        const QByteArray name =
            profile.auth == AuthKind::Header ? profile.headerName.toLatin1() : "Authorization";
        link.login = {{name, value}};
        rememberSecret(QString::fromUtf8(value.mid(value.indexOf(' ') + 1)));
    }
    link.caFile = profile.caFile;
    link.clientCertificateFile = profile.clientCertificateFile;
    link.clientKeyFile = profile.clientKeyFile;
    link.keyPassphrase = secrets.keyPassphrase;
    link.insecure = profile.insecure;
    link.proxy = profile.proxy;
    link.proxy.password = secrets.proxyPassword;
    return link;
}

Call<SecretPlace> saveConnection(ProfileStore &profiles, SecretStore &secrets,
    const Profile &profile, const ProfileSecrets &typed)
{
    using Done = Call<SecretPlace>;
    if (const Result<void> usable = checkSecrets(profile, typed); !usable)
        return Done::finished(usable.failure());
    const Result<Profile> before =
        profile.id.isEmpty() ? profiles.find(profile.name) : profiles.findById(profile.id);
    Profile wanted = profile;
    wanted.hasSecrets = before && before->hasSecrets;
    if (const Result<void> saved = profiles.save(wanted); !saved)
        return Done::finished(saved.failure());
    const Result<Profile> stored = profiles.find(profile.name);
    if (!stored)
        return Done::finished(stored.failure());
    const bool forgets = before && before->auth != profile.auth && typed.login.isEmpty()
        && secrets.placeOf(*stored) != SecretPlace::Nowhere;
    if (typed.isEmpty() && !forgets)
        return Done::finished(secrets.placeOf(*stored));
    return readOrNone(secrets, *stored)
        .andThen(&secrets,
            [&secrets, stored = *stored, typed, forgets](ProfileSecrets known) {
                if (forgets)
                    known.login.clear();
                return secrets.write(stored, typed.over(known));
            })
        .andThen(&secrets, [&profiles, stored = *stored](SecretPlace place) {
            Profile noted = stored;
            noted.hasSecrets = place == SecretPlace::Keychain;
            if (const Result<void> saved = profiles.save(noted); !saved)
                return Done::finished(saved.failure());
            return Done::finished(place);
        });
}

Call<void> removeConnection(ProfileStore &profiles, SecretStore &secrets, const QString &name)
{
    const Result<Profile> profile = profiles.find(name);
    if (!profile)
        return Call<void>::finished(profile.failure());
    if (profile->isLocalWorkspace())
        return Call<void>::finished(profiles.remove(name));
    const Promise<void> promise;
    secrets.remove(*profile).then(
        &secrets, [&profiles, name, promise](const Result<void> &removed) {
            // Where there is no keychain, there is no entry to leave behind.
            const bool fine = removed || keepsInSession(removed.error());
            promise.resolve(fine ? profiles.remove(name) : removed);
        });
    return promise.call();
}

} // namespace signalbox
