// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/mlflow/entities.h"

#include <QtCore/QList>

#include <optional>

namespace signalbox {

//! Shadow is ours: on the server it is Staging plus tags, and counts only while that base stands.
enum class Stage : quint8 { None, Staging, Shadow, Production, Archived };

[[nodiscard]] QString nameOf(Stage stage); //!< "None", "Staging", "Shadow", ...
//! Case-insensitive; nothing for unknown words.
[[nodiscard]] std::optional<Stage> stageFrom(const QString &word);
[[nodiscard]] QList<Stage> allStages();
//! The server's own word for a stage ("Staging" for Shadow).
[[nodiscard]] QString serverStageOf(Stage stage);
//! Tags `signalbox.stage` / `signalbox.stage_base` considered; another tool's move wins.
[[nodiscard]] Stage stageOf(const mlflow::ModelVersion &version);
//! "staging", "shadow", "champion"; empty for None and Archived.
[[nodiscard]] QString aliasFor(Stage stage);
//! Usage-free check of the transition table; Refused with the allowed targets otherwise.
[[nodiscard]] Result<void> checkMove(Stage from, Stage to);
[[nodiscard]] QList<Stage> movesFrom(Stage from);

} // namespace signalbox
