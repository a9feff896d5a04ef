// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/journal_types.h"

#include <QtWidgets/QDialog>

class QLineEdit;
class QPlainTextEdit;

namespace signalbox {

//! Asks for the correction of a parked item; why it was refused stands above. Deletes itself when
//! closed; `accepted` comes only with a change.
class ParkedDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ParkedDialog)

public:
    explicit ParkedDialog(const JournalItem &item, QWidget *parent = nullptr);
    [[nodiscard]] ParkedEdit edit() const; //!< Only what was changed.

private:
    [[nodiscard]] QString value() const;
    JournalItem m_item;
    QLineEdit *m_key = nullptr;
    QPlainTextEdit *m_value = nullptr; //!< Null where the item has no value.
};

} // namespace signalbox
