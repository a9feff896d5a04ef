// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/task_list.h"

#include <algorithm>

namespace signalbox {

TaskList::TaskList(QObject *parent)
    : QObject(parent)
{
}

int TaskList::begin(Task task)
{
    task.id = ++m_lastId;
    m_tasks.append(std::move(task));
    Q_EMIT changed();
    return m_lastId;
}

void TaskList::report(int id, const QString &detail, qint64 done, qint64 total)
{
    const auto it = std::find_if(
        m_tasks.begin(), m_tasks.end(), [id](const Task &task) { return task.id == id; });
    if (it == m_tasks.end())
        return;
    it->detail = detail;
    it->done = done;
    it->total = total;
    Q_EMIT changed();
}

void TaskList::end(int id)
{
    if (m_tasks.removeIf([id](const Task &task) { return task.id == id; }) > 0)
        Q_EMIT changed();
}

} // namespace signalbox
