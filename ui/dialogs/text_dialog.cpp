// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/text_dialog.h"

#include "ui/theme/theme.h"

#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

TextDialog::TextDialog(const TextQuestion &question, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"textDialog"_s);
    setWindowTitle(question.title);
    setMinimumWidth(420);
    auto *layout = new QVBoxLayout(this);
    auto *label = new QLabel(question.label, this);
    label->setTextFormat(Qt::PlainText);
    layout->addWidget(label);
    auto *buttons = new QDialogButtonBox(this);
    buttons->setObjectName(u"textDialogButtonBox"_s);
    QPushButton *yes = buttons->addButton(question.confirm, QDialogButtonBox::AcceptRole);
    yes->setObjectName(u"textConfirmPushButton"_s);
    setStyleProperty(yes, "kind", u"primary"_s);
    buttons->addButton(QDialogButtonBox::Cancel);
    if (question.multiLine) {
        m_area = new QPlainTextEdit(question.value, this);
        m_area->setObjectName(u"textPlainTextEdit"_s);
        m_area->setAccessibleName(question.label);
        layout->addWidget(m_area);
    } else {
        m_line = new QLineEdit(question.value, this);
        m_line->setObjectName(u"textLineEdit"_s);
        m_line->setAccessibleName(question.label);
        m_line->selectAll();
        yes->setEnabled(!question.value.trimmed().isEmpty());
        connect(m_line, &QLineEdit::textChanged, yes,
            [yes](const QString &now) { yes->setEnabled(!now.trimmed().isEmpty()); });
        layout->addWidget(m_line);
    }
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QString TextDialog::text() const
{
    return m_line ? m_line->text() : m_area->toPlainText();
}

} // namespace signalbox
