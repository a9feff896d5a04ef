// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/promotion/gates.h"

namespace signalbox {

class Connector;

//! One decision about a version, as the audit keeps it.
struct Decision {
    QString verdict; //!< "promoted", "refused", "superseded", "failed"
    GateReport report;
    QString reason;
    QString by;
    Waivers waivers;
    Stage readBack = Stage::None; //!< Where the version stood when the decision was written.
    QStringList archived;
    QString detail; //!< What went wrong, if something did.
};

//! The experiment that keeps every decision.
[[nodiscard]] QString decisionExperiment();
//! user@host of the operating system.
[[nodiscard]] QString localIdentity();

/*! Writes the decision as a run of its own. Resolves with the run's id, which is empty when the
 *  server did not take it within ten seconds (it stays in the journal); never fails. */
[[nodiscard]] Call<RunId> recordDecision(
    Connector &connector, QObject *context, const Decision &decision, Clock &clock);

} // namespace signalbox
