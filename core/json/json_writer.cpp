// SPDX-License-Identifier: Apache-2.0
#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

/*! Qt writes large doubles as integers of twenty and more digits, which readers with int64 refuse,
 *  ours among them. */
bool isHuge(const QJsonValue &value)
{
    return std::abs(value.toDouble()) >= 9.2e18 && value.toInteger(0) == 0;
}

bool holdsHuge(const QJsonValue &value)
{
    if (value.isDouble())
        return isHuge(value);
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        return std::any_of(array.begin(), array.end(), holdsHuge);
    }
    const QJsonObject object = value.toObject();
    return std::any_of(object.begin(), object.end(), holdsHuge);
}

QByteArray plainText(const QJsonValue &value)
{
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

QByteArray textWithHuge(const QJsonValue &value)
{
    if (!holdsHuge(value))
        return plainText(value);
    if (value.isDouble())
        return QByteArray::number(value.toDouble(), 'e', QLocale::FloatingPointShortest);
    QByteArrayList parts;
    if (value.isArray()) {
        for (const QJsonValue item : value.toArray())
            parts << textWithHuge(item);
        return '[' + parts.join(',') + ']';
    }
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it)
        parts << plainText(it.key()) + ':' + textWithHuge(it.value());
    return '{' + parts.join(',') + '}';
}

} // namespace

QJsonValue jsonNumber(double value)
{
    if (std::isnan(value))
        return u"NaN"_s;
    if (std::isinf(value))
        return value > 0 ? u"Infinity"_s : u"-Infinity"_s;
    return value;
}

double numberFrom(const QJsonValue &value, double fallback)
{
    if (value.isDouble())
        return value.toDouble();
    if (!value.isString())
        return fallback;
    const QString text = value.toString();
    if (text == u"NaN")
        return std::numeric_limits<double>::quiet_NaN();
    if (text == u"Infinity")
        return std::numeric_limits<double>::infinity();
    if (text == u"-Infinity")
        return -std::numeric_limits<double>::infinity();
    bool ok = false;
    const double number = text.toDouble(&ok);
    return ok ? number : fallback;
}

QByteArray compactJson(const QJsonObject &object)
{
    if (holdsHuge(object))
        return textWithHuge(object);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace signalbox
