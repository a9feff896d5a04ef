// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/parked_dialog.h"

#include "ui/models/formatters.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

bool hasValue(JournalKind kind)
{
    return kind == JournalKind::Metrics || kind == JournalKind::Params || kind == JournalKind::Tags
        || kind == JournalKind::Values;
}

} // namespace

ParkedDialog::ParkedDialog(const JournalItem &item, QWidget *parent)
    : QDialog(parent)
    , m_item(item)
    , m_key(new QLineEdit(item.key, this))
{
    setObjectName(u"parkedDialog"_s);
    setWindowTitle(tr("Edit and send again"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(460);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid * 3 / 2);
    auto *reason = new PlainLabel(format::oneLine(item.reason), this);
    reason->setWordWrap(true);
    reason->setLevel(u"bad"_s);
    layout->addWidget(new PlainLabel(tr("The server refused this:"), this));
    layout->addWidget(reason);
    auto *form = new QFormLayout;
    m_key->setObjectName(u"parkedKeyLineEdit"_s);
    m_key->setAccessibleName(tr("Name"));
    form->addRow(tr("Name"), m_key);
    if (hasValue(item.kind)) {
        m_value = new QPlainTextEdit(item.value, this);
        m_value->setObjectName(u"parkedValuePlainTextEdit"_s);
        m_value->setAccessibleName(tr("Value"));
        m_value->setTabChangesFocus(true);
        m_value->setMaximumHeight(120);
        form->addRow(tr("Value"), m_value);
    }
    layout->addLayout(form);
    auto *buttons = new QDialogButtonBox(this);
    QPushButton *send = buttons->addButton(tr("Send again"), QDialogButtonBox::AcceptRole);
    send->setObjectName(u"parkedSendPushButton"_s);
    send->setProperty("kind", u"primary"_s);
    buttons->addButton(QDialogButtonBox::Cancel);
    layout->addWidget(buttons);
    const auto follow = [this, send] {
        const bool changed = m_key->text() != m_item.key || value() != m_item.value;
        send->setEnabled(changed && !m_key->text().trimmed().isEmpty());
    };
    connect(m_key, &QLineEdit::textChanged, this, follow);
    if (m_value)
        connect(m_value, &QPlainTextEdit::textChanged, this, follow);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    follow();
}

QString ParkedDialog::value() const
{
    return m_value ? m_value->toPlainText() : m_item.value;
}

ParkedEdit ParkedDialog::edit() const
{
    ParkedEdit edit;
    if (m_key->text() != m_item.key)
        edit.key = m_key->text();
    if (value() != m_item.value)
        edit.value = value();
    return edit;
}

} // namespace signalbox
