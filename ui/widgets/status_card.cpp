// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/status_card.h"

#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

StatusCard::StatusCard(const QString &name, const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_pill(new StatusPill(this))
    , m_sentence(new PlainLabel(this))
    , m_facts(new FactGrid(this))
    , m_content(new QVBoxLayout)
    , m_buttons(new QHBoxLayout)
{
    setObjectName(name % u"Widget"_s);
    setAccessibleName(title);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(title, this);
    card->addHeaderWidget(m_pill);
    m_pill->hide(); // until it has something to say
    layout->addWidget(card);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(QString(name).remove(u"Card"_s) % u"SentenceLabel"_s);
    m_sentence->hide();
    m_content->setSpacing(kGrid);
    m_buttons->setSpacing(kGrid);
    m_buttons->addStretch(1);
    m_body = card->body();
    m_body->addWidget(m_sentence);
    m_body->addWidget(m_facts);
    m_body->addLayout(m_content);
    m_body->addStretch(1);
    m_body->addLayout(m_buttons);
}

QString StatusCard::sentence() const
{
    return m_sentence->fullText();
}

void StatusCard::setHeadline(QWidget *widget)
{
    m_body->insertWidget(0, widget);
}

void StatusCard::setSentence(const QString &text)
{
    m_sentence->setText(text);
    m_sentence->setVisible(!text.isEmpty());
}

QPushButton *StatusCard::addButton(const QString &name, const QString &text, const QString &spoken)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAccessibleName(spoken.isEmpty() ? text : spoken);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    return button;
}

} // namespace signalbox
