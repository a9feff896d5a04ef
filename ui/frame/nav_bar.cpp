// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/nav_bar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtWidgets/QButtonGroup>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

NavBar::NavBar(QWidget *parent)
    : QFrame(parent)
    , m_group(new QButtonGroup(this))
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(u"navFrame"_s);
    setAccessibleName(tr("Pages"));
    setProperty("surface", u"side"_s);
    setFixedWidth(kGrid * 18 + 4);
    m_layout->setContentsMargins(kGrid, kGrid + 2, kGrid + 1, kGrid);
    m_layout->setSpacing(2);
    m_layout->addStretch(1);
    m_group->setExclusive(true);
}

void NavBar::addPage(
    const QString &id, const QString &title, const QString &icon, const QString &hint)
{
    auto *button = new QPushButton(themeIcon(icon), title, this);
    button->setObjectName(id % u"NavPushButton"_s);
    button->setAccessibleName(title);
    button->setAccessibleDescription(hint);
    button->setToolTip(hint);
    button->setProperty("kind", u"nav"_s);
    button->setCheckable(true);
    button->setIconSize(QSize(18, 18));
    m_group->addButton(button);
    m_layout->insertWidget(m_layout->count() - 1, button);
    m_buttons.insert(id, button);
    connect(button, &QPushButton::clicked, this, [this, id] { Q_EMIT pageChosen(id); });
}

void NavBar::setCurrent(const QString &id)
{
    if (QPushButton *button = m_buttons.value(id))
        button->setChecked(true);
}

} // namespace signalbox
