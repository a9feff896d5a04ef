// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/secrets.h"

#include <QtWidgets/QTabWidget>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace signalbox {

class Dialogs;
class PlainLabel;

/*! Everything about a connection besides name and address: login, certificates, proxy, limits.
 *  Secrets are typed in here and never shown: what the keychain holds stays as it is until another
 *  one is typed. */
class ConnectionForm final : public QTabWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionForm)

public:
    ConnectionForm(const Profile &profile, Dialogs &dialogs, QWidget *parent = nullptr);

    //! Puts what the form says into the profile.
    void applyTo(Profile &profile) const;
    //! The secrets that were typed; empty ones leave what the keychain holds.
    [[nodiscard]] ProfileSecrets typedSecrets() const;
    void focusLogin(); //!< To the field where the secret belongs.

Q_SIGNALS:
    void edited();

private:
    void buildLogin(const Profile &profile);
    void buildSecurity(const Profile &profile);
    void buildProxy(const Profile &profile);
    void buildMore(const Profile &profile);
    void followAuth();
    void followProxy();
    void followInsecure();
    [[nodiscard]] AuthKind auth() const;
    [[nodiscard]] ProxyKind proxyKind() const;
    QFormLayout *addPage(const QString &title);
    QLineEdit *addLine(QFormLayout *form, const QString &name, const QString &title,
        const QString &value, const QString &placeholder = {});
    QLineEdit *addSecret(QFormLayout *form, const QString &name, const QString &title, bool stored);
    QLineEdit *addFile(
        QFormLayout *form, const QString &name, const QString &title, const QString &value);
    QSpinBox *addSeconds(
        QFormLayout *form, const QString &name, const QString &title, std::chrono::seconds value);

    Dialogs &m_dialogs;
    QFormLayout *m_loginForm = nullptr;
    QFormLayout *m_proxyForm = nullptr;
    QComboBox *m_auth = nullptr;
    QLineEdit *m_user = nullptr;
    QLineEdit *m_header = nullptr;
    QLineEdit *m_secret = nullptr;
    PlainLabel *m_loginNote = nullptr;
    QLineEdit *m_ca = nullptr;
    QLineEdit *m_certificate = nullptr;
    QLineEdit *m_key = nullptr;
    QLineEdit *m_passphrase = nullptr;
    QCheckBox *m_insecure = nullptr;
    PlainLabel *m_insecureNote = nullptr;
    QComboBox *m_proxy = nullptr;
    QLineEdit *m_proxyAddress = nullptr;
    QLineEdit *m_proxyUser = nullptr;
    QLineEdit *m_proxyPassword = nullptr;
    QLineEdit *m_workspace = nullptr;
    QSpinBox *m_request = nullptr;
    QSpinBox *m_probe = nullptr;
};

} // namespace signalbox
