// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tracking/journal_folder.h"
#include "core/tracking/sqlite_db.h"

#include <functional>

/*! A damaged journal: it is kept aside in `damaged-<time>` in the journal's folder, and what can be
 *  read of it is put into a new one. Blocking; the caller holds the use lock exclusively. */
namespace signalbox::recovery {

//! What happened, for people; also stored in the new journal.
struct Incident {
    QString keptIn;
    int runs = 0;
    int items = 0;
    int unreadable = 0; //!< Rows that are known to have been there.
    [[nodiscard]] QString text() const;
};

//! Makes the tables of an empty journal.
using MakeTables = std::function<Result<void>(SqliteDb &)>;

//! True when a repair was interrupted, asked for, or the log is damaged: SQLite would not say so.
[[nodiscard]] Result<bool> isDue(const JournalFolder &folder);
//! Has the journal examined at its next opening.
void ask(const JournalFolder &folder);
//! May be repeated after it was interrupted at any point.
[[nodiscard]] Result<Incident> repair(
    const JournalFolder &folder, qint64 nowMs, const MakeTables &makeTables);

} // namespace signalbox::recovery
