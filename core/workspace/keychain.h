// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>

namespace signalbox {

/*! Where secrets are kept, one entry per key. Failures are Local; their apiCode tells them apart:
 *  KEYCHAIN_LOCKED, KEYCHAIN_MISSING (no such entry), KEYCHAIN_UNAVAILABLE (there is no keychain),
 *  KEYCHAIN_SILENT (no answer within the limit), KEYCHAIN_DENIED. Implemented by SystemKeychain and
 *  by the tests' fake. */
class Keychain : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Keychain)

public:
    using QObject::QObject;
    [[nodiscard]] virtual Call<QByteArray> read(const QString &key) = 0;
    [[nodiscard]] virtual Call<void> write(const QString &key, const QByteArray &secret) = 0;
    //! Success too when there was no such entry.
    [[nodiscard]] virtual Call<void> remove(const QString &key) = 0;
};

/*! The keychain of the desktop (Secret Service, KWallet) through QtKeychain. Every question ends
 *  after three seconds, whatever the service does. Asks nobody where there is no session bus: the
 *  library would start one of its own. Main thread. */
class SystemKeychain final : public Keychain {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SystemKeychain)

public:
    using Keychain::Keychain;
    [[nodiscard]] Call<QByteArray> read(const QString &key) override;
    [[nodiscard]] Call<void> write(const QString &key, const QByteArray &secret) override;
    [[nodiscard]] Call<void> remove(const QString &key) override;
};

//! A failure with one of the codes above, in words and with the remedy.
[[nodiscard]] Error keychainError(const QString &code, const QString &detail = {});

} // namespace signalbox
