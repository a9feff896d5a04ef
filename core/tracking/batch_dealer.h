// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/qglobal.h>

#include <optional>

namespace signalbox {

//! How full a batch is.
struct BatchFilling {
    qint64 metrics = 0;
    qint64 params = 0;
    qint64 tags = 0;
    qint64 bytes = 0; //!< Estimated size as JSON.

    BatchFilling &operator+=(const BatchFilling &other)
    {
        metrics += other.metrics;
        params += other.params;
        tags += other.tags;
        bytes += other.bytes;
        return *this;
    }
    //! Whether the server takes that much at once; the size is an estimate, so well below 1 MB.
    [[nodiscard]] bool fits() const
    {
        return metrics <= 1000 && params <= 100 && tags <= 100 && values() <= 1000
            && bytes <= 900'000;
    }
    [[nodiscard]] qint64 values() const { return metrics + params + tags; }
    [[nodiscard]] bool isOnlyMetrics() const { return params == 0 && tags == 0; }
};

/*! Deals the values of one run, in their order, to the batches of one chunk. Batches of a chunk may
 *  arrive in any order, so only metrics fill more than one: a later param or tag may contradict an
 *  earlier one. A value object. */
class BatchDealer final {
public:
    //! The batch of the next item, or nothing when it belongs to a later chunk.
    [[nodiscard]] std::optional<int> place(const BatchFilling &item)
    {
        BatchFilling more = m_current;
        more += item;
        const bool joins = more.fits() && (m_batch == 0 || item.isOnlyMetrics());
        if (joins || m_current.values() == 0) {
            m_current = more;
            return m_batch;
        }
        if (!m_current.isOnlyMetrics() || !item.isOnlyMetrics() || m_batch + 1 == kBatches)
            return std::nullopt;
        m_current = item;
        return ++m_batch;
    }

private:
    static constexpr int kBatches = 16; // about a second's work of a server
    BatchFilling m_current;
    int m_batch = 0;
};

} // namespace signalbox
