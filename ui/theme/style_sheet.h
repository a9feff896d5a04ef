// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtCore/QString>

namespace signalbox {

/*! The application's style sheet. Widgets pick a look by dynamic properties: `kind` on buttons
 *  ("primary", "danger", "quiet", "chip"), `surface` on frames ("card", "bar", "side", "inset"),
 *  `level` on labels ("title", "muted", "strong"). */
[[nodiscard]] QString styleSheetFor(const Colours &colours);

} // namespace signalbox
