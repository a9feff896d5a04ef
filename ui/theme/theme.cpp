// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "ui/theme/style_sheet.h"
#include "ui/theme/system_scheme.h"

#include <QtCore/QPointer>
#include <QtGui/QFontDatabase>
#include <QtWidgets/QApplication>
#include <QtWidgets/QStyle>
#include <QtWidgets/QStyleFactory>
#include <QtWidgets/QWidget>

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::System:
        return u"system"_s;
    case ThemeChoice::Light:
        return u"light"_s;
    case ThemeChoice::Dark:
        return u"dark"_s;
    }
    return u"system"_s;
}

ThemeChoice themeChoiceFrom(const QString &word)
{
    if (word == u"light")
        return ThemeChoice::Light;
    return word == u"dark" ? ThemeChoice::Dark : ThemeChoice::System;
}

Theme &Theme::instance()
{
    static QPointer<Theme> theme;
    if (!theme)
        theme = new Theme(qApp);
    return *theme;
}

Theme::Theme(QObject *parent)
    : QObject(parent)
    , m_system(new SystemScheme(this))
{
    m_scheme = wantedScheme();
    connect(m_system, &SystemScheme::changed, this, [this] {
        if (m_choice == ThemeChoice::System)
            apply();
    });
}

void Theme::install()
{
    if (m_installed)
        return;
    m_installed = true;
    m_system->follow();
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    QApplication::setFont(bodyFont());
    m_scheme = wantedScheme();
    QApplication::setPalette(paletteFor(m_scheme));
    qApp->setStyleSheet(styleSheetFor(colours()));
}

void Theme::setChoice(ThemeChoice choice)
{
    if (choice == m_choice)
        return;
    m_choice = choice;
    apply();
    Q_EMIT choiceChanged();
}

void Theme::toggle()
{
    setChoice(isDark() ? ThemeChoice::Light : ThemeChoice::Dark);
}

Scheme Theme::wantedScheme() const
{
    if (m_choice == ThemeChoice::System)
        return m_system->scheme();
    return m_choice == ThemeChoice::Dark ? Scheme::Dark : Scheme::Light;
}

void Theme::apply()
{
    const Scheme wanted = wantedScheme();
    if (wanted == m_scheme)
        return;
    m_scheme = wanted;
    if (m_installed) {
        QApplication::setPalette(paletteFor(m_scheme));
        qApp->setStyleSheet(styleSheetFor(colours()));
    }
    Q_EMIT changed();
}

QFont Theme::bodyFont() const
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    font.setPointSizeF(10);
    return font;
}

QFont Theme::smallFont() const
{
    QFont font = bodyFont();
    font.setPointSizeF(8.5);
    return font;
}

QFont Theme::strongFont() const
{
    QFont font = bodyFont();
    font.setBold(true);
    return font;
}

QFont Theme::titleFont() const
{
    QFont font = strongFont();
    font.setPointSizeF(12.5);
    return font;
}

QFont Theme::numberFont() const
{
    static const bool hasDejaVu = QFontDatabase::hasFamily(u"DejaVu Sans Mono"_s);
    QFont font = hasDejaVu ? QFont(u"DejaVu Sans Mono"_s)
                           : QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(9);
    font.setStyleHint(QFont::Monospace);
    return font;
}

void setStyleProperty(QWidget *widget, const char *name, const QVariant &value)
{
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace signalbox
