// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtCore/QJsonValue>
#include <QtCore/QString>

#include <chrono>
#include <optional>

//! How values look in tables, cards and charts. Pure; any thread. Times are shown in the local
//! zone.
namespace signalbox::format {

//! Four decimals for everyday values, so that columns line up; scientific only far from 1.
[[nodiscard]] QString number(double value);
//! The shortest text that reads back as the same number; for export.
[[nodiscard]] QString exactNumber(double value);
//! "1,204".
[[nodiscard]] QString count(qint64 value);
//! "340 ms", "1.2 s", "16 m 19 s", "3 h 05 m", "2 d 4 h".
[[nodiscard]] QString duration(std::chrono::milliseconds value);
//! "just now", "2 min ago", "3 h ago", "5 d ago", then the date; empty for 0.
[[nodiscard]] QString relativeTime(qint64 thenMs, qint64 nowMs);
//! "2 h", "21 d": the age alone, for cards.
[[nodiscard]] QString age(qint64 thenMs, qint64 nowMs);
//! "2026-11-23 14:05:09"; empty for 0.
[[nodiscard]] QString dateTime(qint64 epochMs);
//! "14:05:09".
[[nodiscard]] QString timeOfDay(qint64 epochMs);
//! "812 B", "12.4 kB", "1.3 MB"; "-" while unknown (negative).
[[nodiscard]] QString bytes(qint64 size);
//! "Running", "Finished" ...
[[nodiscard]] QString statusWord(mlflow::RunStatus status);
//! A gate's limit or measured value: number, word or "-".
[[nodiscard]] QString jsonValue(const QJsonValue &value);
//! One line of at most `limit` characters without control characters; for text of a server.
[[nodiscard]] QString oneLine(const QString &text, int limit = 300);
//! How long the run took, or takes until now; nothing while it has not started.
[[nodiscard]] std::optional<std::chrono::milliseconds> runDuration(
    const mlflow::RunInfo &info, qint64 nowMs);
//! A tick, cross or dot, so that a status never depends on colour alone.
[[nodiscard]] QString statusSymbol(mlflow::RunStatus status);

} // namespace signalbox::format
