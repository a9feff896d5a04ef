// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtCore/QObject>
#include <QtGui/QFont>

class QWidget;

namespace signalbox {

class SystemScheme;

enum class ThemeChoice : quint8 { System, Light, Dark };
[[nodiscard]] QString nameOf(ThemeChoice choice); //!< "system", "light", "dark"
[[nodiscard]] ThemeChoice themeChoiceFrom(const QString &word); //!< Unknown words mean System.

/*! Palette, style sheet and fonts of the application. One per process, made on first use and owned
 *  by the application object; main thread. Widgets ask it for colours when they paint. */
class Theme final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Theme)

public:
    //! Needs a QApplication.
    [[nodiscard]] static Theme &instance();

    /*! Puts style, palette, style sheet and font on the application, and follows the desktop's
     *  light or dark setting from now on. Call once before the first window. */
    void install();

    [[nodiscard]] ThemeChoice choice() const { return m_choice; }
    void setChoice(ThemeChoice choice);
    //! Light becomes dark and the other way round, whatever was chosen before.
    void toggle();

    [[nodiscard]] Scheme scheme() const { return m_scheme; }
    [[nodiscard]] bool isDark() const { return m_scheme == Scheme::Dark; }
    [[nodiscard]] const Colours &colours() const { return coloursFor(m_scheme); }

    [[nodiscard]] QFont bodyFont() const; //!< 10 pt.
    [[nodiscard]] QFont smallFont() const; //!< 9 pt, for pills and axes.
    [[nodiscard]] QFont strongFont() const; //!< Body, bold.
    [[nodiscard]] QFont titleFont() const; //!< Title of a page.
    //! Fixed-width figures: numbers in tables, code, logs.
    [[nodiscard]] QFont numberFont() const;

Q_SIGNALS:
    //! Colours have changed; palette and style sheet are applied already.
    void changed();
    //! The user chose, whether it looks different now or not.
    void choiceChanged();

private:
    explicit Theme(QObject *parent);
    void apply();
    [[nodiscard]] Scheme wantedScheme() const;
    SystemScheme *m_system = nullptr;
    ThemeChoice m_choice = ThemeChoice::System;
    Scheme m_scheme = Scheme::Light;
    bool m_installed = false;
};

/*! Sets a property that the style sheet asks for, and lets it take effect: the sheet reads it only
 *  when a widget is polished, which a button box does as soon as it gets its buttons. */
void setStyleProperty(QWidget *widget, const char *name, const QVariant &value);

//! Distances of the layout, all on an 8 px grid.
inline constexpr int kGrid = 8;
inline constexpr int kRowHeight = 28;

} // namespace signalbox
