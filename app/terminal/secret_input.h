// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QtCore/QString>

namespace signalbox {

/*! One secret: from the terminal without echo after `prompt` on stderr, else the first line of
 *  stdin. InvalidInput when nothing comes. Blocks, which a program that asks a person may. */
[[nodiscard]] Result<QString> readSecret(const QString &prompt);

} // namespace signalbox
