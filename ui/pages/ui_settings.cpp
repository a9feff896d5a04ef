// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ui_settings.h"

#include "core/workspace/home.h"
#include "ui/pages/ui_context.h"

#include <QtCore/QSettings>

using namespace Qt::StringLiterals;

namespace signalbox {

UiSettings::UiSettings(UiContext &context)
    : m_file(context.home() ? context.home()->path(u"pages.ini"_s) : QString())
{
}

QVariant UiSettings::value(const QString &key) const
{
    return m_file.isEmpty() ? QVariant() : QSettings(m_file, QSettings::IniFormat).value(key);
}

void UiSettings::setValue(const QString &key, const QVariant &value) const
{
    if (!m_file.isEmpty())
        QSettings(m_file, QSettings::IniFormat).setValue(key, value);
}

void UiSettings::remove(const QString &key) const
{
    if (!m_file.isEmpty())
        QSettings(m_file, QSettings::IniFormat).remove(key);
}

} // namespace signalbox
