// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_rows.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

void clearRows(QVBoxLayout *rows)
{
    while (QLayoutItem *item = rows->takeAt(0)) {
        if (QWidget *widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        }
        delete item;
    }
}

QPushButton *addRow(QVBoxLayout *rows, const OverviewRow &row)
{
    auto *button = new QPushButton(rows->parentWidget());
    button->setObjectName(u"overviewRowPushButton"_s);
    button->setProperty("kind", u"row"_s);
    button->setAccessibleName(
        QStringList{row.title, row.detail, row.pill.text, row.age}.join(u", "_s));
    button->setFixedHeight(kRowHeight + 6);
    auto *line = new QHBoxLayout(button);
    line->setContentsMargins(4, 0, 4, 0);
    line->setSpacing(kGrid);
    auto *title = new PlainLabel(row.title, button);
    auto *detail = new PlainLabel(row.detail, button);
    detail->setLevel(u"muted"_s);
    auto *age = new PlainLabel(row.age, button);
    age->setLevel(u"muted"_s);
    auto *pill = new StatusPill(row.pill, button);
    line->addWidget(title);
    line->addWidget(detail, 1);
    line->addWidget(age);
    line->addWidget(pill);
    for (QWidget *part : std::initializer_list<QWidget *>{title, detail, age, pill})
        part->setAttribute(Qt::WA_TransparentForMouseEvents);
    rows->addWidget(button);
    return button;
}

void addQuietRow(QVBoxLayout *rows, const QString &text)
{
    auto *label = new PlainLabel(text, rows->parentWidget());
    label->setLevel(u"muted"_s);
    label->setWordWrap(true);
    rows->addWidget(label);
}

PillLook pillForStage(const QString &stage)
{
    if (stage == u"Production")
        return {Tone::Good, u"check"_s, stage};
    if (stage == u"Staging")
        return {Tone::Info, u"dot"_s, stage};
    if (stage == u"Archived")
        return {Tone::Neutral, u"archive"_s, stage};
    return {Tone::Neutral, u"circle"_s, stage.isEmpty() ? u"None"_s : stage.left(24)};
}

} // namespace signalbox
