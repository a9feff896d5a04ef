// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

/*! SQLite's write-ahead log, read by hand. SQLite itself ends a damaged log at the first bad frame
 *  without a word, and with it what was committed later. Blocking; nobody else may have the
 *  database open. */
namespace signalbox::wal {

struct Report {
    int whole = 0; //!< Frames of the current generation that can be trusted.
    //! Frames that hold or precede something committed and that SQLite would leave out.
    int skipped = 0;
    [[nodiscard]] bool isDamaged() const { return skipped > 0; }
};

//! A log that is not there, empty, or merely cut off in an unfinished transaction is fine.
[[nodiscard]] Result<Report> inspect(const QString &walPath);
[[nodiscard]] Report inspect(const QByteArray &log);

/*! Writes the pages of every whole frame up to the last commit into the database file, in their
 *  order; how many. The result may be inconsistent where frames are missing. */
[[nodiscard]] Result<int> apply(const QString &walPath, const QString &databasePath);

} // namespace signalbox::wal
