// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "core/workspace/profile.h"

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

class QHBoxLayout;
class QPushButton;
class QStandardItemModel;

namespace signalbox {

class DataTable;
class PlainLabel;
class ProfileDialog;
class UiContext;

//! The profiles: add, edit, remove, test, use.
class ConnectionsCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionsCard)

public:
    explicit ConnectionsCard(UiContext &context, QWidget *parent = nullptr);
    void add(); //!< Opens the dialog for a new one.
    void reload();

private:
    QPushButton *addButton(QHBoxLayout *row, const QString &name, const QString &text);
    void openDialog(const Profile &profile);
    void save(const Profile &before, const Profile &after);
    void remove();
    void test();
    void use();
    void followSelection();
    [[nodiscard]] Profile selected() const;
    UiContext &m_context;
    QList<Profile> m_profiles;
    QStandardItemModel *m_model = nullptr;
    DataTable *m_table = nullptr;
    PlainLabel *m_message = nullptr;
    QPushButton *m_edit = nullptr;
    QPushButton *m_remove = nullptr;
    QPushButton *m_test = nullptr;
    QPushButton *m_use = nullptr;
    QPointer<ProfileDialog> m_dialog;
    ScopedCall<mlflow::ServerInfo> m_testing;
};

} // namespace signalbox
