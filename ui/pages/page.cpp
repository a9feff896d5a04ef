// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/page.h"

#include "ui/theme/icons.h"

using namespace Qt::StringLiterals;

namespace signalbox {

Page::Page(QString id, QString title, UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_id(std::move(id))
    , m_title(std::move(title))
    , m_context(context)
{
    setObjectName(m_id % u"Page"_s);
    setAccessibleName(m_title);
}

void Page::openTarget(const PageTarget &) { }

QAction *Page::makeAction(
    const QString &id, const QString &text, const QString &icon, const QKeySequence &shortcut)
{
    auto *action = new QAction(text, this);
    action->setObjectName(id % u"Action"_s);
    action->setProperty("iconName", icon);
    if (!icon.isEmpty())
        action->setIcon(themeIcon(icon));
    if (!shortcut.isEmpty()) {
        action->setShortcut(shortcut);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    }
    addAction(action);
    return action;
}

} // namespace signalbox
