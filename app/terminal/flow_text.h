// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/output.h"
#include "core/base/result.h"
#include "core/promotion/gates.h"

#include <QtCore/QJsonObject>

//! Result documents of flows and gates as text for people.
namespace signalbox {

void showSelection(Output &out, const QJsonObject &document);
void showTraining(Output &out, const QJsonObject &document);
void showDeployment(Output &out, const QJsonObject &document);
void showPipeline(Output &out, const QJsonObject &document);
void showGates(Output &out, const QJsonObject &document);

//! `GATE=REASON` options; Usage error when a reason is missing.
[[nodiscard]] Result<Waivers> parseWaivers(const QStringList &options);

} // namespace signalbox
