// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mlflow/entities.h"

namespace signalbox {

/*! An advisory claim on a registered model while a version moves into Production, kept in a tag of
 *  the model because the server offers no lock. The newest claim wins. Pure values. */
struct Lease {
    QString operation;
    qint64 expires = 0; //!< UTC epoch milliseconds.
    QString by;

    [[nodiscard]] mlflow::Tag toTag() const;
};

enum class LeaseState : quint8 { Mine, Foreign, Absent };

[[nodiscard]] QString leaseTagKey();
//! Who holds the model; a claim that expired or cannot be read counts as absent.
[[nodiscard]] LeaseState leaseState(
    const mlflow::TagList &modelTags, const QString &operation, qint64 nowMs);

} // namespace signalbox
