// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tracking/sqlite_db.h"

namespace signalbox {

//! Of the tables as this program makes them.
inline constexpr qint64 kJournalVersion = 4;
//! Raises a database of `version` to ours; 0 is an empty file.
[[nodiscard]] Result<void> makeJournalTables(SqliteDb &db, qint64 version);

} // namespace signalbox
