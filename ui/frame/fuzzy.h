// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

namespace signalbox {

/*! How well `text` answers `pattern`: 0 when its letters do not occur in order, more for letters
 *  that begin words or follow each other. An empty pattern matches everything. Pure. */
[[nodiscard]] int fuzzyScore(const QString &pattern, const QString &text);

} // namespace signalbox
