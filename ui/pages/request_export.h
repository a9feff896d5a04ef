// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>
#include <QtCore/QStringList>

namespace signalbox {

//! How a request log leaves the program. Pure; any thread. Records are redacted already.
enum class RequestFormat : quint8 { Csv, Json, Ndjson };

//! By the name's ending; CSV for an unknown one.
[[nodiscard]] RequestFormat requestFormatOf(const QString &fileName);
//! For a file chooser, the first is the default.
[[nodiscard]] QStringList requestFormatFilters();
[[nodiscard]] QByteArray exportRequests(const QList<AttemptRecord> &records, RequestFormat format);
//! Everything that is known of one attempt, a line per thing.
[[nodiscard]] QString requestDetails(const AttemptRecord &record);

/*! Writes all of it or nothing, off the main thread's way; the text says why not, empty when it is
 *  there. */
[[nodiscard]] QString writeWholeFile(const QString &path, const QByteArray &content);

} // namespace signalbox
