// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/request_log_view.h"

#include "core/http/off_thread.h"
#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/request_export.h"
#include "ui/pages/request_filter_model.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/search_field.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <array>
#include <memory>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::array kClasses{RequestClass::Probe, RequestClass::Interactive, RequestClass::Write,
    RequestClass::Page, RequestClass::Transfer};

} // namespace

RequestLogView::RequestLogView(
    UiContext &context, QAction *copy, QAction *exportLog, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_card(new Card(tr("Requests"), this))
    , m_filter(new RequestFilterModel(context.monitor().requestLog(), this))
    , m_table(new DataTable(m_card))
    , m_details(new QPlainTextEdit(m_card))
    , m_writer(new OffThread(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_card);
    m_card->setObjectName(u"requestLogCard"_s);
    m_card->setFlush(true);
    buildHeader(copy, exportLog);
    buildTable();
    connect(copy, &QAction::triggered, this, &RequestLogView::copyShown);
    connect(exportLog, &QAction::triggered, this, &RequestLogView::exportShown);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &RequestLogView::follow);
    follow();
}

void RequestLogView::buildHeader(QAction *copy, QAction *exportLog)
{
    auto *classes = new QComboBox(m_card);
    classes->setObjectName(u"requestClassComboBox"_s);
    classes->setAccessibleName(tr("Show one class of requests"));
    classes->addItem(tr("All classes"));
    for (const RequestClass one : kClasses)
        classes->addItem(nameOf(one));
    auto *failures = new QCheckBox(tr("Failures only"), m_card);
    failures->setObjectName(u"requestFailuresCheckBox"_s);
    failures->setAccessibleName(tr("Show failed requests only"));
    auto *search = new SearchField(tr("Filter requests"), m_card);
    search->setObjectName(u"requestFilterLineEdit"_s);
    search->setFixedWidth(220);
    m_card->addHeaderWidget(failures);
    m_card->addHeaderWidget(classes);
    m_card->addHeaderWidget(search);
    m_card->addHeaderWidget(buttonFor(copy, m_card, u"quiet"_s));
    m_card->addHeaderWidget(buttonFor(exportLog, m_card, u"quiet"_s));
    connect(search, &SearchField::searchChanged, m_filter, &RequestFilterModel::setText);
    connect(failures, &QCheckBox::toggled, m_filter, &RequestFilterModel::setOnlyFailures);
    connect(classes, &QComboBox::currentIndexChanged, m_filter, [this](int index) {
        m_filter->setClass(index <= 0
                ? std::nullopt
                : std::optional(kClasses.at(static_cast<std::size_t>(index) - 1)));
    });
}

void RequestLogView::buildTable()
{
    m_table->setObjectName(u"requestLogTableView"_s);
    m_table->setAccessibleName(tr("Requests, newest first"));
    m_table->setModel(m_filter);
    QHeaderView *header = m_table->horizontalHeader();
    header->resizeSection(RequestLogModel::Time, 110);
    header->resizeSection(RequestLogModel::Verb, 76);
    header->resizeSection(RequestLogModel::Path, 420);
    header->resizeSection(RequestLogModel::Status, 84);
    header->resizeSection(RequestLogModel::Millis, 70);
    header->resizeSection(RequestLogModel::Attempt, 104);
    header->resizeSection(RequestLogModel::Class, 96);
    m_details->setObjectName(u"requestDetailPlainTextEdit"_s);
    m_details->setAccessibleName(tr("Details of the chosen request"));
    m_details->setReadOnly(true);
    m_details->setTabChangesFocus(true);
    m_details->setFont(Theme::instance().numberFont());
    m_details->hide();
    auto *splitter = new QSplitter(Qt::Horizontal, m_card);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_table);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({900, 380});
    m_card->body()->addWidget(splitter);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &RequestLogView::showDetails);
}

void RequestLogView::follow()
{
    const RequestLogModel &log = m_context.monitor().requestLog();
    m_card->setNote(
        tr("last %1 of %2").arg(format::count(log.rowCount()), format::count(log.total())));
}

QList<int> RequestLogView::selectedRows() const
{
    QList<int> rows;
    for (const QModelIndex &index : m_table->selectionModel()->selectedRows())
        rows.append(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void RequestLogView::showDetails()
{
    const QList<int> rows = selectedRows();
    m_details->setVisible(rows.size() == 1);
    if (rows.size() == 1)
        m_details->setPlainText(requestDetails(m_filter->records(rows).constFirst()));
}

void RequestLogView::copyShown()
{
    m_table->copySelection();
    const qsizetype count = m_table->selectionModel()->selectedRows().size();
    m_context.notify(
        Tone::Good, count > 0 ? tr("Copied %1 requests").arg(count) : tr("Copied all requests"));
}

void RequestLogView::exportShown()
{
    const FileQuestion question{
        tr("Export the request log"), u"requests.csv"_s, requestFormatFilters()};
    m_context.dialogs().saveFile(this, question, [this](const QString &path) {
        if (path.isEmpty())
            return;
        const auto failure = std::make_shared<QString>();
        m_writer->run(
            [records = m_filter->records(), path, failure] {
                *failure = writeWholeFile(path, exportRequests(records, requestFormatOf(path)));
            },
            [this, path, failure] {
                if (failure->isEmpty())
                    m_context.notify(Tone::Good, tr("Wrote %1").arg(path));
                else
                    m_context.notify(Tone::Bad,
                        tr("%1 could not be written: %2. Choose another folder.")
                            .arg(path, *failure));
            });
    });
}

} // namespace signalbox
