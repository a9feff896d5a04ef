// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QHash>
#include <QtWidgets/QFrame>

class QButtonGroup;
class QPushButton;
class QVBoxLayout;

namespace signalbox {

//! The pages on the left: icon and word; the present one is marked. Arrow keys move inside.
class NavBar final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(NavBar)

public:
    explicit NavBar(QWidget *parent = nullptr);
    //! `hint` is the shortcut, shown in the tooltip.
    void addPage(const QString &id, const QString &title, const QString &icon, const QString &hint);
    void setCurrent(const QString &id);

Q_SIGNALS:
    void pageChosen(const QString &id);

private:
    QButtonGroup *m_group = nullptr;
    QVBoxLayout *m_layout = nullptr;
    QHash<QString, QPushButton *> m_buttons;
};

} // namespace signalbox
