// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/profile_dialog.h"

#include "ui/dialogs/connection_form.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/step_list.h"

#include <QtGui/QScreen>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

ProfileDialog::ProfileDialog(
    const Profile &profile, const QStringList &taken, Test test, Dialogs &dialogs, QWidget *parent)
    : QDialog(parent)
    , m_profile(profile)
    , m_taken(taken)
    , m_test(std::move(test))
    , m_name(new QLineEdit(profile.name, this))
    , m_url(new QLineEdit(profile.url.toString(), this))
    , m_form(new ConnectionForm(profile, dialogs, this))
    , m_message(new PlainLabel(this))
    , m_steps(new StepList(this))
{
    setObjectName(u"profileDialog"_s);
    setWindowTitle(profile.name.isEmpty() ? tr("Add a connection") : tr("Edit the connection"));
    setMinimumWidth(600);
    buildForm();
    buildButtons();
    connect(m_name, &QLineEdit::textChanged, this, &ProfileDialog::check);
    connect(m_url, &QLineEdit::textChanged, this, &ProfileDialog::check);
    connect(m_form, &ConnectionForm::edited, this, &ProfileDialog::check);
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
    m_url->setPlaceholderText(u"https://mlflow.example.com/base/path"_s);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Address"), m_url);
    column->addLayout(form);
    m_form->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    column->addWidget(m_form);
    m_message->setObjectName(u"profileMessageLabel"_s);
    m_message->setWordWrap(true);
    m_message->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(m_message);
    column->addWidget(m_steps);
    column->addStretch(1);
}

void ProfileDialog::buildButtons()
{
    auto *buttons = new QDialogButtonBox(this);
    buttons->setObjectName(u"profileButtonBox"_s);
    m_testButton = buttons->addButton(tr("Test"), QDialogButtonBox::ActionRole);
    m_testButton->setObjectName(u"profileTestPushButton"_s);
    m_save = buttons->addButton(tr("Save"), QDialogButtonBox::AcceptRole);
    m_save->setObjectName(u"profileSavePushButton"_s);
    setStyleProperty(m_save, "kind", u"primary"_s);
    m_save->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    layout()->addWidget(buttons);
    connect(m_testButton, &QPushButton::clicked, this, &ProfileDialog::runTest);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    // Later: the new line knows its height only once it is laid out.
    connect(m_steps, &StepList::grown, this, &ProfileDialog::grow, Qt::QueuedConnection);
    connect(m_steps, &StepList::finished, this, [this] { m_testButton->setText(tr("Test")); });
}

void ProfileDialog::grow()
{
    const int wanted = layout()->totalHeightForWidth(width());
    const int room = screen()->availableGeometry().height() - 8 * kGrid;
    if (wanted > height())
        resize(width(), std::min(wanted, room));
}

Profile ProfileDialog::profile() const
{
    Profile profile = m_profile;
    profile.name = m_name->text().trimmed();
    if (const Result<QUrl> url = serverAddress(m_url->text().trimmed()))
        profile.url = *url;
    m_form->applyTo(profile);
    return profile;
}

ProfileSecrets ProfileDialog::secrets() const
{
    return m_form->typedSecrets();
}

void ProfileDialog::focusLogin()
{
    m_form->focusLogin();
}

void ProfileDialog::setMessage(const QString &problem)
{
    m_message->setLevel(problem.isEmpty() ? u"muted"_s : u"bad"_s);
    m_message->setText(problem);
    m_message->setVisible(!problem.isEmpty());
}

void ProfileDialog::check()
{
    m_steps->clear();
    m_testButton->setText(tr("Test"));
    const QString name = m_name->text().trimmed();
    const QString address = m_url->text().trimmed();
    const Result<QUrl> url = serverAddress(address);
    const Profile wanted = profile();
    QString problem;
    Result<void> usable;
    if (m_taken.contains(name))
        problem = tr("There is a connection named %1 already.").arg(name);
    else if (!url && !address.isEmpty())
        problem = url.error().text();
    else if (QUrl(address).userInfo().size() > 0)
        problem = tr("User name and password belong into the Login page, not into the address.");
    else if (url && !name.isEmpty())
        usable = checkProfile(wanted);
    if (!usable)
        problem = usable.error().text();
    setMessage(problem);
    const bool complete = url.hasValue() && problem.isEmpty();
    m_testButton->setEnabled(complete);
    m_save->setEnabled(complete && !name.isEmpty());
}

void ProfileDialog::runTest()
{
    if (m_steps->isRunning()) {
        m_steps->stop();
        m_testButton->setText(tr("Test"));
        return;
    }
    m_testButton->setText(tr("Stop"));
    m_steps->follow(m_test(profile(), secrets()));
}

} // namespace signalbox
