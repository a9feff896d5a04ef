// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/status_cards.h"

#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/connection_words.h"
#include "ui/pages/ui_context.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/sparkline.h"
#include "ui/widgets/status_pill.h"

#include <QtCore/QDateTime>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

// "3 waiting, 2 running, oldest 1.2 s"
QString laneWords(const QueueLane &lane)
{
    if (lane.isEmpty())
        return QObject::tr("idle");
    QStringList parts;
    if (lane.waiting > 0)
        parts.append(QObject::tr("%1 waiting").arg(format::count(lane.waiting)));
    if (lane.running > 0)
        parts.append(QObject::tr("%1 running").arg(format::count(lane.running)));
    if (lane.oldest >= 1s)
        parts.append(QObject::tr("oldest %1").arg(format::duration(lane.oldest)));
    return parts.join(u", "_s);
}

} // namespace

ConnectionCard::ConnectionCard(UiContext &context, QWidget *parent)
    : StatusCard(u"connectionCard"_s, tr("Connection"), parent)
    , m_context(context)
    , m_title(new PlainLabel(this))
    , m_sparkline(new Sparkline(this))
    , m_error(new PlainLabel(this))
{
    m_title->setLevel(u"hero"_s);
    m_title->setObjectName(u"connectionTitleLabel"_s);
    m_error->setLevel(u"bad"_s);
    m_error->setWordWrap(true);
    m_error->setObjectName(u"connectionErrorLabel"_s);
    m_sparkline->setAccessibleName(tr("Latency of the last requests"));
    setHeadline(m_title);
    content()->addWidget(m_sparkline);
    content()->addWidget(m_error);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &ConnectionCard::follow);
    connect(&context, &UiContext::connectionChanged, this, &ConnectionCard::follow);
    follow();
}

void ConnectionCard::follow()
{
    ConnectionMonitor &monitor = m_context.monitor();
    const LinkState state = monitor.link();
    pill().setLook(pillForLink(state));
    m_title->setText(state == LinkState::None ? tr("No server") : m_context.connectionTitle());
    facts().setFact(tr("Server"), monitor.address());
    facts().setFact(
        tr("MLflow"), monitor.info() ? monitor.info()->version.left(40) : QString(), true);
    facts().setFact(tr("Store"), monitor.info() ? monitor.info()->storeType.left(60) : QString());
    facts().setFact(tr("Latency"),
        state == LinkState::Online ? format::duration(monitor.latency()) : QString(), true);
    facts().setFact(tr("Last answer"),
        format::relativeTime(monitor.lastSeenMs(), QDateTime::currentMSecsSinceEpoch()));
    m_sparkline->setValues(monitor.latencies());
    const bool failed = state == LinkState::Unreachable && monitor.error();
    m_error->setText(failed ? monitor.error()->text() : QString());
    m_error->setVisible(failed);
}

BreakerCard::BreakerCard(UiContext &context, QWidget *parent)
    : StatusCard(u"breakerCard"_s, tr("Circuit breaker"), parent)
    , m_context(context)
    , m_tryNow(addButton(u"breakerTryNowPushButton"_s, tr("Try now"), tr("Try the server now")))
{
    connect(m_tryNow, &QPushButton::clicked, &context.monitor(), &ConnectionMonitor::tryNow);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &BreakerCard::follow);
    connect(
        &context.monitor(), &ConnectionMonitor::countdownTicked, this, &BreakerCard::followState);
    follow();
}

void BreakerCard::followState()
{
    const ConnectionMonitor &monitor = m_context.monitor();
    const BreakerSnapshot b = monitor.breaker();
    const bool connected = monitor.link() != LinkState::None;
    pill().setLook(connected ? pillForBreaker(b.state) : PillLook{});
    setSentence(connected ? breakerSentence(b) : tr("There is no server to guard yet."));
}

void BreakerCard::follow()
{
    followState();
    const ConnectionMonitor &monitor = m_context.monitor();
    const BreakerSnapshot b = monitor.breaker();
    const auto count = [](quint64 n) { return format::count(static_cast<qint64>(n)); };
    facts().setFact(
        tr("Failures in a row"), count(static_cast<quint64>(b.consecutiveFailures)), true);
    facts().setFact(tr("Success rate"),
        b.successes + b.failures > 0
            ? QString(QString::number(b.successRate() * 100.0, 'f', 1) % u" %"_s)
            : QString(),
        true);
    facts().setFact(tr("Succeeded"), count(b.successes), true);
    facts().setFact(tr("Failed"), count(b.failures), true);
    facts().setFact(tr("Held back"), count(b.rejected), true);
    facts().setFact(tr("Times opened"), count(b.opened), true);
    const bool away = b.state == BreakerState::Open || monitor.link() == LinkState::Unreachable;
    m_tryNow->setVisible(away && !monitor.hasLocalServerStopped());
}

TrafficCard::TrafficCard(UiContext &context, QWidget *parent)
    : StatusCard(u"trafficCard"_s, tr("Traffic"), parent)
    , m_context(context)
    , m_sparkline(new Sparkline(this))
{
    m_sparkline->setAccessibleName(tr("Latency of the last requests"));
    content()->addWidget(m_sparkline);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &TrafficCard::follow);
    follow();
}

void TrafficCard::follow()
{
    const ConnectionMonitor &monitor = m_context.monitor();
    const QueueStatus queue = monitor.queue();
    facts().setFact(tr("Interactive"), laneWords(queue.interactive));
    facts().setFact(tr("Logging"), laneWords(queue.logging));
    facts().setFact(tr("Lists and files"), laneWords(queue.sync));
    facts().setFact(tr("Between two tries"), format::count(queue.retrying), true);
    facts().setFact(tr("Latency"),
        monitor.link() == LinkState::Online ? format::duration(monitor.latency()) : QString(),
        true);
    m_sparkline->setValues(monitor.latencies());
}

JournalCard::JournalCard(UiContext &context, QWidget *parent)
    : StatusCard(u"journalCard"_s, tr("Journal"), parent)
    , m_context(context)
    , m_progress(new QProgressBar(this))
    , m_flush(addButton(
          u"journalFlushPushButton"_s, tr("Send now"), tr("Send what the journal holds now")))
{
    m_progress->setObjectName(u"journalProgressBar"_s);
    m_progress->setAccessibleName(tr("Part of the journal that was sent"));
    m_progress->setTextVisible(false);
    content()->addWidget(m_progress);
    connect(m_flush, &QPushButton::clicked, this, &JournalCard::flush);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &JournalCard::follow);
    follow();
}

void JournalCard::follow()
{
    const JournalStatus &journal = m_context.monitor().journal();
    pill().setLook(
        m_flushing ? PillLook{Tone::Info, u"refresh"_s, tr("sending")} : pillForJournal(journal));
    setSentence(journalSentence(journal));
    facts().setFact(tr("Runs"), format::count(journal.pendingRuns), true);
    facts().setFact(tr("Batches"), format::count(journal.pendingBatches), true);
    facts().setFact(tr("Points"), format::count(journal.pendingPoints), true);
    facts().setFact(tr("Files"), format::count(journal.pendingArtifacts), true);
    facts().setFact(tr("Parked"), format::count(journal.parked.size()), true);
    followProgress();
    m_flush->setVisible(!journal.isEmpty());
    m_flush->setEnabled(!m_flushing && m_context.connector() != nullptr);
}

void JournalCard::followProgress()
{
    const ConnectionMonitor &monitor = m_context.monitor();
    const int pending = ConnectionMonitor::pendingItems(monitor.journal());
    m_progress->setVisible(pending > 0);
    m_progress->setRange(0, qMax(1, monitor.journalPeak()));
    m_progress->setValue(monitor.journalPeak() - pending);
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
