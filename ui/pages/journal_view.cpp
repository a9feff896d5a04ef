// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/journal_view.h"

#include "core/base/redaction.h"
#include "core/tracking/connector.h"
#include "ui/dialogs/parked_dialog.h"
#include "ui/models/formatters.h"
#include "ui/models/journal_models.h"
#include "ui/models/roles.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QTimer>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr int kShown = 1000; // entries; the counts in the card above tell the whole

DataTable *tableIn(Card *card, const QString &name, QAbstractItemModel *model, PlainLabel *none)
{
    card->setFlush(true);
    auto *table = new DataTable(card);
    table->setObjectName(name);
    table->setModel(model);
    none->setLevel(u"muted"_s);
    none->setWordWrap(true);
    none->setContentsMargins(kGrid * 3 / 2, 0, kGrid, kGrid);
    none->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    card->body()->addWidget(none, 1);
    card->body()->addWidget(table, 1);
    return table;
}

QPushButton *headerButton(Card *card, const QString &name, const QString &text)
{
    auto *button = new QPushButton(text, card);
    button->setObjectName(name);
    button->setAccessibleName(text);
    button->setProperty("kind", u"quiet"_s);
    card->addHeaderWidget(button);
    return button;
}

} // namespace

JournalView::JournalView(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pending(new PendingRunsModel(this))
    , m_parked(new ParkedModel(this))
    , m_pause(new QTimer(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid * 3 / 2);
    splitter->addWidget(buildParked());
    splitter->addWidget(buildPending());
    layout->addWidget(splitter);
    m_pause->setInterval(500ms);
    m_pause->setSingleShot(true);
    connect(m_pause, &QTimer::timeout, this, &JournalView::refresh);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &JournalView::schedule);
    connect(&context, &UiContext::aboutToDisconnect, this, &JournalView::drop);
    followEmpty();
    followSelection();
}

QWidget *JournalView::buildPending()
{
    m_pendingCard = new Card(tr("Waiting for the server"), this);
    m_noPending = new PlainLabel(m_pendingCard);
    m_pendingTable = tableIn(m_pendingCard, u"pendingRunsTableView"_s, m_pending, m_noPending);
    m_pendingTable->setAccessibleName(tr("Runs that wait for the server"));
    QHeaderView *header = m_pendingTable->horizontalHeader();
    header->resizeSection(PendingRunsModel::Name, 180);
    header->resizeSection(PendingRunsModel::State, 110);
    for (const int count :
        {PendingRunsModel::Points, PendingRunsModel::Batches, PendingRunsModel::Files})
        header->resizeSection(count, 90);
    header->resizeSection(PendingRunsModel::Since, 110);
    connect(m_pendingTable, &QTableView::activated, this, [this](const QModelIndex &index) {
        const RunId run = m_pending->run(index.row()).runId;
        if (!run.isEmpty())
            m_context.openRun(run);
    });
    return m_pendingCard;
}

QWidget *JournalView::buildParked()
{
    m_parkedCard = new Card(tr("Parked: refused by the server for good"), this);
    m_noParked = new PlainLabel(m_parkedCard);
    m_parkedTable = tableIn(m_parkedCard, u"parkedTableView"_s, m_parked, m_noParked);
    m_parkedTable->setAccessibleName(tr("Parked items"));
    QHeaderView *header = m_parkedTable->horizontalHeader();
    header->resizeSection(ParkedModel::What, 260);
    header->resizeSection(ParkedModel::Run, 180);
    header->resizeSection(ParkedModel::Since, 110);
    header->resizeSection(ParkedModel::Attempts, 96);
    buildParkedButtons();
    connect(m_parkedTable->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &JournalView::followSelection);
    connect(m_parkedTable, &QTableView::activated, this, &JournalView::editSelected);
    return m_parkedCard;
}

void JournalView::buildParkedButtons()
{
    m_retry = headerButton(m_parkedCard, u"parkedRetryPushButton"_s, tr("Retry"));
    m_edit = headerButton(m_parkedCard, u"parkedEditPushButton"_s, tr("Edit…"));
    m_drop = headerButton(m_parkedCard, u"parkedDropPushButton"_s, tr("Drop…"));
    m_retryAll = headerButton(m_parkedCard, u"parkedRetryAllPushButton"_s, tr("Retry all"));
    m_retry->setToolTip(tr("Send the selected items again as they are"));
    m_edit->setToolTip(tr("Correct the selected item and send it again"));
    m_drop->setToolTip(tr("Forget the selected items"));
    connect(m_retry, &QPushButton::clicked, this, &JournalView::retrySelected);
    connect(m_edit, &QPushButton::clicked, this, &JournalView::editSelected);
    connect(m_drop, &QPushButton::clicked, this, &JournalView::dropSelected);
    connect(m_retryAll, &QPushButton::clicked, this, &JournalView::retryAll);
}

void JournalView::showEvent(QShowEvent *event)
{
    refresh();
    QWidget::showEvent(event);
}

void JournalView::schedule()
{
    if (isVisible() && !m_pause->isActive())
        m_pause->start();
    followEmpty();
}

void JournalView::drop()
{
    m_pendingCall.cancel();
    m_parkedCall.cancel();
    m_pending->setRuns({});
    m_parked->setItems({});
    followEmpty();
}

void JournalView::refresh()
{
    if (!m_context.connector())
        return;
    if (!m_pendingCall.isRunning())
        askPending();
    if (!m_parkedCall.isRunning())
        askParked();
}

void JournalView::askPending()
{
    m_pendingCall = m_context.connector()->journalItems({}, kShown);
    m_pendingCall.call().then(this, [this](const Result<QList<JournalItem>> &result) {
        if (!result) {
            showFailure(result.error());
            return;
        }
        m_failure.clear();
        m_pending->setRuns(pendingByRun(result.value()));
        m_pendingCard->setNote(result->size() < kShown
                ? QString()
                : tr("of the first %1 entries").arg(format::count(kShown)));
        followEmpty();
    });
}

void JournalView::askParked()
{
    JournalFilter filter;
    filter.parkedOnly = true;
    m_parkedCall = m_context.connector()->journalItems(filter, kShown);
    m_parkedCall.call().then(this, [this](const Result<QList<JournalItem>> &result) {
        if (!result) {
            showFailure(result.error());
            return;
        }
        m_parked->setItems(result.value());
        const qsizetype all = m_context.monitor().journal().parked.size();
        m_parkedCard->setNote(all <= kShown
                ? QString()
                : tr("first %1 of %2").arg(format::count(kShown), format::count(all)));
        followEmpty();
        followSelection();
    });
}

//! A journal that cannot be read is not an empty one.
void JournalView::showFailure(const Error &error)
{
    if (error.kind != ErrorKind::Cancelled)
        m_failure = format::oneLine(redact(error.text()), 400);
    followEmpty();
}

void JournalView::followEmpty()
{
    const bool connected = m_context.connector() != nullptr;
    m_noPending->setText(!m_failure.isEmpty() ? m_failure
            : connected ? tr("Nothing waits: everything that was logged is on the server.")
                        : tr("There is no connection yet."));
    m_noParked->setText(
        m_failure.isEmpty() ? tr("The server has not refused anything for good.") : m_failure);
    m_noPending->setVisible(m_pending->rowCount() == 0);
    m_pendingTable->setVisible(m_pending->rowCount() > 0);
    m_noParked->setVisible(m_parked->rowCount() == 0);
    m_parkedTable->setVisible(m_parked->rowCount() > 0);
}

void JournalView::followSelection()
{
    const QList<JournalItem> items = selectedItems();
    m_retry->setEnabled(!items.isEmpty());
    m_edit->setEnabled(items.size() == 1 && items.constFirst().canEdit);
    m_drop->setEnabled(!items.isEmpty());
    m_retryAll->setEnabled(m_parked->rowCount() > 0);
}

QList<JournalItem> JournalView::selectedItems() const
{
    QList<JournalItem> items;
    for (const QModelIndex &index : m_parkedTable->selectionModel()->selectedRows())
        items.append(m_parked->item(index.row()));
    return items;
}

QList<qint64> JournalView::selectedSequences() const
{
    QList<qint64> sequences;
    for (const JournalItem &item : selectedItems())
        sequences.append(item.sequence);
    return sequences;
}

void JournalView::report(const Result<void> &result, const QString &good)
{
    if (result)
        m_context.notify(Tone::Good, good);
    else
        m_context.notify(result.error());
    refresh();
}

void JournalView::retrySelected()
{
    const QList<qint64> sequences = selectedSequences();
    if (sequences.isEmpty())
        return;
    m_context.connector()->retryParked(sequences).then(
        this, [this, count = sequences.size()](const Result<void> &result) {
            report(result, tr("%1 items are sent again").arg(count));
        });
}

void JournalView::retryAll()
{
    m_context.connector()->retryAllParked().then(this, [this](const Result<int> &result) {
        report(result ? Result<void>() : Result<void>(result.failure()),
            tr("%1 items are sent again").arg(result ? result.value() : 0));
    });
}

void JournalView::editSelected()
{
    const QList<JournalItem> items = selectedItems();
    if (items.size() != 1 || !items.constFirst().canEdit)
        return;
    auto *dialog = new ParkedDialog(items.constFirst(), window());
    connect(
        dialog, &QDialog::accepted, this, [this, dialog, sequence = items.constFirst().sequence] {
            if (!m_context.connector())
                return;
            m_context.connector()
                ->editParked(sequence, dialog->edit())
                .then(this, [this](const Result<void> &result) {
                    report(result, tr("The corrected item is sent again"));
                });
        });
    dialog->open();
}

void JournalView::dropSelected()
{
    const QList<JournalItem> items = selectedItems();
    if (items.isEmpty())
        return;
    QStringList lines;
    for (qsizetype i = 0; i < std::min<qsizetype>(items.size(), 8); ++i)
        lines.append(format::oneLine(items.at(i).summary, 80));
    if (items.size() > lines.size())
        lines.append(tr("and %1 more").arg(items.size() - lines.size()));
    const Question question{tr("Drop parked items"),
        items.size() == 1 ? tr("Drop this item for ever?")
                          : tr("Drop these %1 items for ever?").arg(items.size()),
        tr("They are on no server and cannot be brought back:\n%1").arg(lines.join(u'\n')),
        items.size() == 1 ? tr("Drop it") : tr("Drop %1 items").arg(items.size()), true};
    m_context.dialogs().confirm(this, question, [this, sequences = selectedSequences()](bool yes) {
        if (!yes || !m_context.connector())
            return;
        m_context.connector()->dropParked(sequences).then(
            this, [this](const Result<QList<JournalItem>> &result) {
                report(result ? Result<void>() : Result<void>(result.failure()),
                    tr("Dropped %1 items").arg(result ? result->size() : 0));
            });
    });
}

} // namespace signalbox
