// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/health_page.h"

#include "ui/models/breaker_history.h"
#include "ui/models/formatters.h"
#include "ui/pages/breaker_timeline.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/journal_view.h"
#include "ui/pages/request_log_view.h"
#include "ui/pages/status_cards.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/page_header.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

enum Tab : int { Requests, Journal, Transitions };

} // namespace

HealthPage::HealthPage(UiContext &context, QWidget *parent)
    : Page(u"health"_s, tr("Health"), context, parent)
    , m_header(new PageHeader(tr("Health"), this))
    , m_tabs(new QTabWidget(this))
{
    buildActions();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid + 2, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid + 2);
    column->addWidget(m_header);
    column->addWidget(buildCards());
    column->addWidget(buildTimeline());
    m_tabs->setObjectName(u"healthTabWidget"_s);
    m_tabs->setAccessibleName(tr("Requests, journal and transitions"));
    m_tabs->setDocumentMode(true);
    m_journal = new JournalView(context, m_tabs);
    m_tabs->addTab(new RequestLogView(context, m_copy, m_export, m_tabs), tr("Requests"));
    m_tabs->addTab(m_journal, tr("Journal"));
    m_tabs->addTab(buildTransitions(), tr("Transitions"));
    column->addWidget(m_tabs, 1);
    buildTabActions();
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &HealthPage::follow);
    connect(&context, &UiContext::connectionChanged, this, &HealthPage::follow);
    follow();
}

void HealthPage::buildActions()
{
    ConnectionMonitor &monitor = context().monitor();
    m_tryNow = makeAction(u"healthTryNow"_s, tr("Try now"), u"refresh"_s);
    m_tryNow->setToolTip(tr("Ask the server at once instead of after the break"));
    connect(m_tryNow, &QAction::triggered, &monitor, &ConnectionMonitor::tryNow);
    m_reset = makeAction(u"healthReset"_s, tr("Reset"), u"rollback"_s);
    m_reset->setToolTip(tr("Close the circuit and forget the failures in a row"));
    connect(m_reset, &QAction::triggered, &monitor, &ConnectionMonitor::resetBreaker);
    m_offline = makeAction(u"healthStayOffline"_s, tr("Stay offline"), u"offline"_s);
    m_offline->setToolTip(tr("Send nothing until you go online again"));
    connect(m_offline, &QAction::triggered, &monitor, &ConnectionMonitor::stayOffline);
    m_online = makeAction(u"healthGoOnline"_s, tr("Go online"), u"cloud"_s);
    connect(m_online, &QAction::triggered, &monitor, &ConnectionMonitor::goOnline);
    m_copy = makeAction(u"copyLog"_s, tr("Copy"), u"copy"_s);
    m_copy->setToolTip(tr("Copy the selected requests, or all, as a table"));
    m_export = makeAction(
        u"exportLog"_s, tr("Export…"), u"download"_s, QKeySequence(Qt::CTRL | Qt::Key_E));
    m_export->setToolTip(tr("Write the shown requests to a CSV, JSON or NDJSON file"));
    m_header->addAction(m_tryNow);
    m_header->addAction(m_reset);
    m_header->addAction(m_offline);
    m_header->addAction(m_online, u"primary"_s);
}

void HealthPage::buildTabActions()
{
    const QStringList ids{u"requests"_s, u"journal"_s, u"transitions"_s};
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        const QKeySequence keys(u"Alt+%1"_s.arg(tab + 1));
        QAction *action = makeAction(ids.at(tab) % u"Tab"_s,
            tr("Show %1").arg(m_tabs->tabText(tab).toLower()), u"list"_s, keys);
        connect(action, &QAction::triggered, m_tabs, [this, tab] {
            m_tabs->setCurrentIndex(tab);
            m_tabs->currentWidget()->setFocus(Qt::ShortcutFocusReason);
        });
        m_tabs->setTabToolTip(tab, keys.toString(QKeySequence::NativeText));
        m_tabActions.append(action);
    }
}

QWidget *HealthPage::buildCards()
{
    auto *box = new QWidget(this);
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid * 3 / 2);
    row->addWidget(new BreakerCard(context(), box), 1);
    row->addWidget(new TrafficCard(context(), box), 1);
    row->addWidget(new JournalCard(context(), box), 1);
    box->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    return box;
}

QWidget *HealthPage::buildTimeline()
{
    auto *card = new Card(tr("Breaker over time"), this);
    card->body()->setContentsMargins(kGrid * 3 / 2, 0, kGrid * 3 / 2, kGrid / 2);
    card->body()->addWidget(new BreakerTimeline(context().monitor().history(), card));
    card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    return card;
}

QWidget *HealthPage::buildTransitions()
{
    auto *card = new Card({}, m_tabs);
    card->setFlush(true);
    card->setAccessibleName(tr("Transitions"));
    auto *table = new DataTable(card);
    table->setObjectName(u"transitionsTableView"_s);
    table->setAccessibleName(tr("States of the breaker, newest first"));
    table->setModel(&context().monitor().history());
    table->horizontalHeader()->resizeSection(BreakerHistory::Time, 100);
    table->horizontalHeader()->resizeSection(BreakerHistory::State, 120);
    table->horizontalHeader()->resizeSection(BreakerHistory::Lasted, 110);
    card->body()->addWidget(table, 1);
    return card;
}

void HealthPage::refresh()
{
    context().monitor().checkNow();
    m_journal->refresh();
}

void HealthPage::openTarget(const PageTarget &target)
{
    const QStringList names{u"requests"_s, u"journal"_s, u"transitions"_s};
    if (const qsizetype tab = names.indexOf(target.action); tab >= 0)
        m_tabs->setCurrentIndex(static_cast<int>(tab));
}

bool HealthPage::isReady() const
{
    return context().monitor().isSettled();
}

QList<QAction *> HealthPage::pageActions() const
{
    return QList<QAction *>{m_tryNow, m_reset, m_offline, m_online, m_copy, m_export}
    + m_tabActions;
}

void HealthPage::follow()
{
    ConnectionMonitor &monitor = context().monitor();
    const LinkState link = monitor.link();
    const bool connected = link != LinkState::None;
    m_header->setSubtitle(connected
            ? QString(context().connectionTitle() % u" · "_s % monitor.address())
            : tr("not connected"));
    const BreakerSnapshot breaker = monitor.breaker();
    m_tryNow->setEnabled(
        connected && link != LinkState::Offline && !monitor.hasLocalServerStopped());
    m_reset->setVisible(link != LinkState::Offline);
    m_reset->setEnabled(
        connected && (breaker.state != BreakerState::Closed || breaker.consecutiveFailures > 0));
    m_offline->setVisible(link != LinkState::Offline);
    m_offline->setEnabled(connected);
    m_online->setVisible(link == LinkState::Offline);
    const qsizetype parked = monitor.journal().parked.size();
    m_tabs->setTabText(Journal,
        parked == 0 ? tr("Journal") : tr("Journal · %1 parked").arg(format::count(parked)));
    const qint64 changes = monitor.history().transitions();
    m_tabs->setTabText(Transitions,
        changes == 0 ? tr("Transitions") : tr("Transitions · %1").arg(format::count(changes)));
    Q_EMIT readyChanged();
}

} // namespace signalbox
