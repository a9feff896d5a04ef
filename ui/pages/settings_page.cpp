// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/settings_page.h"

#include "core/base/version.h"
#include "ui/pages/connections_card.h"
#include "ui/pages/workspace_cards.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/page_header.h"

#include <QtGui/QStandardItemModel>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

SettingsPage::SettingsPage(UiContext &context, QWidget *parent)
    : Page(u"settings"_s, tr("Settings"), context, parent)
    , m_scroll(new QScrollArea(this))
    , m_connections(new ConnectionsCard(context, this))
    , m_workspace(new LocalWorkspaceCard(context, this))
    , m_environment(new EnvironmentCard(context, this))
    , m_shortcuts(new QStandardItemModel(0, 2, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid + 2, 0, 0);
    column->setSpacing(kGrid + 2);
    auto *header = new PageHeader(tr("Settings"), this);
    header->setSubtitle(tr("Signalbox %1").arg(QLatin1String(kVersion)));
    column->addWidget(header);
    auto *content = new QWidget(m_scroll);
    content->setObjectName(u"settingsContentWidget"_s);
    auto *columns = new QHBoxLayout(content);
    columns->setContentsMargins(0, 0, 2 * kGrid, 2 * kGrid);
    columns->setSpacing(kGrid * 3 / 2);
    auto *left = new QVBoxLayout;
    left->setSpacing(kGrid * 3 / 2);
    left->addWidget(m_connections, 1);
    left->addWidget(m_workspace);
    left->addWidget(m_environment);
    auto *right = new QVBoxLayout;
    right->setSpacing(kGrid * 3 / 2);
    right->addWidget(new AppearanceCard(this));
    right->addWidget(buildShortcuts(), 1);
    columns->addLayout(left, 3);
    columns->addLayout(right, 2);
    m_scroll->setObjectName(u"settingsScrollArea"_s);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidget(content);
    column->addWidget(m_scroll, 1);
}

Card *SettingsPage::buildShortcuts()
{
    auto *card = new Card(tr("Shortcuts"), this);
    card->setFlush(true);
    m_shortcuts->setHorizontalHeaderLabels({tr("What"), tr("Keys")});
    m_shortcutTable = new DataTable(card);
    m_shortcutTable->setObjectName(u"shortcutsTableView"_s);
    m_shortcutTable->setAccessibleName(tr("Shortcuts"));
    m_shortcutTable->setModel(m_shortcuts);
    m_shortcutTable->setMinimumHeight(12 * kRowHeight);
    m_shortcutTable->horizontalHeader()->setStretchLastSection(false);
    m_shortcutTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_shortcutTable->horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_shortcutTable->horizontalHeader()->setResizeContentsPrecision(-1); // not only what is in view
    card->body()->addWidget(m_shortcutTable);
    return card;
}

void SettingsPage::activate()
{
    refresh();
}

void SettingsPage::refresh()
{
    m_connections->reload();
    m_workspace->reload();
    m_environment->reload();
    fillShortcuts();
}

void SettingsPage::openTarget(const PageTarget &target)
{
    if (target.action == u"add-connection")
        m_connections->add();
    else if (target.action == u"login")
        m_connections->logIn();
    else if (target.action == u"shortcuts")
        m_shortcutTable->setFocus(Qt::ShortcutFocusReason);
}

void SettingsPage::fillShortcuts()
{
    m_shortcuts->removeRows(0, m_shortcuts->rowCount());
    // The window's own actions and those of every page that was made so far.
    for (const QAction *action : window()->findChildren<QAction *>()) {
        if (action->shortcut().isEmpty() || action->text().isEmpty())
            continue;
        auto *keys = new QStandardItem(action->shortcut().toString(QKeySequence::NativeText));
        keys->setFont(Theme::instance().numberFont());
        m_shortcuts->appendRow({new QStandardItem(action->text().remove(u'&')), keys});
    }
}

} // namespace signalbox
