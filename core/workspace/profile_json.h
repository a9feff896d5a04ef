// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workspace/profile.h"

class QJsonObject;

namespace signalbox {

//! A profile as `profiles.json` and the terminal show it; there is no secret to leave out.
[[nodiscard]] QJsonObject toJson(const Profile &profile);
//! Whatever is missing or of a wrong type takes its default.
[[nodiscard]] Profile profileFrom(const QJsonObject &object);

} // namespace signalbox
