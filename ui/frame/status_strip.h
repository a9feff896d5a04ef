// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

class QLabel;
class QPushButton;

namespace signalbox {

class PlainLabel;
class UiContext;

/*! The line below the window: breaker with countdown and Try now, queue, journal, tasks, server.
 *  Owned by the window; every part leads to where more is told. */
class StatusStrip final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatusStrip)

public:
    explicit StatusStrip(UiContext &context, QWidget *parent = nullptr);
    //! Text at the right end before the server's version, such as the age of the shown data.
    void setNote(const QString &note);

private:
    QPushButton *addLink(const QString &name, const QString &icon, const QString &page);
    void follow();
    void followBreaker();
    void fillTasks();
    UiContext &m_context;
    QPushButton *m_breaker = nullptr;
    QPushButton *m_tryNow = nullptr;
    QPushButton *m_queue = nullptr;
    QPushButton *m_journal = nullptr;
    QPushButton *m_tasks = nullptr;
    PlainLabel *m_progress = nullptr;
    PlainLabel *m_server = nullptr;
    QString m_note;
};

} // namespace signalbox
