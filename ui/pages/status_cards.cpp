// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/status_cards.h"

#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/sparkline.h"
#include "ui/widgets/status_pill.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimer>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

Card *wrapInCard(QWidget *host, const QString &title, StatusPill *pill)
{
    auto *layout = new QVBoxLayout(host);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(title, host);
    card->addHeaderWidget(pill);
    layout->addWidget(card);
    host->setAccessibleName(title);
    return card;
}

PillLook pillForLink(LinkState state)
{
    switch (state) {
    case LinkState::None:
        return {Tone::Neutral, u"circle"_s, QObject::tr("Not connected")};
    case LinkState::Connecting:
        return {Tone::Info, u"clock"_s, QObject::tr("Connecting")};
    case LinkState::Online:
        return {Tone::Good, u"check"_s, QObject::tr("Online")};
    case LinkState::Unreachable:
        return {Tone::Bad, u"cross"_s, QObject::tr("Unreachable")};
    case LinkState::Offline:
        return {Tone::Warning, u"offline"_s, QObject::tr("Offline")};
    }
    return {};
}

QString breakerSentence(const BreakerSnapshot &b)
{
    switch (b.state) {
    case BreakerState::Closed:
        return b.consecutiveFailures > 0
            ? QObject::tr("Requests go through; the last %1 failed.").arg(b.consecutiveFailures)
            : QObject::tr("Requests go through.");
    case BreakerState::Open:
        if (b.probeDue)
            return QObject::tr("Requests are held back; the next one tries the server.");
        return QObject::tr("Requests are held back; next try in %1 s.")
            .arg((b.retryAfter.count() + 999) / 1000);
    case BreakerState::HalfOpen:
        return QObject::tr("A few requests try whether the server is back.");
    case BreakerState::Isolated:
        return QObject::tr("You chose to stay offline; nothing is sent.");
    case BreakerState::Disabled:
        return QObject::tr("The breaker is switched off; every request goes through.");
    }
    return {};
}

} // namespace

PillLook pillForBreaker(const BreakerSnapshot &breaker)
{
    const QString word = nameOf(breaker.state);
    switch (breaker.state) {
    case BreakerState::Closed:
        return {Tone::Good, u"check"_s, word};
    case BreakerState::Open:
        return {Tone::Warning, u"clock"_s, word};
    case BreakerState::HalfOpen:
        return {Tone::Info, u"refresh"_s, word};
    case BreakerState::Isolated:
        return {Tone::Warning, u"offline"_s, word};
    case BreakerState::Disabled:
        return {Tone::Neutral, u"minus"_s, word};
    }
    return {};
}

ConnectionCard::ConnectionCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pill(new StatusPill(this))
    , m_title(new PlainLabel(this))
    , m_facts(new FactGrid(this))
    , m_sparkline(new Sparkline(this))
    , m_error(new PlainLabel(this))
{
    setObjectName(u"connectionCardWidget"_s);
    Card *card = wrapInCard(this, tr("Connection"), m_pill);
    m_title->setLevel(u"hero"_s);
    m_title->setObjectName(u"connectionTitleLabel"_s);
    m_error->setLevel(u"bad"_s);
    m_error->setWordWrap(true);
    m_error->setObjectName(u"connectionErrorLabel"_s);
    m_sparkline->setAccessibleName(tr("Latency of the last requests"));
    card->body()->addWidget(m_title);
    card->body()->addWidget(m_facts);
    card->body()->addWidget(m_sparkline);
    card->body()->addWidget(m_error);
    card->body()->addStretch(1);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &ConnectionCard::follow);
    connect(&context, &UiContext::connectionChanged, this, &ConnectionCard::follow);
    follow();
}

void ConnectionCard::follow()
{
    ConnectionMonitor &monitor = m_context.monitor();
    const LinkState state = monitor.link();
    m_pill->setLook(pillForLink(state));
    m_title->setText(state == LinkState::None ? tr("No server") : m_context.connectionTitle());
    m_facts->setFact(tr("Server"), monitor.address());
    m_facts->setFact(
        tr("MLflow"), monitor.info() ? monitor.info()->version.left(40) : QString(), true);
    m_facts->setFact(tr("Store"), monitor.info() ? monitor.info()->storeType.left(60) : QString());
    m_facts->setFact(tr("Latency"),
        state == LinkState::Online ? format::duration(monitor.latency()) : QString(), true);
    m_facts->setFact(tr("Last answer"),
        format::relativeTime(monitor.lastSeenMs(), QDateTime::currentMSecsSinceEpoch()));
    m_sparkline->setValues(monitor.latencies());
    const bool failed = state == LinkState::Unreachable && monitor.error();
    m_error->setText(failed ? monitor.error()->text() : QString());
    m_error->setVisible(failed);
}

BreakerCard::BreakerCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pill(new StatusPill(this))
    , m_sentence(new PlainLabel(this))
    , m_facts(new FactGrid(this))
    , m_tryNow(new QPushButton(tr("Try now"), this))
    , m_countdown(new QTimer(this))
{
    setObjectName(u"breakerCardWidget"_s);
    Card *card = wrapInCard(this, tr("Circuit breaker"), m_pill);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(u"breakerSentenceLabel"_s);
    m_tryNow->setObjectName(u"breakerTryNowPushButton"_s);
    m_tryNow->setAccessibleName(tr("Try the server now"));
    card->body()->addWidget(m_sentence);
    card->body()->addWidget(m_facts);
    card->body()->addStretch(1);
    card->body()->addWidget(m_tryNow, 0, Qt::AlignLeft);
    m_countdown->setInterval(250ms);
    connect(m_countdown, &QTimer::timeout, this, &BreakerCard::follow);
    connect(m_tryNow, &QPushButton::clicked, &context.monitor(), &ConnectionMonitor::tryNow);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &BreakerCard::follow);
    follow();
}

QString BreakerCard::sentence() const
{
    return m_sentence->fullText();
}

void BreakerCard::follow()
{
    ConnectionMonitor &monitor = m_context.monitor();
    const BreakerSnapshot b = monitor.breaker();
    const bool connected = monitor.link() != LinkState::None;
    m_pill->setLook(connected ? pillForBreaker(b) : PillLook{});
    m_sentence->setText(connected ? breakerSentence(b) : tr("There is no server to guard yet."));
    const auto count = [](quint64 n) { return format::count(static_cast<qint64>(n)); };
    m_facts->setFact(
        tr("Failures in a row"), count(static_cast<quint64>(b.consecutiveFailures)), true);
    m_facts->setFact(tr("Success rate"),
        b.successes + b.failures > 0
            ? QString(QString::number(b.successRate() * 100.0, 'f', 1) % u" %"_s)
            : QString(),
        true);
    m_facts->setFact(tr("Succeeded"), count(b.successes), true);
    m_facts->setFact(tr("Failed"), count(b.failures), true);
    m_facts->setFact(tr("Held back"), count(b.rejected), true);
    m_facts->setFact(tr("Times opened"), count(b.opened), true);
    m_tryNow->setVisible(
        b.state == BreakerState::Open || (connected && monitor.link() == LinkState::Unreachable));
    if (b.state == BreakerState::Open && !m_countdown->isActive())
        m_countdown->start();
    else if (b.state != BreakerState::Open)
        m_countdown->stop();
}

JournalCard::JournalCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pill(new StatusPill(this))
    , m_sentence(new PlainLabel(this))
    , m_facts(new FactGrid(this))
    , m_flush(new QPushButton(tr("Flush now"), this))
{
    setObjectName(u"journalCardWidget"_s);
    Card *card = wrapInCard(this, tr("Journal"), m_pill);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(u"journalSentenceLabel"_s);
    m_flush->setObjectName(u"journalFlushPushButton"_s);
    m_flush->setAccessibleName(tr("Send what the journal holds now"));
    card->body()->addWidget(m_sentence);
    card->body()->addWidget(m_facts);
    card->body()->addStretch(1);
    card->body()->addWidget(m_flush, 0, Qt::AlignLeft);
    connect(m_flush, &QPushButton::clicked, this, &JournalCard::flush);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &JournalCard::follow);
    follow();
}

void JournalCard::follow()
{
    const JournalStatus &journal = m_context.monitor().journal();
    const bool parked = !journal.parked.isEmpty();
    if (m_flushing)
        m_pill->setLook({Tone::Info, u"refresh"_s, tr("sending")});
    else if (parked)
        m_pill->setLook({Tone::Warning, u"warning"_s, tr("%1 parked").arg(journal.parked.size())});
    else if (journal.isEmpty())
        m_pill->setLook({Tone::Good, u"check"_s, tr("empty")});
    else
        m_pill->setLook({Tone::Info, u"journal"_s, tr("pending")});
    if (!journal.isEmpty())
        m_sentence->setText(tr("Logged and safe on this machine; sent when the server answers."));
    else if (parked)
        m_sentence->setText(tr("Everything is on the server but what it refused."));
    else
        m_sentence->setText(tr("Everything that was logged is on the server."));
    if (journal.replayerElsewhere)
        m_sentence->setText(tr("Another process sends what is pending."));
    m_facts->setFact(tr("Runs"), format::count(journal.pendingRuns), true);
    m_facts->setFact(tr("Batches"), format::count(journal.pendingBatches), true);
    m_facts->setFact(tr("Points"), format::count(journal.pendingPoints), true);
    m_facts->setFact(tr("Files"), format::count(journal.pendingArtifacts), true);
    m_facts->setFact(tr("Parked"), format::count(journal.parked.size()), true);
    m_flush->setVisible(!journal.isEmpty());
    m_flush->setEnabled(!m_flushing && m_context.connector() != nullptr);
}

void JournalCard::flush()
{
    Connector *connector = m_context.connector();
    if (!connector || m_flushing)
        return;
    m_flushing = true;
    follow();
    connector->flush(30s).then(this, [this](const Result<JournalStatus> &result) {
        m_flushing = false;
        if (!result)
            m_context.notify(result.error());
        else if (result->isEmpty())
            m_context.notify(Tone::Good, tr("The journal is empty: everything is on the server."));
        else
            m_context.notify(Tone::Warning,
                tr("The journal still holds %1 batches; they follow when the server answers.")
                    .arg(result->pendingBatches));
        follow();
    });
}

} // namespace signalbox
