// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/health_page.h"

#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/models/table_text.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/request_filter_model.h"
#include "ui/pages/status_cards.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/search_field.h"

#include <QtCore/QDateTime>
#include <QtCore/QSaveFile>
#include <QtGui/QStandardItemModel>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QStandardItem *textItem(const QString &text, bool quiet = false)
{
    auto *item = new QStandardItem(text);
    item->setToolTip(plainToolTip(text));
    if (quiet)
        item->setForeground(Theme::instance().colours().muted);
    return item;
}

QStandardItem *stateItem(BreakerState state)
{
    BreakerSnapshot snapshot;
    snapshot.state = state;
    const PillLook look = pillForBreaker(snapshot);
    auto *item = new QStandardItem(look.text);
    item->setData(QVariant::fromValue(look), kPillRole);
    return item;
}

QPushButton *plainButton(QAction *action, QWidget *parent)
{
    return buttonFor(action, parent, u"quiet"_s);
}

} // namespace

HealthPage::HealthPage(UiContext &context, QWidget *parent)
    : Page(u"health"_s, tr("Health"), context, parent)
    , m_header(new PageHeader(tr("Health"), this))
    , m_timeline(new QStandardItemModel(0, 3, this))
    , m_parked(new QStandardItemModel(0, 2, this))
    , m_filter(new RequestFilterModel(this))
{
    buildActions();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid + 2, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid + 2);
    column->addWidget(m_header);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(u"healthSplitter"_s);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid * 3 / 2);
    auto *upper = new QWidget(splitter);
    auto *row = new QHBoxLayout(upper);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid * 3 / 2);
    row->addWidget(buildCards(), 7);
    row->addWidget(buildTimeline(), 6);
    splitter->addWidget(upper);
    splitter->addWidget(buildLog());
    splitter->setStretchFactor(1, 1);
    column->addWidget(splitter, 1);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &HealthPage::follow);
    connect(&context.monitor(), &ConnectionMonitor::transitioned, this, &HealthPage::fillTimeline);
    connect(&context, &UiContext::connectionChanged, this, &HealthPage::follow);
    fillTimeline();
    follow();
}

void HealthPage::buildActions()
{
    ConnectionMonitor &monitor = context().monitor();
    m_tryNow = makeAction(u"healthTryNow"_s, tr("Try now"), u"refresh"_s);
    connect(m_tryNow, &QAction::triggered, &monitor, &ConnectionMonitor::tryNow);
    m_offline = makeAction(u"healthStayOffline"_s, tr("Stay offline"), u"offline"_s);
    m_offline->setToolTip(tr("Send nothing until you go online again"));
    connect(m_offline, &QAction::triggered, &monitor, &ConnectionMonitor::stayOffline);
    m_online = makeAction(u"healthGoOnline"_s, tr("Go online"), u"cloud"_s);
    connect(m_online, &QAction::triggered, &monitor, &ConnectionMonitor::goOnline);
    m_copy = makeAction(u"copyLog"_s, tr("Copy"), u"copy"_s);
    m_copy->setToolTip(tr("Copy the selected requests, or all, as a table"));
    connect(m_copy, &QAction::triggered, this, [this] { m_logTable->copySelection(); });
    m_export = makeAction(u"exportLog"_s, tr("Export…"), u"download"_s);
    m_export->setToolTip(tr("Write the shown requests to a CSV file"));
    connect(m_export, &QAction::triggered, this, &HealthPage::exportLog);
    m_header->addAction(m_tryNow);
    m_header->addAction(m_offline);
    m_header->addAction(m_online, u"primary"_s);
}

QWidget *HealthPage::buildCards()
{
    auto *box = new QWidget(this);
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kGrid * 3 / 2);
    auto *traffic = new Card(tr("Traffic"), box);
    traffic->setObjectName(u"trafficCard"_s);
    m_traffic = new FactGrid(traffic);
    traffic->body()->addWidget(m_traffic);
    traffic->body()->addStretch(1);
    grid->addWidget(new BreakerCard(context(), box), 0, 0);
    grid->addWidget(new JournalCard(context(), box), 0, 1);
    grid->addWidget(traffic, 1, 0, 1, 2);
    return box;
}

QWidget *HealthPage::buildTimeline()
{
    auto *box = new QWidget(this);
    auto *column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid * 3 / 2);
    auto *timelineCard = new Card(tr("Transitions"), box);
    timelineCard->setFlush(true);
    m_timeline->setHorizontalHeaderLabels({tr("Time"), tr("Now"), tr("Why")});
    auto *timeline = new DataTable(timelineCard);
    timeline->setObjectName(u"transitionsTableView"_s);
    timeline->setAccessibleName(tr("Transitions of the breaker"));
    timeline->setModel(m_timeline);
    timeline->horizontalHeader()->resizeSection(0, 90);
    timeline->horizontalHeader()->resizeSection(1, 110);
    timelineCard->body()->addWidget(timeline);
    column->addWidget(timelineCard, 3);
    auto *parkedCard = new Card(tr("Parked items"), box);
    parkedCard->setNote(tr("refused by the server for good"));
    parkedCard->setFlush(true);
    m_parked->setHorizontalHeaderLabels({tr("What"), tr("Why")});
    m_parkedTable = new DataTable(parkedCard);
    m_parkedTable->setObjectName(u"parkedTableView"_s);
    m_parkedTable->setAccessibleName(tr("Parked items"));
    m_parkedTable->setModel(m_parked);
    m_parkedTable->horizontalHeader()->resizeSection(0, 180);
    m_noParked = new PlainLabel(tr("Nothing was refused."), parkedCard);
    m_noParked->setLevel(u"muted"_s);
    m_noParked->setMargin(kGrid * 3 / 2);
    m_noParked->setContentsMargins(kGrid * 3 / 2, 0, kGrid, kGrid);
    parkedCard->body()->addWidget(m_noParked);
    parkedCard->body()->addWidget(m_parkedTable);
    column->addWidget(parkedCard, 1);
    return box;
}

QWidget *HealthPage::buildLog()
{
    m_logCard = new Card(tr("Requests"), this);
    m_logCard->setObjectName(u"requestLogCard"_s);
    m_logCard->setFlush(true);
    auto *search = new SearchField(tr("Filter requests"), m_logCard);
    search->setObjectName(u"requestFilterLineEdit"_s);
    search->setFixedWidth(240);
    auto *failures = new QCheckBox(tr("Failures only"), m_logCard);
    failures->setObjectName(u"requestFailuresCheckBox"_s);
    failures->setAccessibleName(tr("Show failed requests only"));
    m_logCard->addHeaderWidget(failures);
    m_logCard->addHeaderWidget(search);
    m_logCard->addHeaderWidget(plainButton(m_copy, m_logCard));
    m_logCard->addHeaderWidget(plainButton(m_export, m_logCard));
    m_filter->setSourceModel(&context().monitor().requestLog());
    m_logTable = new DataTable(m_logCard);
    m_logTable->setObjectName(u"requestLogTableView"_s);
    m_logTable->setAccessibleName(tr("Requests, newest first"));
    m_logTable->setModel(m_filter);
    QHeaderView *header = m_logTable->horizontalHeader();
    header->resizeSection(RequestLogModel::Time, 110);
    header->resizeSection(RequestLogModel::Verb, 64);
    header->resizeSection(RequestLogModel::Path, 460);
    header->resizeSection(RequestLogModel::Status, 70);
    header->resizeSection(RequestLogModel::Millis, 70);
    header->resizeSection(RequestLogModel::Attempt, 80);
    m_logCard->body()->addWidget(m_logTable);
    connect(search, &SearchField::searchChanged, m_filter, &RequestFilterModel::setText);
    connect(failures, &QCheckBox::toggled, m_filter, &RequestFilterModel::setOnlyFailures);
    return m_logCard;
}

void HealthPage::refresh()
{
    context().monitor().checkNow();
}

bool HealthPage::isReady() const
{
    return context().monitor().isSettled();
}

QList<QAction *> HealthPage::pageActions() const
{
    return {m_tryNow, m_offline, m_online, m_copy, m_export};
}

void HealthPage::follow()
{
    ConnectionMonitor &monitor = context().monitor();
    const LinkState link = monitor.link();
    const bool connected = link != LinkState::None;
    m_header->setSubtitle(connected
            ? QString(context().connectionTitle() % u" · "_s % monitor.address())
            : tr("not connected"));
    m_tryNow->setEnabled(connected && link != LinkState::Offline);
    m_offline->setVisible(link != LinkState::Offline);
    m_offline->setEnabled(connected);
    m_online->setVisible(link == LinkState::Offline);
    m_traffic->setFact(tr("Requests waiting or running"), format::count(monitor.queued()), true);
    m_traffic->setFact(tr("Latency"),
        link == LinkState::Online ? format::duration(monitor.latency()) : QString(), true);
    m_traffic->setFact(tr("Attempts seen"), format::count(monitor.requestLog().total()), true);
    m_logCard->setNote(tr("last %1 of %2")
                           .arg(format::count(monitor.requestLog().rowCount()),
                               format::count(monitor.requestLog().total())));
    fillParked();
    Q_EMIT readyChanged();
}

void HealthPage::fillTimeline()
{
    m_timeline->removeRows(0, m_timeline->rowCount());
    for (const TransitionEntry &entry : context().monitor().transitions()) {
        const Transition &t = entry.transition;
        const QString why = t.manual && t.reason.isEmpty() ? tr("by hand") : t.reason;
        m_timeline->appendRow({textItem(format::timeOfDay(entry.timeMs), true), stateItem(t.to),
            textItem(format::oneLine(why))});
    }
}

void HealthPage::fillParked()
{
    const QList<ParkedItem> &items = context().monitor().journal().parked;
    if (items.size() == m_parkedShown)
        return;
    m_parkedShown = items.size();
    m_parked->removeRows(0, m_parked->rowCount());
    for (const ParkedItem &item : items)
        m_parked->appendRow(
            {textItem(format::oneLine(item.what)), textItem(format::oneLine(item.reason), true)});
    m_noParked->setVisible(items.isEmpty());
    m_parkedTable->setVisible(!items.isEmpty());
}

void HealthPage::exportLog()
{
    FileQuestion question{
        tr("Export the request log"), u"requests.csv"_s, {tr("Comma-separated values (*.csv)")}};
    context().dialogs().saveFile(this, question, [this](const QString &path) {
        if (path.isEmpty())
            return;
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(tabletext::csv(*m_filter).toUtf8()) < 0
            || !file.commit()) {
            context().notify(Tone::Bad,
                tr("%1 could not be written: %2 Choose another folder.")
                    .arg(path, file.errorString()));
            return;
        }
        context().notify(Tone::Good, tr("Wrote %1").arg(path));
    });
}

} // namespace signalbox
