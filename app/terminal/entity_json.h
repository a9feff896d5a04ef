// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"
#include "core/resilience/breaker_core.h"
#include "core/tracking/journal_types.h"

#include <QtCore/QJsonObject>

//! Entities in the shape that the terminal contract prints.
namespace signalbox {

[[nodiscard]] QJsonObject toJson(const mlflow::Experiment &experiment);
[[nodiscard]] QJsonObject toJson(const mlflow::Run &run);
[[nodiscard]] QJsonObject toJson(const mlflow::ModelVersion &version);
[[nodiscard]] QJsonObject toJson(const JournalStatus &status);
[[nodiscard]] QJsonObject toJson(const BreakerSnapshot &breaker);
[[nodiscard]] QJsonObject toJson(const mlflow::TagList &tags);

} // namespace signalbox
