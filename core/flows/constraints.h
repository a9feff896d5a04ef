// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/candidates.h"

namespace signalbox {

//! One condition of `--require`. Limits are inclusive, also when written with "<".
struct Constraint {
    enum class Kind : quint8 { Latency, Memory, Interpretability };
    Kind kind = Kind::Latency;
    double limit = 0.0; //!< Milliseconds, gigabytes, or the least interpretability.
    QString text; //!< As the user wrote it.

    [[nodiscard]] bool admits(const Candidate &candidate) const;
    //! "latency is 30 ms, more than 20 ms", for people.
    [[nodiscard]] QString reasonAgainst(const Candidate &candidate) const;
};

/*! Understands `latency<20ms`, `inference_latency_<=0.05s`, `latency_100ms`, `memory<2gb`,
 *  `memory<=512mb`, `interpretable` and `interpretability>=0.8`. Anything else is InvalidInput:
 *  a condition that is not understood must not count as met. */
[[nodiscard]] Result<Constraint> parseConstraint(const QString &text);
[[nodiscard]] Result<QList<Constraint>> parseConstraints(const QStringList &texts);

} // namespace signalbox
