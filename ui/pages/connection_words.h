// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/resilience/breaker_core.h"
#include "core/tracking/journal_types.h"
#include "ui/widgets/status_pill.h"

#include <optional>

namespace signalbox {

class ConnectionMonitor;
enum class LinkState : quint8;

// How the connection is told to people: the same words in status line, banner, cards and pages.

//! Icon, word and colour of a link and of a journal.
[[nodiscard]] PillLook pillForLink(LinkState state);
[[nodiscard]] PillLook pillForJournal(const JournalStatus &journal);

//! "Requests are held back; next try in 12 s."
[[nodiscard]] QString breakerSentence(const BreakerSnapshot &breaker);
//! "Logged and safe on this machine; sent when the server answers."
[[nodiscard]] QString journalSentence(const JournalStatus &journal);
//! "1,204 points in the journal", "2 parked", "journal empty".
[[nodiscard]] QString journalWords(const JournalStatus &journal);
//! Whole seconds until a probe is allowed, at least 1 while there is a wait.
[[nodiscard]] qint64 secondsLeft(const BreakerSnapshot &breaker);

//! "closed · 12 ms": what breaker and link say, in a few words.
struct StatusWords {
    Tone tone = Tone::Neutral;
    QString text;
    bool canTryNow = false;
};
[[nodiscard]] StatusWords statusWords(const ConnectionMonitor &monitor);

//! What a person can do about an absence.
enum class AwayAction : quint8 { None, TryNow, GoOnline, StartLocal };

//! A server that does not serve us: why, since when, and what works meanwhile.
struct AwayWords {
    Tone tone = Tone::Warning;
    QString headline; //!< "The server has not answered since 14:05:09 (2 min): connection refused."
    QString stillWorks; //!< "Browse what is loaded, record and launch flows; ..."
    QString nextTry; //!< "Next try in 12 s."; may be empty.
    AwayAction action = AwayAction::None;
};
//! Nothing while the server serves us, or while there is no server or no first answer.
[[nodiscard]] std::optional<AwayWords> awayWords(const ConnectionMonitor &monitor, qint64 nowMs);

} // namespace signalbox
