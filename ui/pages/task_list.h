// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QString>

#include <functional>

namespace signalbox {

//! One piece of long work that survives leaving its page.
struct Task {
    int id = 0;
    QString title;
    QString detail; //!< "trial 23 of 50"; plain text.
    qint64 done = 0;
    qint64 total = 0; //!< 0 means unknown.
    std::function<void()> cancel; //!< Empty when it cannot be cancelled.
    std::function<void()> open; //!< Shows where it happens; may be empty.
};

/*! What is running in the window, for the status bar and the overview. Main thread; owned by the
 *  UiContext. Whoever begins a task ends it. */
class TaskList final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TaskList)

public:
    explicit TaskList(QObject *parent = nullptr);

    [[nodiscard]] const QList<Task> &tasks() const { return m_tasks; }
    //! Adds a task (its `id` is set here) and returns the id.
    int begin(Task task);
    //! Unknown ids are ignored, so a late report after end() does no harm.
    void report(int id, const QString &detail, qint64 done = 0, qint64 total = 0);
    void end(int id);

Q_SIGNALS:
    void changed();

private:
    QList<Task> m_tasks;
    int m_lastId = 0;
};

} // namespace signalbox
