// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

namespace signalbox {

enum class AxisKind : quint8 {
    Linear,
    Logarithmic, //!< Positions are log10 of the value.
    WallTime, //!< UTC epoch milliseconds, shown as local time.
    Relative, //!< Milliseconds since the start.
};

struct Tick {
    double position = 0.0; //!< On the axis, after the transformation.
    QString text;
};

//! Where the axis begins and ends, and its round ticks.
struct AxisScale {
    double low = 0.0;
    double high = 1.0;
    QList<Tick> ticks;
};

/*! A scale over [low, high] (positions) with about `wanted` ticks at round values. Axes of values
 *  are widened to round ends (`widen`), axes of steps and time keep their ends. Pure. */
[[nodiscard]] AxisScale scaleFor(
    double low, double high, int wanted, AxisKind kind = AxisKind::Linear, bool widen = false);

//! Text of one position, for the hover box: full precision.
[[nodiscard]] QString positionText(double position, AxisKind kind);

} // namespace signalbox
