// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/flows/candidates.h"
#include "core/mlflow/entities.h"

namespace signalbox {

class Connector;

//! How algorithms did so far, and on how many runs that rests.
struct LearnedHistory {
    History values; //!< The default history with the learned values on top.
    QMap<QString, int> runs; //!< Per algorithm, where there were any.
    [[nodiscard]] QString summary() const; //!< For a step's detail and the rationale.
};

//! Pure. The mean primary test metric per algorithm, clamped to 0..1.
[[nodiscard]] LearnedHistory learnFrom(const QList<mlflow::Run> &runs, const QString &problem);

/*! Learns from the last 100 finished training runs of the experiment on the same kind of problem.
 *  Never fails: without server, experiment or runs it is the default history. */
[[nodiscard]] Call<LearnedHistory> loadHistory(
    Connector &connector, QObject *context, const QString &experiment, const QString &problem);

} // namespace signalbox
