// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "core/workspace/profile.h"

#include <QtWidgets/QDialog>

#include <functional>

class QLineEdit;
class QPushButton;

namespace signalbox {

class PlainLabel;

/*! Name and address of a connection, with a test before saving. `accepted` means that profile() is
 *  complete and valid. Open with open(); deletes itself when closed. */
class ProfileDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProfileDialog)

public:
    using Test = std::function<Call<mlflow::ServerInfo>(const QUrl &url)>;

    //! `taken` are the names of other profiles.
    ProfileDialog(
        const Profile &profile, const QStringList &taken, Test test, QWidget *parent = nullptr);
    [[nodiscard]] Profile profile() const;

private:
    void buildForm();
    void check();
    void runTest();
    Profile m_profile;
    QStringList m_taken;
    Test m_test;
    QLineEdit *m_name = nullptr;
    QLineEdit *m_url = nullptr;
    PlainLabel *m_message = nullptr;
    QPushButton *m_testButton = nullptr;
    QPushButton *m_save = nullptr;
    ScopedCall<mlflow::ServerInfo> m_call;
};

} // namespace signalbox
