// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/dialogs.h"

#include <QtWidgets/QDialog>

class QLineEdit;
class QPlainTextEdit;

namespace signalbox {

//! Asks for one text; the button stays off while the text is empty. Deletes itself when closed.
class TextDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TextDialog)

public:
    explicit TextDialog(const TextQuestion &question, QWidget *parent = nullptr);
    [[nodiscard]] QString text() const;

private:
    QLineEdit *m_line = nullptr;
    QPlainTextEdit *m_area = nullptr;
};

} // namespace signalbox
