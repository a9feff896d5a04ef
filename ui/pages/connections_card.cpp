// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_card.h"

#include "core/base/redaction.h"
#include "core/workspace/connection_test.h"
#include "ui/dialogs/profile_dialog.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/step_list.h"

#include <QtGui/QStandardItemModel>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QStandardItem *textItem(const QString &text)
{
    auto *item = new QStandardItem(text);
    item->setToolTip(plainToolTip(text));
    return item;
}

} // namespace

ConnectionsCard::ConnectionsCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_model(new QStandardItemModel(0, 4, this))
    , m_message(new PlainLabel(this))
    , m_steps(new StepList(this))
{
    setObjectName(u"connectionsCardWidget"_s);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(tr("Connections"), this);
    outer->addWidget(card);
    m_model->setHorizontalHeaderLabels({tr("Name"), tr("Address"), tr("Login"), tr("State")});
    m_table = new DataTable(card);
    m_table->setObjectName(u"connectionsTableView"_s);
    m_table->setAccessibleName(tr("Connections"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setMinimumHeight(5 * kRowHeight);
    QHeaderView *header = m_table->horizontalHeader();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(1, QHeaderView::Stretch);
    header->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(3, QHeaderView::ResizeToContents);
    card->body()->addWidget(m_table, 1);
    m_message->setObjectName(u"connectionsMessageLabel"_s);
    m_message->setWordWrap(true);
    m_message->hide();
    card->body()->addWidget(m_message);
    card->body()->addWidget(m_steps);
    auto *row = new QHBoxLayout;
    row->setSpacing(kGrid);
    QPushButton *addNew = addButton(row, u"connectionAddPushButton"_s, tr("Add…"));
    m_edit = addButton(row, u"connectionEditPushButton"_s, tr("Edit…"));
    m_remove = addButton(row, u"connectionRemovePushButton"_s, tr("Remove"));
    row->addStretch(1);
    m_test = addButton(row, u"connectionTestPushButton"_s, tr("Test"));
    m_use = addButton(row, u"connectionUsePushButton"_s, tr("Use"));
    card->body()->addLayout(row);
    connect(addNew, &QPushButton::clicked, this, &ConnectionsCard::add);
    connect(m_edit, &QPushButton::clicked, this, [this] { openDialog(selected()); });
    connect(m_remove, &QPushButton::clicked, this, &ConnectionsCard::remove);
    connect(m_test, &QPushButton::clicked, this, &ConnectionsCard::test);
    connect(m_steps, &StepList::finished, this, [this] { m_test->setText(tr("Test")); });
    connect(m_use, &QPushButton::clicked, this, &ConnectionsCard::use);
    connect(m_table, &QTableView::activated, this, &ConnectionsCard::use);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &ConnectionsCard::followSelection);
    connect(&context, &UiContext::connectionChanged, this, &ConnectionsCard::reload);
    reload();
}

QPushButton *ConnectionsCard::addButton(QHBoxLayout *row, const QString &name, const QString &text)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAccessibleName(text);
    row->addWidget(button);
    return button;
}

void ConnectionsCard::reload()
{
    const QString keep = selected().name;
    m_profiles = m_context.profiles() ? m_context.profiles()->profiles() : QList<Profile>();
    m_model->removeRows(0, m_model->rowCount());
    int row = 0;
    int current = 0;
    for (const Profile &profile : std::as_const(m_profiles)) {
        const bool inUse = profile.name == m_context.connectionTitle();
        addRow(profile, inUse);
        if (keep.isEmpty() ? inUse : profile.name == keep)
            current = row;
        ++row;
    }
    m_table->selectRow(current);
    followSelection();
}

QString ConnectionsCard::loginText(const Profile &profile) const
{
    if (profile.isLocalWorkspace() || profile.auth == AuthKind::None)
        return tr("none");
    QString who = profile.auth == AuthKind::Basic ? profile.userName
        : profile.auth == AuthKind::Header        ? profile.headerName
                                                  : tr("token");
    const SecretPlace place =
        m_context.secrets() ? m_context.secrets()->placeOf(profile) : SecretPlace::Nowhere;
    if (place == SecretPlace::Nowhere)
        return tr("%1 · secret missing").arg(who);
    return place == SecretPlace::Session ? tr("%1 · until you quit").arg(who)
                                         : tr("%1 · keychain").arg(who);
}

void ConnectionsCard::addRow(const Profile &profile, bool inUse)
{
    const QString word = inUse ? (profile.insecure ? tr("in use, insecure") : tr("in use"))
                               : (profile.insecure ? tr("insecure") : QString());
    auto *state = new QStandardItem(word);
    if (profile.insecure)
        state->setData(QVariant::fromValue(PillLook{Tone::Warning, u"warning"_s, word}), kPillRole);
    else if (inUse)
        state->setData(QVariant::fromValue(PillLook{Tone::Info, u"dot"_s, word}), kPillRole);
    m_model->appendRow({textItem(profile.name),
        textItem(profile.isLocalWorkspace() ? tr("the MLflow server of this machine")
                                            : redact(profile.url.toDisplayString())),
        textItem(loginText(profile)), state});
}

Profile ConnectionsCard::selected() const
{
    if (!m_table || !m_table->selectionModel())
        return {};
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    const int row = rows.isEmpty() ? -1 : rows.front().row();
    return row >= 0 && row < m_profiles.size() ? m_profiles.at(row) : Profile{};
}

void ConnectionsCard::followSelection()
{
    const Profile profile = selected();
    const bool remote = !profile.isLocalWorkspace();
    m_steps->clear();
    m_test->setText(tr("Test"));
    m_edit->setEnabled(remote);
    m_remove->setEnabled(remote);
    m_test->setEnabled(remote);
    m_use->setEnabled(!profile.name.isEmpty() && profile.name != m_context.connectionTitle());
}

void ConnectionsCard::add()
{
    openDialog({});
}

void ConnectionsCard::openDialog(const Profile &profile)
{
    if (m_dialog)
        return;
    QStringList taken;
    for (const Profile &other : std::as_const(m_profiles)) {
        if (other.name != profile.name)
            taken.append(other.name);
    }
    m_dialog = new ProfileDialog(
        profile, taken,
        [this](const Profile &tried, const ProfileSecrets &typed) {
            return m_context.newConnectionTest(tried, typed);
        },
        m_context.dialogs(), window());
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_dialog, &QDialog::accepted, this, [this, profile, dialog = m_dialog.data()] {
        save(profile, dialog->profile(), dialog->secrets());
    });
    m_dialog->open();
}

void ConnectionsCard::logIn()
{
    const auto inUse = std::find_if(m_profiles.begin(), m_profiles.end(),
        [this](const Profile &profile) { return profile.name == m_context.connectionTitle(); });
    if (inUse == m_profiles.end() || inUse->isLocalWorkspace())
        return;
    openDialog(*inUse);
    if (m_dialog)
        m_dialog->focusLogin();
}

void ConnectionsCard::tell(const QString &level, const QString &text)
{
    m_message->setLevel(level);
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
}

void ConnectionsCard::save(const Profile &before, const Profile &after, const ProfileSecrets &typed)
{
    tell({}, {});
    if (!m_context.profiles() || !m_context.secrets())
        return;
    saveConnection(*m_context.profiles(), *m_context.secrets(), after, typed)
        .then(this, [this, before, after](const Result<SecretPlace> &place) {
            if (!place) {
                tell(u"bad"_s, place.error().text());
                m_context.notify(place.error());
                reload();
                return;
            }
            saved(before, after, *place);
        });
}

void ConnectionsCard::saved(const Profile &before, const Profile &after, SecretPlace place)
{
    if (place == SecretPlace::Session)
        tell(u"bad"_s,
            tr("There is no keychain on this machine: the secret of %1 is kept in memory and "
               "forgotten when you quit. Install gnome-keyring or KWallet to keep it.")
                .arg(after.name));
    const bool isNew = before.name.isEmpty();
    const bool inUse = !isNew && before.name == m_context.connectionTitle();
    reload();
    if (!isNew && !inUse)
        return;
    const Call<void> done = isNew || before.name != after.name ? m_context.switchProfile(after.name)
                                                               : m_context.renewConnection();
    done.then(this, [this](const Result<void> &result) {
        if (!result)
            m_context.notify(result.error());
        reload();
    });
}

void ConnectionsCard::remove()
{
    const Profile profile = selected();
    Question question{tr("Remove the connection"), tr("Remove %1?").arg(profile.name),
        tr("Its secret is deleted from the keychain. The server and what is on it stay."),
        tr("Remove %1").arg(profile.name), true};
    m_context.dialogs().confirm(this, question, [this, profile](bool yes) {
        if (!yes)
            return;
        const bool inUse = profile.name == m_context.connectionTitle();
        removeConnection(*m_context.profiles(), *m_context.secrets(), profile.name)
            .then(this, [this, inUse](const Result<void> &removed) {
                if (!removed) {
                    m_context.notify(removed.error());
                    return;
                }
                reload();
                if (inUse)
                    (void)m_context.switchProfile(ProfileStore::localWorkspaceName());
            });
    });
}

void ConnectionsCard::test()
{
    if (m_steps->isRunning()) {
        m_steps->stop();
        m_test->setText(tr("Test"));
        return;
    }
    tell({}, {});
    m_test->setText(tr("Stop"));
    m_steps->follow(m_context.newConnectionTest(selected(), {}));
}

void ConnectionsCard::use()
{
    const Profile profile = selected();
    if (profile.name.isEmpty() || profile.name == m_context.connectionTitle())
        return;
    m_context.switchProfile(profile.name).then(this, [this](const Result<void> &result) {
        if (!result)
            m_context.notify(result.error());
        reload();
    });
}

} // namespace signalbox
