// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/secrets.h"

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

class QHBoxLayout;
class QPushButton;
class QStandardItemModel;

namespace signalbox {

class DataTable;
class PlainLabel;
class ProfileDialog;
class StepList;
class UiContext;

/*! The profiles: add, edit, remove, test, use. A test explains below the table what it finds, one
 *  step after the other, and can be stopped. */
class ConnectionsCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionsCard)

public:
    explicit ConnectionsCard(UiContext &context, QWidget *parent = nullptr);
    void add(); //!< Opens the dialog for a new one.
    //! Opens the dialog of the connection in use where its secret is typed.
    void logIn();
    void reload();

private:
    QPushButton *addButton(QHBoxLayout *row, const QString &name, const QString &text);
    void openDialog(const Profile &profile);
    void save(const Profile &before, const Profile &after, const ProfileSecrets &typed);
    void saved(const Profile &before, const Profile &after, SecretPlace place);
    void addRow(const Profile &profile, bool inUse);
    void tell(const QString &level, const QString &text);
    [[nodiscard]] QString loginText(const Profile &profile) const;
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
    StepList *m_steps = nullptr;
};

} // namespace signalbox
