// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/journal_tour.h"

#include <QtCore/QJsonObject>

#include <optional>

namespace signalbox {

class Output;

//! "12", or "r3" for the whole run whose sequence is -3.
[[nodiscard]] QString idOf(qint64 sequence);
[[nodiscard]] std::optional<qint64> sequenceFrom(const QString &id);

[[nodiscard]] QJsonObject toJson(const JournalItem &item);
//! State, failures and so on of a breaker elsewhere, with the process that it belongs to.
[[nodiscard]] QJsonObject toJson(const ReplayerReport &report);

void printCounts(Output &out, const JournalStatus &status);
//! The sum of many journals, and each of them.
[[nodiscard]] QJsonObject documentOfAll(const QList<JournalSeen> &seen);
//! The counts; with `all` their sum and those of each server.
void printStatus(Output &out, const QList<JournalSeen> &seen, bool all);
void printItems(Output &out, const QList<JournalSeen> &seen);
/*! For a write that the unreachable server did not get: once it stands in the journal, ends with
 * the server's `error` and what becomes of the write. */
void failForNow(Terminal &terminal, const Call<Ack> &added, JournalKind kind, const QString &name,
    const Error &error);
[[nodiscard]] bool isUnreachable(const Error &error);
void printDropped(Output &out, const QList<JournalItem> &items);

} // namespace signalbox
