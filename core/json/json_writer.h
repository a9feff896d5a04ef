// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>

namespace signalbox {

/*! A double as MLflow's JSON wants it: a number with all digits, or the strings "NaN", "Infinity",
 *  "-Infinity". A bare NaN token would make the server drop the rest of the request in silence. */
[[nodiscard]] QJsonValue jsonNumber(double value);

//! The reverse of jsonNumber; also accepts numbers written as strings.
[[nodiscard]] double numberFrom(const QJsonValue &value, double fallback = 0.0);

//! One line, UTF-8, int64 and doubles exact.
[[nodiscard]] QByteArray compactJson(const QJsonObject &object);

} // namespace signalbox
