// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/mlflow/entities.h"
#include "core/resilience/breaker_core.h"
#include "core/tracking/journal_types.h"

#include <QtCore/QJsonObject>

#include <string>
#include <vector>

//! Entities in the shape that the terminal contract prints.
namespace signalbox {

[[nodiscard]] QJsonObject toJson(const mlflow::Experiment &experiment);
[[nodiscard]] QJsonObject toJson(const mlflow::Run &run);
[[nodiscard]] QJsonObject toJson(const mlflow::ModelVersion &version);
[[nodiscard]] QJsonObject toJson(const JournalStatus &status);
[[nodiscard]] QJsonObject toJson(const BreakerSnapshot &breaker);
[[nodiscard]] QJsonObject toJson(const mlflow::TagList &tags);
[[nodiscard]] QJsonObject toJson(const mlflow::FileInfo &file);
//! A point of a metric's history.
[[nodiscard]] QJsonObject pointJson(const mlflow::Metric &metric);
//! "KEY=VALUE" of the command line as tags; Usage when one has no key.
[[nodiscard]] Result<mlflow::TagList> tagsFrom(const std::vector<std::string> &pairs);

} // namespace signalbox
