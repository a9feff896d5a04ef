// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

class QScrollArea;
class QStandardItemModel;

namespace signalbox {

class AppearanceCard;
class Card;
class ConnectionsCard;
class DataTable;
class EnvironmentCard;
class LocalWorkspaceCard;

/*! Connections, appearance, local workspace, Python environment and the list of shortcuts. Targets:
 *  action "add-connection" opens the dialog, "login" the one of the connection in use at its
 *  secret, "shortcuts" goes to the list. */
class SettingsPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SettingsPage)

public:
    explicit SettingsPage(UiContext &context, QWidget *parent = nullptr);

    void activate() override;
    void refresh() override;
    void openTarget(const PageTarget &target) override;
    [[nodiscard]] bool isReady() const override { return true; }

private:
    [[nodiscard]] Card *buildShortcuts();
    void fillShortcuts();
    QScrollArea *m_scroll = nullptr;
    ConnectionsCard *m_connections = nullptr;
    LocalWorkspaceCard *m_workspace = nullptr;
    EnvironmentCard *m_environment = nullptr;
    QStandardItemModel *m_shortcuts = nullptr;
    DataTable *m_shortcutTable = nullptr;
};

} // namespace signalbox
