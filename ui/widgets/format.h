// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

#include <chrono>

namespace signalbox {

// Words for numbers and times, the same in every table. Pure functions.

[[nodiscard]] QString durationText(std::chrono::milliseconds duration); //!< "12 ms", "1 m 12 s"
//! "just now", "2 min ago", "3 d ago"; empty for 0. Both times are UTC epoch milliseconds.
[[nodiscard]] QString agoText(qint64 timeMs, qint64 nowMs);
//! The same for now as the system clock sees it.
[[nodiscard]] QString agoText(qint64 timeMs);
[[nodiscard]] QString dateTimeText(qint64 timeMs); //!< Local time, "2026-03-01 14:02:11".
//! Up to `digits` significant digits, no trailing zeros, "NaN" and "∞" as words.
[[nodiscard]] QString numberText(double value, int digits = 6);
[[nodiscard]] QString countText(qint64 value); //!< "18,240"
[[nodiscard]] QString bytesText(qint64 bytes); //!< "1.2 MB"; "–" for a negative number.
[[nodiscard]] QString axisText(double value); //!< Short: "2.5k", "0.25", "1e-06".

} // namespace signalbox
