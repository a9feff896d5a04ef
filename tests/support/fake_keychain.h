// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/keychain.h"

#include <QtCore/QMap>

#include <memory>

namespace signalbox::test {

//! A keychain in memory that counts questions and fails when told to.
class FakeKeychain final : public Keychain {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FakeKeychain)

public:
    FakeKeychain() = default;
    QMap<QString, QByteArray> entries;
    int reads = 0;
    QString trouble; //!< Such as "KEYCHAIN_LOCKED": every question fails with it.

    [[nodiscard]] Call<QByteArray> read(const QString &key) override
    {
        ++reads;
        if (!trouble.isEmpty())
            return Call<QByteArray>::finished(Failure(keychainError(trouble)));
        if (!entries.contains(key))
            return Call<QByteArray>::finished(
                Failure(keychainError(QStringLiteral("KEYCHAIN_MISSING"))));
        return Call<QByteArray>::finished(entries.value(key));
    }
    [[nodiscard]] Call<void> write(const QString &key, const QByteArray &secret) override
    {
        if (!trouble.isEmpty())
            return Call<void>::finished(Failure(keychainError(trouble)));
        entries.insert(key, secret);
        return Call<void>::finished({});
    }
    [[nodiscard]] Call<void> remove(const QString &key) override
    {
        if (!trouble.isEmpty())
            return Call<void>::finished(Failure(keychainError(trouble)));
        entries.remove(key);
        return Call<void>::finished({});
    }
};

inline std::unique_ptr<Keychain> newFakeKeychain(FakeKeychain **out)
{
    auto keychain = std::make_unique<FakeKeychain>();
    *out = keychain.get();
    return keychain;
}

} // namespace signalbox::test
