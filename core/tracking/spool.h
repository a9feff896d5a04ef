// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tracking/journal_folder.h"
#include "core/tracking/journal_rows.h"

/*! Copies into the journal's spool. A copy is complete, flushed to the disk and hashed when these
 *  functions return; a failure leaves nothing behind. Blocking: for the journal's copying thread.
 */
namespace signalbox::spool {

//! Shares the blocks with the original where the file system can. `to` is the later path.
[[nodiscard]] Result<SpooledFile> copyFile(
    const JournalFolder &folder, const QString &from, const QString &to);
[[nodiscard]] Result<SpooledFile> writeBytes(
    const JournalFolder &folder, const QByteArray &bytes, const QString &to);
//! Every file below `from`, in a stable order; links are refused.
[[nodiscard]] Result<QList<SpooledFile>> copyTree(const JournalFolder &folder, const QString &from);
void remove(const JournalFolder &folder, const QList<SpooledFile> &files);

} // namespace signalbox::spool
