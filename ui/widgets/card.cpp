// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/card.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

Card::Card(const QString &title, QWidget *parent)
    : QFrame(parent)
    , m_header(new QWidget(this))
    , m_headerLayout(new QHBoxLayout(m_header))
    , m_title(new PlainLabel(this))
    , m_note(new PlainLabel(this))
    , m_body(new QVBoxLayout)
{
    setProperty("surface", u"card"_s);
    setObjectName(u"card"_s);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_headerLayout->setContentsMargins(kGrid * 3 / 2, kGrid, kGrid, 0);
    m_headerLayout->setSpacing(kGrid);
    m_title->setLevel(u"strong"_s);
    m_note->setLevel(u"muted"_s);
    m_headerLayout->addWidget(m_title);
    m_headerLayout->addWidget(m_note);
    m_headerLayout->addStretch(1);
    m_header->setMinimumHeight(kRowHeight + kGrid / 2);
    outer->addWidget(m_header);
    outer->addLayout(m_body, 1);
    m_body->setSpacing(kGrid);
    setFlush(false);
    setTitle(title);
    setNote({});
}

void Card::setTitle(const QString &title)
{
    m_title->setText(title);
    setAccessibleName(title);
    m_header->setVisible(!title.isEmpty());
}

void Card::setNote(const QString &note)
{
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

void Card::addHeaderWidget(QWidget *widget)
{
    m_headerLayout->addWidget(widget);
    m_header->show();
}

void Card::setFlush(bool flush)
{
    const int side = flush ? 1 : kGrid * 3 / 2;
    m_body->setContentsMargins(side, flush ? 1 : kGrid, side, flush ? 1 : kGrid * 3 / 2);
}

} // namespace signalbox
