// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include <array>
#include <cstdint>
#include <functional>

namespace signalbox {

/*! A view of one JSON value, for decoding server answers. Lenient where MLflow is: absent keys give
 *  empty values, int64 may be a number or a string, doubles may be "NaN" or "Infinity". Cheap to
 *  copy, allocates nothing; valid only inside the callback of readJson(). Never throws. */
class JsonView final {
public:
    JsonView() = default; //!< The null view that absent keys give.

    [[nodiscard]] bool isNull() const; //!< Absent or JSON null.
    [[nodiscard]] bool isObject() const;
    [[nodiscard]] bool isArray() const;
    [[nodiscard]] bool isString() const;
    [[nodiscard]] qsizetype size() const; //!< Members or elements; 0 for other values.
    [[nodiscard]] bool has(const char *key) const; //!< Also true for an explicit null.
    [[nodiscard]] JsonView operator[](const char *key) const; //!< Null view when absent.

    [[nodiscard]] QString string(const char *key) const; //!< Numbers and booleans as their text.
    //! The bytes of a string without a copy, for interning; empty for other values.
    [[nodiscard]] QByteArrayView utf8(const char *key) const;
    [[nodiscard]] qint64 integer(const char *key, qint64 fallback = 0) const;
    [[nodiscard]] double number(const char *key, double fallback = 0.0) const;
    [[nodiscard]] bool boolean(const char *key, bool fallback = false) const;

    [[nodiscard]] QString asString() const;
    [[nodiscard]] QByteArrayView asUtf8() const;
    [[nodiscard]] double asNumber(double fallback = 0.0) const;
    //! Exact, or the fallback: fractions and numbers beyond int64 are never rounded.
    [[nodiscard]] qint64 asInteger(qint64 fallback = 0) const;
    [[nodiscard]] bool asBoolean(bool fallback = false) const; //!< Also from "true" and "false".

    //! Calls `f` for each element of an array; nothing for other values.
    void forEach(const std::function<void(const JsonView &)> &f) const;
    //! Calls `f(key, value)` for each member of an object.
    void forEachMember(const std::function<void(const QString &, const JsonView &)> &f) const;
    [[nodiscard]] QJsonObject toObject() const; //!< A copy for code that keeps it.
    [[nodiscard]] QJsonValue toValue() const; //!< The same for any value; int64 stays exact.

private:
    friend class JsonViewAccess;
    // Holds a simdjson element, so that its header stays out of every file that decodes.
    std::array<std::uintptr_t, 2> m_element{};
};

/*! Parses `text` and hands the root to `visit`. Decode error with the place when it is not JSON or
 *  not an object: a bare NaN, an overflowing number, broken UTF-8 or nesting deeper than 64 are not
 *  JSON. Thread-safe. */
[[nodiscard]] Result<void> readJson(
    const QByteArray &text, const std::function<void(const JsonView &)> &visit);

} // namespace signalbox
