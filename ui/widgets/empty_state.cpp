// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/empty_state.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

EmptyState::EmptyState(QWidget *parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_title(new PlainLabel(this))
    , m_detail(new PlainLabel(this))
    , m_buttons(new QHBoxLayout)
{
    setObjectName(u"emptyState"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid * 2, kGrid * 2, kGrid * 2, kGrid * 2);
    layout->setSpacing(kGrid);
    m_icon->setAlignment(Qt::AlignCenter);
    m_title->setLevel(u"strong"_s);
    m_title->setAlignment(Qt::AlignCenter);
    m_title->setWordWrap(true);
    m_title->setObjectName(u"emptyTitleLabel"_s);
    m_detail->setLevel(u"muted"_s);
    m_detail->setAlignment(Qt::AlignCenter);
    m_detail->setWordWrap(true);
    m_detail->setObjectName(u"emptyDetailLabel"_s);
    m_buttons->setSpacing(kGrid);
    m_buttons->setContentsMargins(0, kGrid, 0, 0);
    m_buttons->setAlignment(Qt::AlignCenter);
    layout->addStretch(1);
    layout->addWidget(m_icon);
    layout->addWidget(m_title);
    layout->addWidget(m_detail);
    layout->addLayout(m_buttons);
    layout->addStretch(1);
    connect(&Theme::instance(), &Theme::changed, this, &EmptyState::paintIcon);
}

void EmptyState::setContent(const QString &icon, const QString &title, const QString &detail)
{
    m_iconName = icon;
    paintIcon();
    m_title->setText(title);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    setAccessibleName(title);
    setAccessibleDescription(detail);
}

QPushButton *EmptyState::addButton(const QString &name, const QString &text, const QString &kind)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAccessibleName(text);
    if (!kind.isEmpty())
        button->setProperty("kind", kind);
    m_buttons->addWidget(button);
    return button;
}

void EmptyState::clearButtons()
{
    while (QLayoutItem *item = m_buttons->takeAt(0)) {
        if (QWidget *widget = item->widget())
            widget->deleteLater();
        delete item;
    }
}

void EmptyState::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::EnabledChange)
        paintIcon();
}

void EmptyState::paintIcon()
{
    m_icon->setVisible(!m_iconName.isEmpty());
    if (m_iconName.isEmpty())
        return;
    const Colours &c = Theme::instance().colours();
    m_icon->setPixmap(
        iconPixmap(m_iconName, mixed(c.background, c.muted, 0.7), 36, devicePixelRatioF()));
}

} // namespace signalbox
