// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtCore/QObject>

#include <optional>

class QDBusVariant;

namespace signalbox {

class SettingsPortal;

/*! Whether the desktop is light or dark: what the settings portal says, else what the palette that
 *  Qt started with looks like. Never blocks on a service that does not answer. */
class SystemScheme final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SystemScheme)

public:
    //! Remembers the palette of the application as it is now.
    explicit SystemScheme(QObject *parent = nullptr);

    //! Starts asking the portal, when there is a session bus.
    void follow();
    [[nodiscard]] Scheme scheme() const;

Q_SIGNALS:
    void changed();

private:
    void take(const QString &group, const QString &key, const QDBusVariant &value);
    SettingsPortal *m_portal = nullptr;
    Scheme m_fromPalette = Scheme::Light;
    std::optional<Scheme> m_fromPortal;
};

} // namespace signalbox
