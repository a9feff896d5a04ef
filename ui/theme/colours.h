// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QList>
#include <QtGui/QColor>
#include <QtGui/QPalette>

namespace signalbox {

enum class Scheme : quint8 { Light, Dark };

//! What a status means to the reader; always shown together with an icon and a word.
enum class Tone : quint8 { Neutral, Info, Good, Warning, Bad };

//! The colours of one scheme. Value type without state.
struct Colours {
    QColor background; //!< Behind the cards.
    QColor panel; //!< Cards, bars, tables.
    QColor line; //!< Borders and rules.
    QColor ink; //!< Text.
    QColor muted; //!< Secondary text.
    QColor accent; //!< The one accent: links, selection marks, running things.
    QColor accentFill; //!< Fill of the primary button; carries onAccent text at 4.5:1.
    QColor onAccent;
    QColor selection; //!< Background of selected rows.
    QColor hover; //!< Background under the pointer.
    QColor good;
    QColor warning;
    QColor bad;
    QList<QColor> series; //!< Lines of charts, in order.

    [[nodiscard]] QColor of(Tone tone) const;
    //! A quiet fill on which text of the same tone is readable.
    [[nodiscard]] QColor fillOf(Tone tone) const;
    [[nodiscard]] QColor seriesColour(int index) const; //!< Repeats after the last.
};

[[nodiscard]] const Colours &coloursFor(Scheme scheme);
[[nodiscard]] QPalette paletteFor(Scheme scheme);
//! `over` mixed into `under`; `share` 0 gives `under`, 1 gives `over`.
[[nodiscard]] QColor mixed(const QColor &under, const QColor &over, double share);

} // namespace signalbox
