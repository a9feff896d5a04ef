// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/page_header.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtGui/QAction>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

QPushButton *buttonFor(QAction *action, QWidget *parent, const QString &kind)
{
    auto *button = new QPushButton(parent);
    QString name = action->objectName();
    if (name.endsWith(u"Action"))
        name.chop(6);
    button->setObjectName(name % u"PushButton"_s);
    if (!kind.isEmpty())
        button->setProperty("kind", kind);
    const auto follow = [button, action] {
        button->setText(action->text());
        button->setAccessibleName(action->text());
        button->setEnabled(action->isEnabled());
        button->setVisible(action->isVisible());
        button->setCheckable(action->isCheckable());
        button->setChecked(action->isChecked());
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        const QString about = action->toolTip();
        button->setToolTip(
            plainToolTip(keys.isEmpty() ? about : QString(about % u"  ("_s % keys % u")"_s)));
    };
    follow();
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

PageHeader::PageHeader(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_layout(new QHBoxLayout(this))
    , m_back(new QPushButton(this))
    , m_title(new PlainLabel(this))
    , m_pill(new StatusPill(this))
    , m_subtitle(new PlainLabel(this))
{
    setObjectName(u"pageHeader"_s);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(kGrid + 2);
    m_back->setObjectName(u"backPushButton"_s);
    m_back->setAccessibleName(tr("Back"));
    m_back->setProperty("kind", u"quiet"_s);
    m_back->setIcon(themeIcon(u"chevron-left"_s));
    m_back->hide();
    m_title->setLevel(u"title"_s);
    m_title->setObjectName(u"pageTitleLabel"_s);
    m_subtitle->setLevel(u"muted"_s);
    m_subtitle->setObjectName(u"pageSubtitleLabel"_s);
    m_pill->hide();
    m_layout->addWidget(m_back);
    m_layout->addWidget(m_title);
    m_layout->addWidget(m_pill);
    m_layout->addWidget(m_subtitle, 1);
    setFixedHeight(kGrid * 4);
    connect(m_back, &QPushButton::clicked, this, &PageHeader::backRequested);
    setTitle(title);
}

void PageHeader::setTitle(const QString &title)
{
    m_title->setText(title);
    setAccessibleName(title);
}

void PageHeader::setSubtitle(const QString &subtitle)
{
    m_subtitle->setText(subtitle);
}

void PageHeader::setBackText(const QString &text)
{
    m_back->setText(text);
    m_back->setVisible(!text.isEmpty());
}

QPushButton *PageHeader::addAction(QAction *action, const QString &kind)
{
    QPushButton *button = buttonFor(action, this, kind);
    addWidget(button);
    return button;
}

void PageHeader::addWidget(QWidget *widget)
{
    m_layout->addWidget(widget, 0, Qt::AlignVCenter);
}

} // namespace signalbox
