// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_overview.h"

#include "ui/models/formatters.h"
#include "ui/models/run_columns.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/key_value_table.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/search_field.h"
#include "ui/widgets/status_pill.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! Server text in a button must not make a shortcut of its '&'.
QString buttonText(const QString &text)
{
    return format::oneLine(text, 80).replace(u'&', u"&&"_s);
}

QString userOf(const mlflow::Run &run)
{
    const QString tag = run.tag(u"mlflow.user"_s);
    return tag.isEmpty() ? run.info.userId : tag;
}

} // namespace

RunOverview::RunOverview(QWidget *parent)
    : QScrollArea(parent)
    , m_search(new SearchField(tr("Search params, metrics and tags"), this))
{
    setObjectName(u"runOverview"_s);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAutoFillBackground(false);
    auto *inside = new QWidget(this);
    inside->setAutoFillBackground(false);
    auto *outer = new QVBoxLayout(inside);
    outer->setContentsMargins(0, kGrid, kGrid, 0);
    outer->setSpacing(kGrid);
    m_search->setObjectName(u"runFactsSearch"_s);
    m_search->setAccessibleName(tr("Search params, metrics and tags"));
    m_search->setMaximumWidth(420);
    outer->addWidget(m_search);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kGrid * 3 / 2);
    auto *left = new QVBoxLayout;
    auto *right = new QVBoxLayout;
    for (QVBoxLayout *column : {left, right})
        column->setSpacing(kGrid * 3 / 2);
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);
    outer->addLayout(columns);
    outer->addStretch(1);
    m_metrics = addTable(u"runMetrics"_s, tr("Metrics"), left);
    m_tags = addTable(u"runTags"_s, tr("Tags"), left);
    left->addStretch(1);
    m_details = addTable(u"runDetails"_s, tr("About"), right);
    m_params = addTable(u"runParams"_s, tr("Params"), right);
    m_children = new Card(tr("Child runs"), this);
    m_datasets = new Card(tr("Data sets"), this);
    m_models = new Card(tr("Models"), this);
    for (Card *card : {m_children, m_datasets, m_models}) {
        card->hide();
        right->addWidget(card);
    }
    right->addStretch(1);
    setWidget(inside);
    connect(m_search, &SearchField::searchChanged, this, [this](const QString &text) {
        for (KeyValueTable *table : {m_params, m_metrics, m_tags})
            table->rows()->setFilter(text);
    });
}

KeyValueTable *RunOverview::addTable(const QString &name, const QString &title, QVBoxLayout *column)
{
    auto *card = new Card(title, this);
    card->setFlush(true);
    auto *table = new KeyValueTable(card);
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setFitsRows(true);
    card->body()->addWidget(table);
    column->addWidget(card);
    return table;
}

void RunOverview::setRun(const mlflow::Run &run)
{
    QList<KeyValue> params;
    for (const mlflow::Param &param : run.params)
        params.append({param.key, param.value, false});
    QList<KeyValue> metrics;
    QStringList names;
    for (const mlflow::Metric &metric : run.metrics)
        names.append(metric.key);
    for (const QString &name : rankedMetrics(names))
        metrics.append({name, format::number(run.metric(name).value_or(0)), true});
    QList<KeyValue> tags;
    for (const mlflow::Tag &tag : run.tags) {
        if (!tag.key.startsWith("mlflow."_L1))
            tags.append({tag.key, tag.value, false});
    }
    const auto show = [](KeyValueTable *table, const QList<KeyValue> &rows) {
        table->setRows(rows);
        table->parentWidget()->setVisible(!rows.isEmpty());
    };
    show(m_params, params);
    show(m_metrics, metrics);
    show(m_tags, tags);
    showDetails(run);
    showDatasets(run);
    showModels(run);
}

void RunOverview::showDetails(const mlflow::Run &run)
{
    QList<KeyValue> rows{{tr("Run id"), run.info.id.text(), false},
        {tr("Experiment id"), run.info.experimentId.text(), false},
        {tr("Started"), format::dateTime(run.info.startTime), false}};
    if (run.info.endTime > 0)
        rows.append({tr("Ended"), format::dateTime(run.info.endTime), false});
    if (const QString user = userOf(run); !user.isEmpty())
        rows.append({tr("User"), user, false});
    if (const QString source = run.tag(u"mlflow.source.name"_s); !source.isEmpty())
        rows.append({tr("Source"), source, false});
    if (const QString commit = run.tag(u"mlflow.source.git.commit"_s); !commit.isEmpty())
        rows.append({tr("Git commit"), commit, false});
    if (const QString note = run.tag(u"mlflow.note.content"_s); !note.isEmpty())
        rows.append({tr("Note"), note, false});
    rows.append({tr("Artifacts"), run.info.artifactUri, false});
    m_details->setRows(rows);
}

void RunOverview::clear(QVBoxLayout *layout)
{
    while (QLayoutItem *item = layout->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
}

void RunOverview::showDatasets(const mlflow::Run &run)
{
    clear(m_datasets->body());
    m_datasets->setVisible(!run.datasets.isEmpty());
    for (const mlflow::DatasetInput &input : run.datasets) {
        const QString context = mlflow::tagValue(input.tags, u"mlflow.data.context"_s);
        auto *label = new PlainLabel(
            QString(format::oneLine(input.name, 60) + u" @ " + format::oneLine(input.digest, 40)
                + (context.isEmpty() ? QString() : QString(u"  ·  " + context))),
            m_datasets);
        m_datasets->body()->addWidget(label);
    }
}

void RunOverview::showModels(const mlflow::Run &run)
{
    clear(m_models->body());
    m_models->setVisible(!run.outputs.isEmpty());
    for (const mlflow::ModelOutput &output : run.outputs) {
        auto *label = new PlainLabel(output.modelId.text(), m_models);
        label->setFont(Theme::instance().numberFont());
        m_models->body()->addWidget(label);
    }
}

void RunOverview::setChildren(const QList<mlflow::Run> &children)
{
    clear(m_children->body());
    m_children->setVisible(!children.isEmpty());
    for (const mlflow::Run &child : children) {
        auto *row = new QWidget(m_children);
        auto *layout = new QHBoxLayout(row);
        layout->setContentsMargins(0, 0, 0, 0);
        auto *link = new QPushButton(buttonText(child.info.name), row);
        link->setObjectName(u"childRunButton"_s);
        link->setProperty("kind", u"link"_s);
        connect(link, &QPushButton::clicked, this,
            [this, id = child.info.id] { Q_EMIT runRequested(id); });
        layout->addWidget(link);
        layout->addStretch(1);
        layout->addWidget(new StatusPill(pillForRunStatus(nameOf(child.info.status)), row));
        m_children->body()->addWidget(row);
    }
}

} // namespace signalbox
