// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/parked_dialog.h"

#include "ui/dialogs/tag_table.h"
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

QString labelOf(RegistrationField field)
{
    switch (field) {
    case RegistrationField::Source:
        return ParkedDialog::tr("Source");
    case RegistrationField::Model:
        return ParkedDialog::tr("Logged model");
    case RegistrationField::Run:
        return ParkedDialog::tr("Run");
    case RegistrationField::Path:
        return ParkedDialog::tr("Path in the run");
    case RegistrationField::Description:
        return ParkedDialog::tr("Description");
    }
    return {};
}

} // namespace

ParkedDialog::ParkedDialog(const JournalItem &item, QWidget *parent)
    : QDialog(parent)
    , m_item(item)
{
    setObjectName(u"parkedDialog"_s);
    setWindowTitle(tr("Edit and send again"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(460);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid * 3 / 2);
    addReason();
    addForm();
    addButtons();
    follow();
}

void ParkedDialog::addReason()
{
    auto *reason = new PlainLabel(format::oneLine(m_item.reason), this);
    reason->setWordWrap(true);
    reason->setLevel(u"bad"_s);
    layout()->addWidget(new PlainLabel(tr("The server refused this:"), this));
    layout()->addWidget(reason);
}

void ParkedDialog::addForm()
{
    auto *fields = new QWidget(this);
    auto *form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    m_key = addLine(form, u"parkedKeyLineEdit"_s, tr("Name"), m_item.key);
    if (hasValue(m_item.kind))
        m_value = addText(form, u"parkedValuePlainTextEdit"_s, tr("Value"), m_item.value);
    if (m_item.isRegistration())
        addRegistration(form);
    layout()->addWidget(fields);
}

void ParkedDialog::addRegistration(QFormLayout *form)
{
    for (auto field = m_item.fields.cbegin(); field != m_item.fields.cend(); ++field) {
        const QString name = u"parkedField_"_s % nameOf(field.key());
        const QString label = labelOf(field.key());
        std::function<QString()> text;
        if (field.key() == RegistrationField::Description) {
            auto *area = addText(form, name, label, field.value());
            text = [area] { return area->toPlainText(); };
        } else {
            auto *line = addLine(form, name, label, field.value());
            text = [line] { return line->text(); };
        }
        m_inputs.insert(field.key(), {text(), text});
    }
    m_tags = new TagTable(m_item.tags, form->parentWidget());
    m_tags->setObjectName(u"parkedTagTable"_s);
    m_tags->setAccessibleName(tr("Tags"));
    connect(m_tags, &QTableWidget::itemChanged, this, &ParkedDialog::follow);
    form->addRow(tr("Tags"), m_tags);
}

QLineEdit *ParkedDialog::addLine(
    QFormLayout *form, const QString &name, const QString &label, const QString &text)
{
    auto *line = new QLineEdit(text, form->parentWidget());
    line->setObjectName(name);
    line->setAccessibleName(label);
    connect(line, &QLineEdit::textChanged, this, &ParkedDialog::follow);
    form->addRow(label, line);
    return line;
}

QPlainTextEdit *ParkedDialog::addText(
    QFormLayout *form, const QString &name, const QString &label, const QString &text)
{
    static constexpr int kHeight = 120;
    auto *area = new QPlainTextEdit(text, form->parentWidget());
    area->setObjectName(name);
    area->setAccessibleName(label);
    area->setTabChangesFocus(true);
    area->setMaximumHeight(kHeight);
    connect(area, &QPlainTextEdit::textChanged, this, &ParkedDialog::follow);
    form->addRow(label, area);
    return area;
}

void ParkedDialog::addButtons()
{
    auto *buttons = new QDialogButtonBox(this);
    m_send = buttons->addButton(tr("Send again"), QDialogButtonBox::AcceptRole);
    m_send->setObjectName(u"parkedSendPushButton"_s);
    setStyleProperty(m_send, "kind", u"primary"_s);
    buttons->addButton(QDialogButtonBox::Cancel);
    layout()->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ParkedDialog::follow()
{
    if (m_send)
        m_send->setEnabled(!edit().isEmpty() && !m_key->text().trimmed().isEmpty());
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
    for (auto input = m_inputs.cbegin(); input != m_inputs.cend(); ++input) {
        if (const QString now = input->text(); now != input->before)
            edit.fields.insert(input.key(), now);
    }
    if (m_tags) {
        edit.setTags = m_tags->changed();
        edit.removedTags = m_tags->removed();
    }
    return edit;
}

} // namespace signalbox
