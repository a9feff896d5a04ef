// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

class QPushButton;
class QToolButton;

namespace signalbox {

class UiContext;

/*! Logo, connection menu, command field, theme switch and help. The menu is filled when it opens,
 *  from the profiles as they are then. */
class TopBar final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TopBar)

public:
    explicit TopBar(UiContext &context, QWidget *parent = nullptr);
    [[nodiscard]] QWidget *commandField() const;

Q_SIGNALS:
    void paletteRequested();
    void helpRequested();

private:
    void buildConnection();
    void buildCommandField();
    void fillMenu();
    void follow();
    UiContext &m_context;
    QPushButton *m_connection = nullptr;
    QPushButton *m_command = nullptr;
    QToolButton *m_theme = nullptr;
    QToolButton *m_help = nullptr;
};

} // namespace signalbox
