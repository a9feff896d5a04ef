// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QAction;
class QHBoxLayout;
class QPushButton;

namespace signalbox {

class PlainLabel;
class StatusPill;

//! Title, pill, subtitle and, on the right, the page's buttons.
class PageHeader final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PageHeader)

public:
    explicit PageHeader(const QString &title, QWidget *parent = nullptr);

    void setTitle(const QString &title);
    void setSubtitle(const QString &subtitle);
    //! Turns the subtitle's place before the title into a way back: "Runs ‹"; empty hides it.
    void setBackText(const QString &text);
    [[nodiscard]] StatusPill *pill() const { return m_pill; } //!< Hidden until it has a text.

    //! A button that triggers the action and follows its text and state; owned by the header.
    QPushButton *addAction(QAction *action, const QString &kind = {});
    void addWidget(QWidget *widget); //!< At the right end.

Q_SIGNALS:
    void backRequested();

private:
    QHBoxLayout *m_layout = nullptr;
    QPushButton *m_back = nullptr;
    PlainLabel *m_title = nullptr;
    StatusPill *m_pill = nullptr;
    PlainLabel *m_subtitle = nullptr;
};

//! A push button bound to an action: text, icon, enabled, checked and tooltip follow it.
[[nodiscard]] QPushButton *buttonFor(QAction *action, QWidget *parent, const QString &kind = {});

} // namespace signalbox
