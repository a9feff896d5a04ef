// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/promotion/stage_plan.h"

namespace signalbox {

class Connector;

/*! Reads what the gates look at: the version, its source run, the model's MLmodel file, the other
 *  versions and the incumbent of the target stage. Executes nothing. What does not exist is missing
 *  evidence; a server that does not answer is an error. */
[[nodiscard]] Call<Evidence> collectEvidence(
    Connector &connector, QObject *context, const QString &model, const QString &version, Stage to);

//! Versions, aliases and tags of a model, read now.
[[nodiscard]] Call<RegistryView> readRegistry(
    Connector &connector, QObject *context, const QString &model);

} // namespace signalbox
