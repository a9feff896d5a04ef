// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/secrets.h"

#include <QtWidgets/QDialog>

#include <functional>

class QLineEdit;
class QPushButton;

namespace signalbox {

class ConnectionForm;
class ConnectionTest;
class Dialogs;
class PlainLabel;
class StepList;

/*! A connection with its login, certificates, proxy and limits, and a test before saving that
 *  explains what it finds. `accepted` means that profile() is complete and valid. Open with
 *  open(); deletes itself when closed. */
class ProfileDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProfileDialog)

public:
    //! Makes the test of what stands in the dialog; the dialog owns it.
    using Test = std::function<ConnectionTest *(const Profile &, const ProfileSecrets &)>;

    //! `taken` are the names of other profiles.
    ProfileDialog(const Profile &profile, const QStringList &taken, Test test, Dialogs &dialogs,
        QWidget *parent = nullptr);
    [[nodiscard]] Profile profile() const;
    //! What was typed; empty ones leave what is stored.
    [[nodiscard]] ProfileSecrets secrets() const;
    void focusLogin(); //!< For a login that was refused.

private:
    void buildForm();
    void buildButtons();
    void check();
    void grow(); //!< So that what a test found is seen whole.
    void runTest();
    void setMessage(const QString &problem);
    Profile m_profile;
    QStringList m_taken;
    Test m_test;
    QLineEdit *m_name = nullptr;
    QLineEdit *m_url = nullptr;
    ConnectionForm *m_form = nullptr;
    PlainLabel *m_message = nullptr;
    StepList *m_steps = nullptr;
    QPushButton *m_testButton = nullptr;
    QPushButton *m_save = nullptr;
};

} // namespace signalbox
