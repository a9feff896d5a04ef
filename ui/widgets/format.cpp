// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/format.h"

#include <QtCore/QDateTime>
#include <QtCore/QLocale>

#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

QString durationText(std::chrono::milliseconds duration)
{
    const qint64 ms = duration.count();
    if (ms < 0)
        return u"–"_s;
    if (ms < 1000)
        return u"%1 ms"_s.arg(ms);
    if (ms < 60'000)
        return u"%1 s"_s.arg(static_cast<double>(ms) / 1000.0, 0, 'f', ms < 10'000 ? 1 : 0);
    const qint64 seconds = ms / 1000;
    const QChar zero = u'0';
    if (seconds < 3600)
        return u"%1 m %2 s"_s.arg(seconds / 60).arg(seconds % 60, 2, 10, zero);
    const qint64 minutes = seconds / 60;
    if (minutes < 48 * 60)
        return u"%1 h %2 m"_s.arg(minutes / 60).arg(minutes % 60, 2, 10, zero);
    return u"%1 d %2 h"_s.arg(minutes / 1440).arg(minutes / 60 % 24);
}

QString agoText(qint64 timeMs, qint64 nowMs)
{
    if (timeMs <= 0)
        return {};
    const qint64 seconds = (nowMs - timeMs) / 1000;
    if (seconds < 5)
        return u"just now"_s;
    if (seconds < 60)
        return u"%1 s ago"_s.arg(seconds);
    if (seconds < 3600)
        return u"%1 min ago"_s.arg(seconds / 60);
    if (seconds < 48 * 3600)
        return u"%1 h ago"_s.arg(seconds / 3600);
    return u"%1 d ago"_s.arg(seconds / 86'400);
}

QString agoText(qint64 timeMs)
{
    return agoText(timeMs, QDateTime::currentMSecsSinceEpoch());
}

QString dateTimeText(qint64 timeMs)
{
    if (timeMs <= 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(timeMs).toString(u"yyyy-MM-dd HH:mm:ss"_s);
}

QString numberText(double value, int digits)
{
    if (std::isnan(value))
        return u"NaN"_s;
    if (std::isinf(value))
        return value > 0 ? u"∞"_s : u"−∞"_s;
    return QString::number(value, 'g', digits);
}

QString countText(qint64 value)
{
    return QLocale(QLocale::English).toString(value);
}

QString bytesText(qint64 bytes)
{
    if (bytes < 0)
        return u"–"_s;
    if (bytes < 1000)
        return u"%1 B"_s.arg(bytes);
    static const std::array<QString, 4> kUnits{u"kB"_s, u"MB"_s, u"GB"_s, u"TB"_s};
    double value = static_cast<double>(bytes) / 1000.0;
    size_t unit = 0;
    while (value >= 1000.0 && unit + 1 < kUnits.size()) {
        value /= 1000.0;
        ++unit;
    }
    return u"%1 %2"_s.arg(value, 0, 'f', value < 10 ? 1 : 0).arg(kUnits.at(unit));
}

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

} // namespace signalbox
