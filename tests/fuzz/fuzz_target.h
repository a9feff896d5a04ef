// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QByteArray>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

//! What libFuzzer calls, and corpus_main.cpp for every file of the corpus. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace signalbox::test {

//! The input as bytes of its own, so that reading past the end is seen.
inline QByteArray fuzzInput(const std::uint8_t *data, std::size_t size)
{
    return {reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)};
}

//! A promise that must hold for any input.
inline void fuzzRequire(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace signalbox::test
