// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/version_panel.h"

#include "ui/models/formatters.h"
#include "ui/models/run_columns.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/key_value_table.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

VersionPanel::VersionPanel(QWidget *parent)
    : QFrame(parent)
    , m_body(new QWidget(this))
    , m_empty(new EmptyState(this))
    , m_title(new PlainLabel(this))
    , m_stage(new StatusPill(this))
    , m_description(new PlainLabel(this))
    , m_runLink(new QPushButton(this))
{
    setObjectName(u"versionPanel"_s);
    setAccessibleName(tr("Chosen version"));
    setProperty("surface", u"card"_s);
    build();
    connect(m_runLink, &QPushButton::clicked, this, [this] { Q_EMIT runRequested(m_run); });
    clear();
}

void VersionPanel::build()
{
    m_title->setLevel(u"title"_s);
    m_description->setLevel(u"muted"_s);
    m_runLink->setObjectName(u"sourceRunButton"_s);
    m_runLink->setAccessibleName(tr("Open the source run"));
    m_runLink->setProperty("kind", u"link"_s);
    auto *bar = new QHBoxLayout;
    bar->setSpacing(kGrid);
    bar->addWidget(m_title);
    bar->addWidget(m_stage);
    bar->addWidget(m_runLink);
    bar->addWidget(m_description, 1);
    auto *tables = new QHBoxLayout;
    tables->setSpacing(kGrid * 2);
    m_about = addTable(u"versionAbout"_s, tr("About"), m_body);
    m_metrics = addTable(u"versionMetrics"_s, tr("Metrics of the source run"), m_body);
    m_about->horizontalHeader()->resizeSection(0, 96); // short names, long dates
    m_tags = addTable(u"versionTags"_s, tr("Tags"), m_body);
    for (KeyValueTable *table : {m_about, m_metrics, m_tags})
        tables->addWidget(table->parentWidget(), 1);
    auto *inside = new QVBoxLayout(m_body);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->addLayout(bar);
    inside->addLayout(tables, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid * 3 / 2, kGrid, kGrid * 3 / 2, kGrid);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    m_empty->setContent(u"models"_s, tr("Choose a version"),
        tr("Enter or a right click moves it to another stage; so does dragging its card."));
}

KeyValueTable *VersionPanel::addTable(const QString &name, const QString &title, QWidget *body)
{
    auto *box = new QWidget(body);
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    auto *label = new PlainLabel(title, box);
    label->setLevel(u"muted"_s);
    auto *table = new KeyValueTable(box);
    table->setObjectName(name);
    table->setAccessibleName(title);
    layout->addWidget(label);
    layout->addWidget(table, 1);
    return table;
}

void VersionPanel::clear()
{
    m_run = RunId();
    m_body->hide();
    m_empty->show();
}

void VersionPanel::setCard(const VersionCard &card)
{
    const mlflow::ModelVersion &version = card.version;
    m_run = version.runId;
    m_title->setText(u"v"_s + version.version);
    const Tone tone = card.stage == Stage::Production                 ? Tone::Good
        : card.stage == Stage::Staging || card.stage == Stage::Shadow ? Tone::Info
                                                                      : Tone::Neutral;
    m_stage->setLook({tone, {}, nameOf(card.stage)});
    m_description->setText(format::oneLine(version.description, 300));
    const QString run = card.run ? card.run->info.name : version.runId.text().left(12);
    m_runLink->setText(tr("run %1").arg(format::oneLine(run, 50)).replace(u'&', u"&&"_s));
    m_runLink->setVisible(!m_run.isEmpty());
    QList<KeyValue> about{{tr("Created"), format::dateTime(version.creationTime), false},
        {tr("Changed"), format::dateTime(version.lastUpdateTime), false},
        {tr("Status"), version.status, false}, {tr("Source"), version.source, false}};
    if (card.signature)
        about.append({tr("Signature"),
            card.signature->present ? tr("%1 inputs").arg(card.signature->inputs) : tr("missing"),
            false});
    if (!version.userId.isEmpty())
        about.append({tr("User"), version.userId, false});
    m_about->setRows(about);
    QList<KeyValue> metrics;
    if (card.run) {
        QStringList names;
        for (const mlflow::Metric &metric : card.run->metrics)
            names.append(metric.key);
        for (const QString &name : rankedMetrics(names))
            metrics.append({name, format::number(card.run->metric(name).value_or(0)), true});
    }
    m_metrics->setRows(metrics);
    QList<KeyValue> tags;
    for (const mlflow::Tag &tag : version.tags)
        tags.append({tag.key, tag.value, false});
    m_tags->setRows(tags);
    m_body->show();
    m_empty->hide();
}

} // namespace signalbox
