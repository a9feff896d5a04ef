// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtDBus/QDBusAbstractInterface>
#include <QtDBus/QDBusPendingReply>
#include <QtDBus/QDBusVariant>

namespace signalbox {

//! Proxy of org.freedesktop.portal.Settings; QtDBus fills the signal in by its name.
class SettingsPortal final : public QDBusAbstractInterface {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SettingsPortal)

public:
    explicit SettingsPortal(const QDBusConnection &bus, QObject *parent = nullptr);
    [[nodiscard]] QDBusPendingReply<QDBusVariant> read(const QString &group, const QString &key);

Q_SIGNALS:
    void SettingChanged(const QString &group, const QString &key, const QDBusVariant &value);
};

} // namespace signalbox
