// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connection_words.h"

#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"

#include <QtCore/QCoreApplication>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ConnectionWords", text);
}

// "since 14:05:09 (2 m 10 s)"; the age only once it says something.
QString sinceWhen(qint64 thenMs, qint64 nowMs)
{
    const std::chrono::seconds age{(nowMs - thenMs) / 1000};
    const QString time = tr("since %1").arg(format::timeOfDay(thenMs));
    if (age.count() < 5)
        return time;
    const QString lasted = age < std::chrono::minutes(1) ? QString::number(age.count()) % u" s"_s
                                                         : format::duration(age);
    return QString(time % u" ("_s % lasted % u')');
}

QString whyAway(const ConnectionMonitor &monitor)
{
    const auto &error = monitor.error();
    QString why = error && error->kind != ErrorKind::CircuitOpen ? error->message : QString();
    if (why.isEmpty())
        why = monitor.breaker().lastFailure;
    // "GET /health on host failed: the connection was refused": people want the second half.
    if (const qsizetype at = why.indexOf(u" failed: "_s); at >= 0)
        why = why.mid(at + 9);
    why = format::oneLine(why, 160);
    while (why.endsWith(u'.'))
        why.chop(1);
    return why;
}

QString nextTryWords(const BreakerSnapshot &breaker)
{
    switch (breaker.state) {
    case BreakerState::Open:
        return breaker.probeDue ? tr("Trying with the next request.")
                                : tr("Next try in %1 s.").arg(secondsLeft(breaker));
    case BreakerState::HalfOpen:
        return tr("Trying now.");
    case BreakerState::Closed:
    case BreakerState::Isolated:
    case BreakerState::Disabled:
        break;
    }
    return {};
}

AwayWords isolatedWords()
{
    AwayWords words;
    words.headline = tr("You are offline by choice; nothing is sent.");
    words.stillWorks =
        tr("You can browse what is loaded, record and launch flows: the journal keeps "
           "it all. Promotions wait.");
    words.action = AwayAction::GoOnline;
    return words;
}

} // namespace

PillLook pillForLink(LinkState state)
{
    switch (state) {
    case LinkState::None:
        return {Tone::Neutral, u"circle"_s, tr("Not connected")};
    case LinkState::Connecting:
        return {Tone::Info, u"clock"_s, tr("Connecting")};
    case LinkState::Online:
        return {Tone::Good, u"check"_s, tr("Online")};
    case LinkState::Unreachable:
        return {Tone::Bad, u"cross"_s, tr("Unreachable")};
    case LinkState::Offline:
        return {Tone::Warning, u"offline"_s, tr("Offline")};
    }
    return {};
}

PillLook pillForJournal(const JournalStatus &journal)
{
    if (!journal.parked.isEmpty())
        return {Tone::Warning, u"warning"_s, tr("%1 parked").arg(journal.parked.size())};
    if (journal.isEmpty())
        return {Tone::Good, u"check"_s, tr("empty")};
    return {Tone::Info, u"journal"_s, tr("pending")};
}

QString breakerSentence(const BreakerSnapshot &b)
{
    switch (b.state) {
    case BreakerState::Closed:
        return b.consecutiveFailures > 0
            ? tr("Requests go through; the last %1 failed.").arg(b.consecutiveFailures)
            : tr("Requests go through.");
    case BreakerState::Open:
        if (b.probeDue)
            return tr("Requests are held back; the next one tries the server.");
        return tr("Requests are held back; next try in %1 s.").arg(secondsLeft(b));
    case BreakerState::HalfOpen:
        return tr("A few requests try whether the server is back.");
    case BreakerState::Isolated:
        return tr("You chose to stay offline; nothing is sent.");
    case BreakerState::Disabled:
        return tr("The breaker is switched off; every request goes through.");
    }
    return {};
}

QString journalSentence(const JournalStatus &journal)
{
    if (journal.replayerElsewhere)
        return tr("Another process sends what is pending.");
    if (!journal.isEmpty())
        return tr("Logged and safe on this machine; sent when the server answers.");
    if (!journal.parked.isEmpty())
        return tr("Everything is on the server but what it refused.");
    return tr("Everything that was logged is on the server.");
}

QString journalWords(const JournalStatus &journal)
{
    if (!journal.parked.isEmpty())
        return tr("%1 parked").arg(format::count(journal.parked.size()));
    if (journal.isEmpty())
        return tr("journal empty");
    if (journal.pendingPoints > 0)
        return tr("%1 points in the journal").arg(format::count(journal.pendingPoints));
    const int items = journal.pendingBatches + journal.pendingRuns + journal.pendingArtifacts;
    return tr("%1 items in the journal").arg(format::count(items));
}

qint64 secondsLeft(const BreakerSnapshot &breaker)
{
    return (breaker.retryAfter.count() + 999) / 1000;
}

StatusWords statusWords(const ConnectionMonitor &monitor)
{
    const BreakerSnapshot breaker = monitor.breaker();
    if (monitor.link() == LinkState::None)
        return {Tone::Neutral, tr("not connected"), false};
    if (monitor.hasLocalServerStopped() && monitor.link() == LinkState::Unreachable)
        return {Tone::Bad, tr("local server stopped"), false};
    switch (breaker.state) {
    case BreakerState::Closed:
    case BreakerState::Disabled:
        break;
    case BreakerState::Open:
        return {Tone::Bad,
            breaker.probeDue ? tr("open · trying with the next request")
                             : tr("open · retry in %1 s").arg(secondsLeft(breaker)),
            true};
    case BreakerState::HalfOpen:
        return {Tone::Warning, tr("half-open · trying"), false};
    case BreakerState::Isolated:
        return {Tone::Warning, tr("offline by choice"), false};
    }
    if (monitor.isUnauthorized())
        return {Tone::Bad, tr("%1 · not signed in").arg(nameOf(breaker.state)), false};
    if (monitor.link() == LinkState::Connecting)
        return {Tone::Info, tr("connecting…"), false};
    if (monitor.link() == LinkState::Unreachable)
        return {Tone::Bad, tr("%1 · unreachable").arg(nameOf(breaker.state)), true};
    return {
        Tone::Good, nameOf(breaker.state) % u" · "_s % format::duration(monitor.latency()), false};
}

std::optional<AwayWords> awayWords(const ConnectionMonitor &monitor, qint64 nowMs)
{
    const LinkState link = monitor.link();
    if (link == LinkState::None)
        return {};
    if (link == LinkState::Offline)
        return isolatedWords();
    // A refused login is another matter: the server is there, and the frame says what to do.
    if (link != LinkState::Unreachable || monitor.isUnauthorized())
        return {};
    AwayWords words;
    const QString why = whyAway(monitor);
    const QString since =
        monitor.awaySinceMs() > 0 ? sinceWhen(monitor.awaySinceMs(), nowMs) : QString();
    words.headline =
        since.isEmpty() ? tr("The server does not answer") : tr("The server is away %1").arg(since);
    words.headline += why.isEmpty() ? u"."_s : QString(u": "_s % why % u'.');
    words.stillWorks =
        tr("You can browse what is loaded, record and launch flows: the journal keeps "
           "it all. Promotions wait.");
    if (monitor.hasLocalServerStopped()) {
        words.action = AwayAction::StartLocal;
        return words;
    }
    words.nextTry = nextTryWords(monitor.breaker());
    words.action = AwayAction::TryNow;
    return words;
}

} // namespace signalbox
