// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/journal_types.h"

#include <QtWidgets/QDialog>

#include <functional>

class QFormLayout;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace signalbox {

class TagTable;

//! Asks for the correction of a parked item; why it was refused stands above. Deletes itself when
//! closed; `accepted` comes only with a change.
class ParkedDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParkedDialog)

public:
    explicit ParkedDialog(const JournalItem &item, QWidget *parent = nullptr);
    [[nodiscard]] ParkedEdit edit() const; //!< Only what was changed.

private:
    struct Input {
        QString before; //!< As the field shows it, which has no line breaks, for example.
        std::function<QString()> text;
    };
    void addReason();
    void addForm();
    void addRegistration(QFormLayout *form);
    void addButtons();
    QLineEdit *addLine(
        QFormLayout *form, const QString &name, const QString &label, const QString &text);
    QPlainTextEdit *addText(
        QFormLayout *form, const QString &name, const QString &label, const QString &text);
    void follow();
    [[nodiscard]] QString value() const;
    JournalItem m_item;
    QLineEdit *m_key = nullptr;
    QPlainTextEdit *m_value = nullptr; //!< Null where the item has no value.
    QMap<RegistrationField, Input> m_inputs;
    TagTable *m_tags = nullptr; //!< Null for all but registrations.
    QPushButton *m_send = nullptr;
};

} // namespace signalbox
