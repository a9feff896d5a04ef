// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/system_scheme.h"

#include "ui/theme/settings_portal.h"

#include <QtCore/QFileInfo>
#include <QtDBus/QDBusConnection>
#include <QtDBus/QDBusPendingCallWatcher>
#include <QtGui/QGuiApplication>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr auto kGroup = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

// Asking for the session bus where there is none may launch one; so look first.
bool hasSessionBus()
{
    if (qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS"))
        return true;
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !runtime.isEmpty() && QFileInfo::exists(runtime + u"/bus"_s);
}

// Old portals wrap the value twice.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value;
}

} // namespace

SettingsPortal::SettingsPortal(const QDBusConnection &bus, QObject *parent)
    : QDBusAbstractInterface(u"org.freedesktop.portal.Desktop"_s,
        u"/org/freedesktop/portal/desktop"_s, "org.freedesktop.portal.Settings", bus, parent)
{
    setTimeout(2'000);
}

QDBusPendingReply<QDBusVariant> SettingsPortal::read(const QString &group, const QString &key)
{
    return asyncCall(u"Read"_s, group, key);
}

SystemScheme::SystemScheme(QObject *parent)
    : QObject(parent)
    , m_fromPalette(QGuiApplication::palette().color(QPalette::Window).lightness() < 128
              ? Scheme::Dark
              : Scheme::Light)
{
}

void SystemScheme::follow()
{
    if (m_portal || !hasSessionBus())
        return;
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    m_portal = new SettingsPortal(bus, this);
    connect(m_portal, &SettingsPortal::SettingChanged, this, &SystemScheme::take);
    auto *watcher = new QDBusPendingCallWatcher(
        m_portal->read(QLatin1String(kGroup), QLatin1String(kKey)), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
        [this](QDBusPendingCallWatcher *finished) {
            const QDBusPendingReply<QDBusVariant> reply = *finished;
            if (!reply.isError())
                take(QLatin1String(kGroup), QLatin1String(kKey), reply.value());
            finished->deleteLater();
        });
}

Scheme SystemScheme::scheme() const
{
    return m_fromPortal.value_or(m_fromPalette);
}

void SystemScheme::take(const QString &group, const QString &key, const QDBusVariant &value)
{
    if (group != QLatin1String(kGroup) || key != QLatin1String(kKey))
        return;
    // The portal's numbers: 1 dark, 2 light, anything else no preference.
    const uint word = unwrapped(value.variant()).toUInt();
    const Scheme before = scheme();
    m_fromPortal.reset();
    if (word == 1)
        m_fromPortal = Scheme::Dark;
    else if (word == 2)
        m_fromPortal = Scheme::Light;
    if (scheme() != before)
        Q_EMIT changed();
}

} // namespace signalbox
