// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace signalbox {

//! Marks the failure side of a Result, so that `return Failure(error)` works for any T.
struct Failure {
    Error error;
    explicit Failure(Error e)
        : error(std::move(e))
    {
    }
    Failure(ErrorKind kind, QString message, QString hint = {})
        : error(makeError(kind, std::move(message), std::move(hint)))
    {
    }
};

/*! A value or the Error that prevented it; the shape of std::expected, which g++ 12 lacks in
 *  C++20. Reading the wrong side asserts. */
template <typename T> class [[nodiscard]] Result final {
public:
    using Value = T;
    Result(T value) // NOLINT(google-explicit-constructor): a value is a success
        : m_data(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Failure failure) // NOLINT(google-explicit-constructor)
        : m_data(std::in_place_index<1>, std::move(failure.error))
    {
    }

    [[nodiscard]] bool hasValue() const { return m_data.index() == 0; }
    explicit operator bool() const { return hasValue(); }

    [[nodiscard]] const T &value() const & { return side<0>(m_data); }
    [[nodiscard]] T &value() & { return side<0>(m_data); }
    [[nodiscard]] T &&value() && { return std::move(side<0>(m_data)); }
    [[nodiscard]] const Error &error() const { return side<1>(m_data); }
    [[nodiscard]] T valueOr(T fallback) const { return hasValue() ? value() : std::move(fallback); }
    const T *operator->() const { return &value(); }
    const T &operator*() const { return value(); }

    //! The failure side in a form that converts to any other Result.
    [[nodiscard]] Failure failure() const { return Failure(error()); }

private:
    // The assumption keeps the optimiser from warning about a null that the assertion excludes.
    template <size_t Index, typename Data> static auto &side(Data &data)
    {
        auto *wanted = std::get_if<Index>(&data);
        Q_ASSUME(wanted != nullptr);
        return *wanted;
    }
    std::variant<T, Error> m_data;
};

template <> class [[nodiscard]] Result<void> final {
public:
    using Value = void;
    Result() = default;
    Result(Failure failure) // NOLINT(google-explicit-constructor)
        : m_error(std::move(failure.error))
    {
    }
    [[nodiscard]] bool hasValue() const { return !m_error.has_value(); }
    explicit operator bool() const { return hasValue(); }
    [[nodiscard]] const Error &error() const
    {
        Q_ASSERT(!hasValue());
        return *m_error;
    }
    [[nodiscard]] Failure failure() const { return Failure(error()); }

private:
    std::optional<Error> m_error;
};

} // namespace signalbox
