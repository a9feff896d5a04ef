// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/fact_grid.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QGridLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

FactGrid::FactGrid(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    setObjectName(u"factGridWidget"_s);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(2 * kGrid);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
}

void FactGrid::setFact(const QString &name, const QString &value, bool number)
{
    PlainLabel *label = m_values.value(name);
    if (!label) {
        const int row = m_grid->rowCount();
        auto *key = new PlainLabel(name, this);
        key->setLevel(u"muted"_s);
        key->setElideMode(Qt::ElideNone);
        label = new PlainLabel(this);
        label->setElideMode(Qt::ElideMiddle);
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        if (number)
            label->setFont(Theme::instance().numberFont());
        m_grid->addWidget(key, row, 0);
        m_grid->addWidget(label, row, 1);
        m_values.insert(name, label);
    }
    const QString shown = value.isEmpty() ? u"–"_s : value;
    label->setText(shown);
    label->setAccessibleName(name % u": "_s % shown);
}

QString FactGrid::fact(const QString &name) const
{
    const PlainLabel *label = m_values.value(name);
    return label ? label->fullText() : QString();
}

} // namespace signalbox
