// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/profile_dialog.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

ProfileDialog::ProfileDialog(
    const Profile &profile, const QStringList &taken, Test test, QWidget *parent)
    : QDialog(parent)
    , m_profile(profile)
    , m_taken(taken)
    , m_test(std::move(test))
    , m_name(new QLineEdit(profile.name, this))
    , m_url(new QLineEdit(profile.url.toString(), this))
    , m_message(new PlainLabel(this))
{
    setObjectName(u"profileDialog"_s);
    setWindowTitle(profile.name.isEmpty() ? tr("Add a connection") : tr("Edit the connection"));
    setMinimumWidth(520);
    buildForm();
    connect(m_name, &QLineEdit::textChanged, this, &ProfileDialog::check);
    connect(m_url, &QLineEdit::textChanged, this, &ProfileDialog::check);
    check();
}

void ProfileDialog::buildForm()
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid * 3 / 2);
    auto *form = new QFormLayout;
    form->setSpacing(kGrid);
    m_name->setObjectName(u"profileNameLineEdit"_s);
    m_name->setAccessibleName(tr("Name"));
    m_name->setPlaceholderText(tr("prod-tracking"));
    m_url->setObjectName(u"profileUrlLineEdit"_s);
    m_url->setAccessibleName(tr("Address of the server"));
    m_url->setPlaceholderText(u"https://mlflow.example.com"_s);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Address"), m_url);
    column->addLayout(form);
    m_message->setObjectName(u"profileMessageLabel"_s);
    m_message->setWordWrap(true);
    m_message->setMinimumHeight(2 * kRowHeight);
    m_message->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(m_message);
    auto *buttons = new QDialogButtonBox(this);
    buttons->setObjectName(u"profileButtonBox"_s);
    m_testButton = buttons->addButton(tr("Test"), QDialogButtonBox::ActionRole);
    m_testButton->setObjectName(u"profileTestPushButton"_s);
    m_save = buttons->addButton(tr("Save"), QDialogButtonBox::AcceptRole);
    m_save->setObjectName(u"profileSavePushButton"_s);
    m_save->setProperty("kind", u"primary"_s);
    m_save->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    column->addWidget(buttons);
    connect(m_testButton, &QPushButton::clicked, this, &ProfileDialog::runTest);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

Profile ProfileDialog::profile() const
{
    Profile profile = m_profile;
    profile.name = m_name->text().trimmed();
    if (const Result<QUrl> url = serverAddress(m_url->text().trimmed()))
        profile.url = *url;
    return profile;
}

void ProfileDialog::check()
{
    m_call.cancel();
    const QString name = m_name->text().trimmed();
    const Result<QUrl> url = serverAddress(m_url->text().trimmed());
    const bool untouched = m_url->text().isEmpty();
    QString problem;
    if (m_taken.contains(name))
        problem = tr("There is a connection named %1 already.").arg(name);
    else if (!url && !untouched)
        problem = url.error().text();
    m_message->setLevel(problem.isEmpty() ? u"muted"_s : u"bad"_s);
    m_message->setText(
        problem.isEmpty() ? tr("The address without user name and password.") : problem);
    m_testButton->setEnabled(url.hasValue());
    m_save->setEnabled(url.hasValue() && !name.isEmpty() && !m_taken.contains(name));
}

void ProfileDialog::runTest()
{
    m_message->setLevel(u"muted"_s);
    m_message->setText(tr("Asking the server…"));
    m_testButton->setEnabled(false);
    m_call = m_test(profile().url);
    m_call.call().then(this, [this](const Result<mlflow::ServerInfo> &result) {
        if (!result && result.error().kind == ErrorKind::Cancelled)
            return;
        m_testButton->setEnabled(true);
        m_message->setLevel(result ? u"good"_s : u"bad"_s);
        m_message->setText(result
                ? tr("Works: MLflow %1, %2.")
                      .arg(result->version,
                          result->storeType.isEmpty() ? tr("unknown store") : result->storeType)
                : result.error().text());
    });
}

} // namespace signalbox
