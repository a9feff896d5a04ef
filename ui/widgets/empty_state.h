// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace signalbox {

class PlainLabel;

/*! What a page or card shows instead of nothing: why it is empty and what to do about it. Also used
 *  while loading (busy) and after an error. */
class EmptyState final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EmptyState)

public:
    explicit EmptyState(QWidget *parent = nullptr);

    void setContent(const QString &icon, const QString &title, const QString &detail = {});
    //! A button below the text; owned by the state. `name` becomes its objectName.
    QPushButton *addButton(const QString &name, const QString &text, const QString &kind = {});
    void clearButtons();

protected:
    void changeEvent(QEvent *event) override;

private:
    void paintIcon();
    QString m_iconName;
    QLabel *m_icon = nullptr;
    PlainLabel *m_title = nullptr;
    PlainLabel *m_detail = nullptr;
    QHBoxLayout *m_buttons = nullptr;
};

} // namespace signalbox
