// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_card.h"

#include "core/base/redaction.h"
#include "ui/dialogs/profile_dialog.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtGui/QStandardItemModel>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

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
    , m_model(new QStandardItemModel(0, 3, this))
    , m_message(new PlainLabel(this))
{
    setObjectName(u"connectionsCardWidget"_s);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(tr("Connections"), this);
    outer->addWidget(card);
    m_model->setHorizontalHeaderLabels({tr("Name"), tr("Address"), tr("State")});
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
    card->body()->addWidget(m_table, 1);
    m_message->setObjectName(u"connectionsMessageLabel"_s);
    m_message->setWordWrap(true);
    m_message->hide();
    card->body()->addWidget(m_message);
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
    for (const Profile &profile : m_profiles) {
        const bool inUse = profile.name == m_context.connectionTitle();
        auto *state = new QStandardItem(inUse ? tr("in use") : QString());
        if (inUse)
            state->setData(
                QVariant::fromValue(PillLook{Tone::Info, u"dot"_s, tr("in use")}), kPillRole);
        m_model->appendRow({textItem(profile.name),
            textItem(profile.isLocalWorkspace() ? tr("the MLflow server of this machine")
                                                : redact(profile.url.toDisplayString())),
            state});
        if (keep.isEmpty() ? inUse : profile.name == keep)
            current = row;
        ++row;
    }
    m_table->selectRow(current);
    followSelection();
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
        profile, taken, [this](const QUrl &url) { return m_context.testServer(url); }, window());
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_dialog, &QDialog::accepted, this,
        [this, profile, dialog = m_dialog.data()] { save(profile, dialog->profile()); });
    m_dialog->open();
}

void ConnectionsCard::save(const Profile &before, const Profile &after)
{
    const Result<void> saved = m_context.profiles()->save(after);
    if (!saved) {
        m_context.notify(saved.error());
        return;
    }
    const bool inUse = !before.name.isEmpty() && before.name == m_context.connectionTitle();
    reload();
    if (inUse || before.name.isEmpty()) {
        m_context.switchProfile(after.name).then(this, [this](const Result<void> &result) {
            if (!result)
                m_context.notify(result.error());
            reload();
        });
    }
}

void ConnectionsCard::remove()
{
    const Profile profile = selected();
    Question question{tr("Remove the connection"), tr("Remove %1?").arg(profile.name),
        tr("The server and what is on it stay as they are."), tr("Remove %1").arg(profile.name),
        true};
    m_context.dialogs().confirm(this, question, [this, profile](bool yes) {
        if (!yes)
            return;
        const bool inUse = profile.name == m_context.connectionTitle();
        if (const Result<void> removed = m_context.profiles()->remove(profile.name); !removed) {
            m_context.notify(removed.error());
            return;
        }
        reload();
        if (inUse)
            m_context.switchProfile(ProfileStore::localWorkspaceName())
                .then(this, [this](const Result<void> &result) {
                    if (!result)
                        m_context.notify(result.error());
                });
    });
}

void ConnectionsCard::test()
{
    const Profile profile = selected();
    m_message->setLevel(u"muted"_s);
    m_message->setText(tr("Asking %1…").arg(profile.name));
    m_message->show();
    m_testing = m_context.testServer(profile.url);
    m_testing.call().then(this, [this, profile](const Result<mlflow::ServerInfo> &result) {
        if (!result && result.error().kind == ErrorKind::Cancelled)
            return;
        m_message->setLevel(result ? u"good"_s : u"bad"_s);
        m_message->setText(result ? tr("%1 answers: MLflow %2.").arg(profile.name, result->version)
                                  : tr("%1: %2").arg(profile.name, result.error().text()));
    });
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
