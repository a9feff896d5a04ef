// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtCore/QString>
#include <QtGui/QIcon>
#include <QtGui/QPixmap>

namespace signalbox {

//! Which of the theme's colours an icon takes.
enum class Tint : quint8 { Ink, Muted, Accent, OnAccent, Good, Warning, Bad };
[[nodiscard]] Tint tintOf(Tone tone);

/*! One of our SVG icons (resources/icons/NAME.svg), tinted when it is painted, so it follows the
 *  theme by itself. Disabled icons are pale. A null icon for an unknown name. */
[[nodiscard]] QIcon themeIcon(const QString &name, Tint tint = Tint::Muted);
//! The same drawing as pixels of `size` logical pixels in a given colour.
[[nodiscard]] QPixmap iconPixmap(
    const QString &name, const QColor &colour, int size = 16, qreal devicePixelRatio = 1.0);

//! Links the icons and the style sheet in; called by everything that reads them.
void ensureIconResources();

} // namespace signalbox
