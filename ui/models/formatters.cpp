// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/formatters.h"

#include <QtCore/QDateTime>
#include <QtCore/QLocale>

#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox::format {

namespace {

QString notFinite(double value)
{
    if (std::isnan(value))
        return u"NaN"_s;
    return value > 0 ? u"Infinity"_s : u"-Infinity"_s;
}

//! The server sends infinities as the largest double.
bool standsForInfinity(double value)
{
    return std::abs(value) >= std::numeric_limits<double>::max();
}

struct Unit {
    qint64 seconds;
    QLatin1StringView agoWord;
    QLatin1StringView ageWord;
};

constexpr std::array kUnits{
    Unit{86400, QLatin1StringView("d"), QLatin1StringView("d")},
    Unit{3600, QLatin1StringView("h"), QLatin1StringView("h")},
    Unit{60, QLatin1StringView("min"), QLatin1StringView("min")},
};

} // namespace

QString number(double value)
{
    if (!std::isfinite(value) || standsForInfinity(value))
        return std::isnan(value) ? u"NaN"_s : value > 0 ? u"∞"_s : u"-∞"_s;
    const double size = std::abs(value);
    const bool whole = std::floor(value) == value;
    if (whole && size > 1 && size < 1e3) // a count; 1.0000 is a score as 0.9999 is
        return QString::number(value, 'f', 0);
    if (size >= 1e-3 && size < 1e3)
        return QString::number(value, 'f', 4);
    if (size >= 1e3 && size < 1e7)
        return QLocale(QLocale::English).toString(value, 'f', whole ? 0 : 2);
    return value == 0.0 ? u"0"_s : QString::number(value, 'g', 5);
}

QString exactNumber(double value)
{
    if (!std::isfinite(value) || standsForInfinity(value))
        return notFinite(value);
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString count(qint64 value)
{
    return QLocale(QLocale::English).toString(value);
}

QString duration(std::chrono::milliseconds value)
{
    const qint64 ms = std::max<qint64>(0, value.count());
    if (ms < 1000)
        return QString::number(ms) + u" ms";
    if (ms < 60'000)
        return QString::number(static_cast<double>(ms) / 1000.0, 'f', 1) + u" s";
    const qint64 seconds = ms / 1000;
    const auto padded = [](qint64 n) { return u"%1"_s.arg(n, 2, 10, QLatin1Char('0')); };
    if (seconds < 3600)
        return QString::number(seconds / 60) + u" m " + padded(seconds % 60) + u" s";
    if (seconds < 86400)
        return QString::number(seconds / 3600) + u" h " + padded(seconds / 60 % 60) + u" m";
    return QString::number(seconds / 86400) + u" d " + QString::number(seconds / 3600 % 24) + u" h";
}

QString relativeTime(qint64 thenMs, qint64 nowMs)
{
    if (thenMs <= 0)
        return {};
    const qint64 seconds = (nowMs - thenMs) / 1000;
    if (seconds < -60 || seconds > 60 * 86400)
        return QDateTime::fromMSecsSinceEpoch(thenMs).toString(u"yyyy-MM-dd"_s);
    for (const Unit &unit : kUnits) {
        if (seconds >= unit.seconds)
            return QString::number(seconds / unit.seconds) + u' ' + unit.agoWord + u" ago";
    }
    return u"just now"_s;
}

QString age(qint64 thenMs, qint64 nowMs)
{
    if (thenMs <= 0)
        return {};
    const qint64 seconds = std::max<qint64>(0, (nowMs - thenMs) / 1000);
    for (const Unit &unit : kUnits) {
        if (seconds >= unit.seconds)
            return QString::number(seconds / unit.seconds) + u' ' + unit.ageWord;
    }
    return QString::number(seconds) + u" s";
}

QString dateTime(qint64 epochMs)
{
    if (epochMs <= 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(epochMs).toString(u"yyyy-MM-dd hh:mm:ss"_s);
}

QString timeOfDay(qint64 epochMs)
{
    return QDateTime::fromMSecsSinceEpoch(epochMs).toString(u"hh:mm:ss"_s);
}

QString bytes(qint64 size)
{
    if (size < 0)
        return u"-"_s;
    if (size < 1000)
        return QString::number(size) + u" B";
    static constexpr std::array kNames{u"kB", u"MB", u"GB", u"TB"};
    double value = static_cast<double>(size);
    size_t unit = 0;
    for (value /= 1000; value >= 999.95 && unit + 1 < kNames.size(); ++unit)
        value /= 1000;
    return QString::number(value, 'f', 1) + u' ' + QStringView(kNames.at(unit)).toString();
}

QString statusWord(mlflow::RunStatus status)
{
    switch (status) {
    case mlflow::RunStatus::Running:
        return u"Running"_s;
    case mlflow::RunStatus::Scheduled:
        return u"Scheduled"_s;
    case mlflow::RunStatus::Finished:
        return u"Finished"_s;
    case mlflow::RunStatus::Failed:
        return u"Failed"_s;
    case mlflow::RunStatus::Killed:
        return u"Killed"_s;
    case mlflow::RunStatus::Unknown:
        break;
    }
    return u"Unknown"_s;
}

QString statusSymbol(mlflow::RunStatus status)
{
    switch (status) {
    case mlflow::RunStatus::Running:
        return u"●"_s;
    case mlflow::RunStatus::Scheduled:
        return u"○"_s;
    case mlflow::RunStatus::Finished:
        return u"✓"_s;
    case mlflow::RunStatus::Failed:
        return u"✕"_s;
    case mlflow::RunStatus::Killed:
        return u"■"_s;
    case mlflow::RunStatus::Unknown:
        break;
    }
    return u"?"_s;
}

QString jsonValue(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Double:
        return number(value.toDouble());
    case QJsonValue::Bool:
        return value.toBool() ? u"yes"_s : u"no"_s;
    case QJsonValue::String:
        return oneLine(value.toString());
    case QJsonValue::Null:
    case QJsonValue::Undefined:
    case QJsonValue::Array:
    case QJsonValue::Object:
        break;
    }
    return u"–"_s;
}

QString oneLine(const QString &text, int limit)
{
    QString line = text.left(limit + 1).simplified();
    for (QChar &c : line) {
        if (!c.isPrint() && !c.isSurrogate())
            c = QChar::ReplacementCharacter;
    }
    if (line.size() > limit)
        line = line.left(limit - 1) + u'…';
    return line;
}

std::optional<std::chrono::milliseconds> runDuration(const mlflow::RunInfo &info, qint64 nowMs)
{
    if (info.startTime <= 0)
        return std::nullopt;
    const bool over =
        info.status != mlflow::RunStatus::Running && info.status != mlflow::RunStatus::Scheduled;
    if (over && info.endTime <= 0)
        return std::nullopt;
    const qint64 end = over ? info.endTime : nowMs;
    return std::chrono::milliseconds(std::max<qint64>(0, end - info.startTime));
}

} // namespace signalbox::format
