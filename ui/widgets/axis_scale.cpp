// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/axis_scale.h"

#include "ui/models/formatters.h"

#include <QtCore/QDateTime>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

// Short: "2.5k", "0.25", "1e-06".
QString axisText(double value)
{
    const double size = std::abs(value);
    if (size >= 1e4 && size < 1e6)
        return QString::number(value / 1e3, 'g', 4) % u"k"_s;
    if (size >= 1e6 && size < 1e9)
        return QString::number(value / 1e6, 'g', 4) % u"M"_s;
    if (size < 1e-12)
        return u"0"_s;
    return QString::number(value, 'g', 4);
}

double roundStep(double span, int wanted)
{
    const double raw = span / std::max(1, wanted);
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0}) {
        if (power * factor >= raw * 0.999)
            return power * factor;
    }
    return power * 10.0;
}

// Time steps that people count in, in milliseconds.
double roundTimeStep(double span, int wanted)
{
    static constexpr std::array<double, 16> kSteps{1e3, 2e3, 5e3, 10e3, 30e3, 60e3, 120e3, 300e3,
        600e3, 1800e3, 3600e3, 7200e3, 21600e3, 43200e3, 86400e3, 604800e3};
    const double raw = span / std::max(1, wanted);
    if (raw < kSteps.front())
        return roundStep(span, wanted);
    const auto it = std::lower_bound(kSteps.begin(), kSteps.end(), raw);
    return it == kSteps.end() ? roundStep(span, wanted) : *it;
}

QString linearText(double value, double step)
{
    if (std::abs(value) >= 1e4)
        return axisText(value);
    if (step >= 1.0 || std::abs(step) < 1e-6)
        return axisText(std::abs(value) < step * 1e-6 ? 0.0 : value);
    const int digits = static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    const int extra = std::abs(step * std::pow(10.0, digits) - 2.5) < 1e-6 ? 1 : 0;
    return QString::number(value, 'f', digits + extra);
}

QString timeText(double ms, double step)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms));
    if (step >= 86'400e3)
        return time.toString(u"MM-dd"_s);
    return time.toString(step < 60e3 ? u"HH:mm:ss"_s : u"HH:mm"_s);
}

QString textFor(double position, double step, AxisKind kind)
{
    switch (kind) {
    case AxisKind::Linear:
        return linearText(position, step);
    case AxisKind::Logarithmic:
        return axisText(std::pow(10.0, position));
    case AxisKind::WallTime:
        return timeText(position, step);
    case AxisKind::Relative:
        return format::duration(std::chrono::milliseconds(static_cast<qint64>(position)));
    }
    return {};
}

} // namespace

AxisScale scaleFor(double low, double high, int wanted, AxisKind kind, bool widen)
{
    AxisScale scale;
    if (!std::isfinite(low) || !std::isfinite(high))
        return scale;
    if (high - low < 1e-300 || high - low < std::abs(high) * 1e-12) {
        const double half = std::abs(low) > 0 ? std::abs(low) * 0.1 : 0.5;
        low -= half;
        high += half;
    }
    const bool isTime = kind == AxisKind::WallTime || kind == AxisKind::Relative;
    double step = isTime ? roundTimeStep(high - low, wanted) : roundStep(high - low, wanted);
    if (kind == AxisKind::Logarithmic)
        step = std::max(1.0, std::round(step));
    if (widen) {
        low = std::floor(low / step + 1e-9) * step;
        high = std::ceil(high / step - 1e-9) * step;
    }
    scale.low = low;
    scale.high = high;
    const double first = std::ceil(low / step - 1e-9) * step;
    for (int i = 0; i < 64; ++i) {
        const double at = first + step * i;
        if (at > high + step * 1e-6)
            break;
        scale.ticks.append({at, textFor(at, step, kind)});
    }
    return scale;
}

QString positionText(double position, AxisKind kind)
{
    switch (kind) {
    case AxisKind::Linear:
        return QString::number(position, 'g', 10);
    case AxisKind::Logarithmic:
        return QString::number(std::pow(10.0, position), 'g', 6);
    case AxisKind::WallTime:
        return format::dateTime(static_cast<qint64>(position));
    case AxisKind::Relative:
        return format::duration(std::chrono::milliseconds(static_cast<qint64>(position)));
    }
    return {};
}

} // namespace signalbox
