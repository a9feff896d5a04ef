// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include <functional>
#include <memory>

namespace signalbox {

/*! A view of one JSON value, for decoding server answers. Lenient where MLflow is: absent keys give
 *  empty values, int64 may be a number or a string, doubles may be "NaN" or "Infinity". Valid only
 *  inside the callback of readJson(). Backed by simdjson; never throws. */
class JsonView final {
public:
    [[nodiscard]] bool isNull() const;
    [[nodiscard]] bool isObject() const;
    [[nodiscard]] bool isArray() const;
    [[nodiscard]] bool has(const char *key) const;
    [[nodiscard]] JsonView operator[](const char *key) const; //!< Null view when absent.
    [[nodiscard]] QString string(const char *key) const; //!< Numbers and booleans as their text.
    [[nodiscard]] qint64 integer(const char *key, qint64 fallback = 0) const;
    [[nodiscard]] double number(const char *key, double fallback = 0.0) const;
    [[nodiscard]] bool boolean(const char *key, bool fallback = false) const;
    [[nodiscard]] QString asString() const;
    [[nodiscard]] double asNumber(double fallback = 0.0) const;
    [[nodiscard]] qint64 asInteger(qint64 fallback = 0) const;
    //! Calls `f` for each element of an array; nothing for other values.
    void forEach(const std::function<void(const JsonView &)> &f) const;
    //! Calls `f(key, value)` for each member of an object.
    void forEachMember(const std::function<void(const QString &, const JsonView &)> &f) const;
    [[nodiscard]] QJsonObject toObject() const; //!< A copy for code that keeps it.

private:
    friend class JsonReaderAccess;
    struct Impl;
    std::shared_ptr<const Impl> m_impl;
};

/*! Parses `text` and hands the root to `visit`. Decode error with the place when it is not JSON or
 *  not an object. Thread-safe. */
[[nodiscard]] Result<void> readJson(
    const QByteArray &text, const std::function<void(const JsonView &)> &visit);

} // namespace signalbox
