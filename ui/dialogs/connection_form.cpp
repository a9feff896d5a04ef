// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/connection_form.h"

#include "ui/dialogs/dialogs.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QFileInfo>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kLongestTimeout = 3600;

void setRowShown(QFormLayout *form, QWidget *field, bool shown)
{
    field->setVisible(shown);
    if (QWidget *label = form->labelForField(field))
        label->setVisible(shown);
}

} // namespace

ConnectionForm::ConnectionForm(const Profile &profile, Dialogs &dialogs, QWidget *parent)
    : QTabWidget(parent)
    , m_dialogs(dialogs)
{
    setObjectName(u"connectionFormTabWidget"_s);
    setDocumentMode(true);
    buildLogin(profile);
    buildSecurity(profile);
    buildProxy(profile);
    buildMore(profile);
    followAuth();
    followProxy();
    followInsecure();
}

QFormLayout *ConnectionForm::addPage(const QString &title)
{
    auto *page = new QWidget(this);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, kGrid * 3 / 2, 0, kGrid);
    form->setSpacing(kGrid);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    addTab(page, title);
    return form;
}

QLineEdit *ConnectionForm::addLine(QFormLayout *form, const QString &name, const QString &title,
    const QString &value, const QString &placeholder)
{
    auto *edit = new QLineEdit(value, this);
    edit->setObjectName(name % u"LineEdit"_s);
    edit->setAccessibleName(title);
    edit->setPlaceholderText(placeholder);
    form->addRow(title, edit);
    connect(edit, &QLineEdit::textChanged, this, &ConnectionForm::edited);
    return edit;
}

QLineEdit *ConnectionForm::addSecret(
    QFormLayout *form, const QString &name, const QString &title, bool stored)
{
    QLineEdit *edit = addLine(form, name, title, {},
        stored ? tr("unchanged") : tr("kept in the keychain, never in a file"));
    edit->setEchoMode(QLineEdit::Password);
    return edit;
}

QLineEdit *ConnectionForm::addFile(
    QFormLayout *form, const QString &name, const QString &title, const QString &value)
{
    auto *row = new QWidget(this);
    row->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    auto *edit = new QLineEdit(value, row);
    edit->setObjectName(name % u"LineEdit"_s);
    edit->setAccessibleName(title);
    edit->setPlaceholderText(tr("none"));
    auto *choose = new QPushButton(tr("Choose…"), row);
    choose->setObjectName(name % u"PushButton"_s);
    choose->setAccessibleName(tr("Choose the file: %1").arg(title));
    layout->addWidget(edit, 1);
    layout->addWidget(choose);
    form->addRow(title, row);
    connect(edit, &QLineEdit::textChanged, this, &ConnectionForm::edited);
    connect(choose, &QPushButton::clicked, this, [this, edit, title] {
        const FileQuestion question{title, QFileInfo(edit->text()).absolutePath(),
            {tr("Certificates and keys (*.pem *.crt *.cer *.key)"), tr("All files (*)")}};
        m_dialogs.openFile(this, question, [edit](const QString &file) {
            if (!file.isEmpty())
                edit->setText(file);
        });
    });
    return edit;
}

QSpinBox *ConnectionForm::addSeconds(
    QFormLayout *form, const QString &name, const QString &title, std::chrono::seconds value)
{
    auto *spin = new QSpinBox(this);
    spin->setObjectName(name % u"SpinBox"_s);
    spin->setAccessibleName(title);
    spin->setRange(1, kLongestTimeout);
    spin->setSuffix(tr(" s"));
    spin->setValue(static_cast<int>(value.count()));
    spin->setMaximumWidth(120);
    form->addRow(title, spin);
    connect(spin, &QSpinBox::valueChanged, this, &ConnectionForm::edited);
    return spin;
}

void ConnectionForm::buildLogin(const Profile &profile)
{
    m_loginForm = addPage(tr("Login"));
    m_auth = new QComboBox(this);
    m_auth->setObjectName(u"profileAuthComboBox"_s);
    m_auth->setAccessibleName(tr("How it logs in"));
    m_auth->addItem(tr("Without a login"), nameOf(AuthKind::None));
    m_auth->addItem(tr("User name and password"), nameOf(AuthKind::Basic));
    m_auth->addItem(tr("Token (bearer)"), nameOf(AuthKind::Bearer));
    m_auth->addItem(tr("Header of its own"), nameOf(AuthKind::Header));
    m_auth->setCurrentIndex(m_auth->findData(nameOf(profile.auth)));
    m_loginForm->addRow(tr("How it logs in"), m_auth);
    m_user = addLine(m_loginForm, u"profileUser"_s, tr("User name"), profile.userName);
    m_header =
        addLine(m_loginForm, u"profileHeader"_s, tr("Header"), profile.headerName, u"X-Api-Key"_s);
    m_secret = addSecret(m_loginForm, u"profileSecret"_s, tr("Secret"), profile.hasSecrets);
    m_loginNote = new PlainLabel(this);
    m_loginNote->setLevel(u"muted"_s);
    m_loginNote->setWordWrap(true);
    m_loginNote->setText(tr("What you type goes into the keychain of this desktop. It is sent to "
                            "this server only, never to one it redirects to."));
    m_loginForm->addRow(QString(), m_loginNote);
    connect(m_auth, &QComboBox::currentIndexChanged, this, [this] {
        followAuth();
        Q_EMIT edited();
    });
}

void ConnectionForm::buildSecurity(const Profile &profile)
{
    QFormLayout *form = addPage(tr("Encryption"));
    m_ca = addFile(form, u"profileCaFile"_s, tr("Certificate authority"), profile.caFile);
    m_certificate = addFile(
        form, u"profileClientCert"_s, tr("Client certificate"), profile.clientCertificateFile);
    m_key = addFile(form, u"profileClientKey"_s, tr("Client key"), profile.clientKeyFile);
    m_key->setPlaceholderText(tr("in the file of the certificate"));
    m_passphrase =
        addSecret(form, u"profilePassphrase"_s, tr("Passphrase of the key"), profile.hasSecrets);
    m_insecure = new QCheckBox(tr("Accept any certificate (insecure)"), this);
    m_insecure->setObjectName(u"profileInsecureCheckBox"_s);
    m_insecure->setChecked(profile.insecure);
    form->addRow(QString(), m_insecure);
    m_insecureNote = new PlainLabel(this);
    m_insecureNote->setLevel(u"bad"_s);
    m_insecureNote->setWordWrap(true);
    m_insecureNote->setText(tr("Anybody on the way can read and change what is sent, the login "
                               "included. A warning stays on every page."));
    form->addRow(QString(), m_insecureNote);
    connect(m_insecure, &QCheckBox::toggled, this, [this] {
        followInsecure();
        Q_EMIT edited();
    });
}

void ConnectionForm::buildProxy(const Profile &profile)
{
    m_proxyForm = addPage(tr("Proxy"));
    m_proxy = new QComboBox(this);
    m_proxy->setObjectName(u"profileProxyComboBox"_s);
    m_proxy->setAccessibleName(tr("Proxy"));
    m_proxy->addItem(tr("As the system says"), nameOf(ProxyKind::System));
    m_proxy->addItem(tr("None"), nameOf(ProxyKind::None));
    m_proxy->addItem(tr("This one"), nameOf(ProxyKind::Explicit));
    m_proxy->setCurrentIndex(m_proxy->findData(nameOf(profile.proxy.kind)));
    m_proxyForm->addRow(tr("Proxy"), m_proxy);
    const QString address = profile.proxy.host.isEmpty()
        ? QString()
        : u"%1:%2"_s.arg(profile.proxy.host, QString::number(profile.proxy.port));
    m_proxyAddress = addLine(
        m_proxyForm, u"profileProxyAddress"_s, tr("Address"), address, u"proxy.example.com:3128"_s);
    m_proxyUser = addLine(
        m_proxyForm, u"profileProxyUser"_s, tr("User name"), profile.proxy.userName, tr("none"));
    m_proxyPassword =
        addSecret(m_proxyForm, u"profileProxyPassword"_s, tr("Password"), profile.hasSecrets);
    connect(m_proxy, &QComboBox::currentIndexChanged, this, [this] {
        followProxy();
        Q_EMIT edited();
    });
}

void ConnectionForm::buildMore(const Profile &profile)
{
    QFormLayout *form = addPage(tr("More"));
    m_workspace = addLine(form, u"profileWorkspace"_s, tr("MLflow workspace"), profile.workspace,
        tr("none; only for servers with workspaces"));
    m_request = addSeconds(
        form, u"profileRequestTimeout"_s, tr("Limit of one request"), profile.requestTimeout);
    m_probe = addSeconds(
        form, u"profileProbeTimeout"_s, tr("Limit of a sign of life"), profile.probeTimeout);
}

AuthKind ConnectionForm::auth() const
{
    return authKindFrom(m_auth->currentData().toString()).value_or(AuthKind::None);
}

ProxyKind ConnectionForm::proxyKind() const
{
    const QString word = m_proxy->currentData().toString();
    if (word == nameOf(ProxyKind::None))
        return ProxyKind::None;
    return word == nameOf(ProxyKind::Explicit) ? ProxyKind::Explicit : ProxyKind::System;
}

void ConnectionForm::followAuth()
{
    const AuthKind kind = auth();
    setRowShown(m_loginForm, m_user, kind == AuthKind::Basic);
    setRowShown(m_loginForm, m_header, kind == AuthKind::Header);
    setRowShown(m_loginForm, m_secret, kind != AuthKind::None);
    setRowShown(m_loginForm, m_loginNote, kind != AuthKind::None);
    if (auto *label = qobject_cast<QLabel *>(m_loginForm->labelForField(m_secret)))
        label->setText(kind == AuthKind::Basic ? tr("Password")
                : kind == AuthKind::Header     ? tr("Value")
                                               : tr("Token"));
}

void ConnectionForm::followProxy()
{
    const bool explicitOne = proxyKind() == ProxyKind::Explicit;
    for (QLineEdit *field : {m_proxyAddress, m_proxyUser, m_proxyPassword})
        setRowShown(m_proxyForm, field, explicitOne);
}

void ConnectionForm::followInsecure()
{
    m_insecureNote->setVisible(m_insecure->isChecked());
    m_ca->setEnabled(!m_insecure->isChecked());
}

void ConnectionForm::applyTo(Profile &profile) const
{
    profile.auth = auth();
    profile.userName = m_user->text().trimmed();
    profile.headerName = m_header->text().trimmed();
    profile.insecure = m_insecure->isChecked();
    profile.caFile = profile.insecure ? QString() : m_ca->text().trimmed();
    profile.clientCertificateFile = m_certificate->text().trimmed();
    profile.clientKeyFile = m_key->text().trimmed();
    profile.proxy = {};
    if (proxyKind() == ProxyKind::Explicit)
        profile.proxy = proxyFromText(m_proxyAddress->text());
    profile.proxy.kind = proxyKind();
    profile.proxy.userName = m_proxyUser->text().trimmed();
    profile.proxy.password.clear();
    profile.workspace = m_workspace->text().trimmed();
    profile.requestTimeout = std::chrono::seconds(m_request->value());
    profile.probeTimeout = std::chrono::seconds(m_probe->value());
}

ProfileSecrets ConnectionForm::typedSecrets() const
{
    const bool logsIn = auth() != AuthKind::None;
    return {logsIn ? m_secret->text() : QString(), m_passphrase->text(), m_proxyPassword->text()};
}

void ConnectionForm::focusLogin()
{
    setCurrentIndex(0);
    m_secret->setFocus(Qt::OtherFocusReason);
}

} // namespace signalbox
