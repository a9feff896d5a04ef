// SPDX-License-Identifier: Apache-2.0
#include "core/json/json_writer.h"

#include <QtCore/QJsonDocument>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace signalbox {

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
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace signalbox
