// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QLineEdit>

class QTimer;

namespace signalbox {

//! A line edit with a magnifier and a clear button; Esc clears it. `searchChanged` waits for a
//! pause in the typing.
class SearchField final : public QLineEdit {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchField)

public:
    explicit SearchField(const QString &placeholder, QWidget *parent = nullptr);
    void setDelay(int milliseconds); //!< 150 ms unless told.

Q_SIGNALS:
    void searchChanged(const QString &text);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QTimer *m_timer = nullptr;
};

} // namespace signalbox
