// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/status_strip.h"

#include "ui/models/formatters.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/connection_words.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

StatusStrip::StatusStrip(UiContext &context, QWidget *parent)
    : QFrame(parent)
    , m_context(context)
    , m_progress(new PlainLabel(this))
    , m_server(new PlainLabel(this))
{
    setObjectName(u"statusFrame"_s);
    setAccessibleName(tr("Status"));
    setProperty("surface", u"status"_s);
    setFixedHeight(kRowHeight);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kGrid, 1, kGrid * 3 / 2, 0);
    row->setSpacing(kGrid);
    m_breaker = addLink(u"breakerStatusPushButton"_s, u"dot"_s, u"health"_s);
    m_breaker->setIconSize(QSize(11, 11));
    m_tryNow = addLink(u"tryNowStatusPushButton"_s, {}, {});
    m_tryNow->setText(tr("Try now"));
    m_tryNow->setAccessibleName(tr("Try the server now"));
    m_queue = addLink(u"queueStatusPushButton"_s, u"queue"_s, u"health"_s);
    m_journal = addLink(u"journalStatusPushButton"_s, u"journal"_s, u"health"_s);
    m_tasks = addLink(u"tasksStatusPushButton"_s, u"tasks"_s, {});
    auto *menu = new QMenu(m_tasks);
    menu->setObjectName(u"tasksMenu"_s);
    m_tasks->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &StatusStrip::fillTasks);
    m_progress->setObjectName(u"progressStatusLabel"_s);
    m_progress->setLevel(u"muted"_s);
    row->addWidget(m_progress, 1);
    m_server->setObjectName(u"serverStatusLabel"_s);
    m_server->setLevel(u"muted"_s);
    row->addWidget(m_server);
    connect(m_tryNow, &QPushButton::clicked, &context.monitor(), &ConnectionMonitor::tryNow);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &StatusStrip::follow);
    connect(
        &context.monitor(), &ConnectionMonitor::countdownTicked, this, &StatusStrip::followBreaker);
    connect(&context.tasks(), &TaskList::changed, this, &StatusStrip::follow);
    connect(&context, &UiContext::connectionProgress, m_progress, &PlainLabel::setText);
    follow();
}

QPushButton *StatusStrip::addLink(const QString &name, const QString &icon, const QString &page)
{
    auto *button = new QPushButton(this);
    button->setObjectName(name);
    button->setProperty("kind", u"status"_s);
    if (!icon.isEmpty())
        button->setIcon(themeIcon(icon));
    button->setIconSize(QSize(14, 14));
    layout()->addWidget(button);
    if (!page.isEmpty())
        connect(button, &QPushButton::clicked, this, [this, page] { m_context.openPage(page); });
    return button;
}

void StatusStrip::setNote(const QString &note)
{
    m_note = note;
    follow();
}

void StatusStrip::follow()
{
    ConnectionMonitor &monitor = m_context.monitor();
    followBreaker();
    m_queue->setText(tr("%1 queued").arg(format::count(monitor.queued())));
    m_queue->setAccessibleName(tr("Requests waiting: %1").arg(monitor.queued()));
    m_journal->setText(journalWords(monitor.journal()));
    m_journal->setAccessibleName(tr("Journal: %1").arg(m_journal->text()));
    m_journal->setIcon(
        themeIcon(u"journal"_s, monitor.journal().parked.isEmpty() ? Tint::Muted : Tint::Warning));
    const qsizetype count = m_context.tasks().tasks().size();
    m_tasks->setVisible(count > 0);
    m_tasks->setText(count == 1 ? tr("1 task") : tr("%1 tasks").arg(count));
    m_tasks->setAccessibleName(tr("Running tasks: %1").arg(count));
    QStringList server;
    if (!m_note.isEmpty())
        server.append(m_note);
    if (monitor.info()) {
        server.append(tr("mlflow %1").arg(monitor.info()->version.left(40)));
        if (!monitor.info()->storeType.isEmpty())
            server.append(monitor.info()->storeType.left(40));
    }
    m_server->setText(server.join(u" · "_s));
}

void StatusStrip::followBreaker()
{
    const StatusWords words = statusWords(m_context.monitor());
    m_breaker->setText(words.text);
    m_breaker->setAccessibleName(tr("Connection: %1").arg(words.text));
    m_breaker->setIcon(themeIcon(u"dot"_s, tintOf(words.tone)));
    m_tryNow->setVisible(words.canTryNow);
}

void StatusStrip::fillTasks()
{
    QMenu *menu = m_tasks->menu();
    menu->clear();
    for (const Task &task : m_context.tasks().tasks()) {
        QString text = task.title;
        if (!task.detail.isEmpty())
            text += u" – "_s % task.detail;
        text.replace(u'&', u"&&"_s);
        QMenu *entry = menu->addMenu(text);
        if (task.open)
            connect(entry->addAction(tr("Show")), &QAction::triggered, this, task.open);
        if (task.cancel)
            connect(entry->addAction(tr("Cancel")), &QAction::triggered, this, task.cancel);
        entry->setEnabled(!entry->isEmpty());
    }
}

} // namespace signalbox
