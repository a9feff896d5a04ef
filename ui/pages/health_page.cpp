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
#include "ui/widgets/sparkline.h"

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
    column->addWidget(buildCards());
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(u"healthSplitter"_s);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid * 3 / 2);
    splitter->addWidget(buildTimeline());
    splitter->addWidget(buildLog());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 5);
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
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid * 3 / 2);
    auto *traffic = new Card(tr("Traffic"), box);
    traffic->setObjectName(u"trafficCard"_s);
    m_traffic = new FactGrid(traffic);
    m_sparkline = new Sparkline(traffic);
    m_sparkline->setAccessibleName(tr("Latency of the last requests"));
    traffic->body()->addWidget(m_traffic);
    traffic->body()->addWidget(m_sparkline);
    traffic->body()->addStretch(1);
    row->addWidget(new BreakerCard(context(), box), 1);
    row->addWidget(traffic, 1);
    row->addWidget(new JournalCard(context(), box), 1);
    box->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    return box;
}

QWidget *HealthPage::buildTimeline()
{
    auto *box = new QWidget(this);
    box->setMinimumHeight(5 * kRowHeight);
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid * 3 / 2);
    m_timeline->setHorizontalHeaderLabels({tr("Time"), tr("Now"), tr("Why")});
    row->addWidget(buildTable(tr("Transitions"), u"transitionsTableView"_s, m_timeline,
                       tr("The breaker has not changed its state.")),
        3);
    m_parked->setHorizontalHeaderLabels({tr("What"), tr("Why")});
    row->addWidget(buildTable(tr("Parked items"), u"parkedTableView"_s, m_parked,
                       tr("The server has not refused anything for good.")),
        2);
    return box;
}

Card *HealthPage::buildTable(
    const QString &title, const QString &name, QStandardItemModel *model, const QString &emptyText)
{
    auto *card = new Card(title, this);
    card->setFlush(true);
    auto *table = new DataTable(card);
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(model);
    table->horizontalHeader()->resizeSection(0, model->columnCount() == 3 ? 90 : 180);
    table->horizontalHeader()->resizeSection(1, 110);
    auto *label = new PlainLabel(emptyText, card);
    label->setLevel(u"muted"_s);
    label->setContentsMargins(kGrid * 3 / 2, 0, kGrid, 0);
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    card->body()->addWidget(label);
    card->body()->addWidget(table, 1);
    card->body()->addStretch(0);
    const auto follow = [table, label, model] {
        label->setVisible(model->rowCount() == 0);
        table->setVisible(model->rowCount() > 0);
    };
    connect(model, &QAbstractItemModel::rowsInserted, card, follow);
    connect(model, &QAbstractItemModel::rowsRemoved, card, follow);
    follow();
    return card;
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
    header->resizeSection(RequestLogModel::Status, 84);
    header->resizeSection(RequestLogModel::Millis, 70);
    header->resizeSection(RequestLogModel::Attempt, 100);
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
    m_sparkline->setValues(monitor.latencies());
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
