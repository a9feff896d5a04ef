// SPDX-License-Identifier: Apache-2.0
#include "core/http/off_thread.h"

#include <QtCore/QMutex>
#include <QtCore/QThreadPool>

namespace signalbox {

//! Lets a worker post to an object that may die meanwhile; QPointer cannot do that across threads.
struct OffThread::Mailbox {
    QMutex mutex;
    OffThread *target = nullptr;

    void announce(quint64 id)
    {
        const QMutexLocker lock(&mutex);
        if (OffThread *owner = target)
            QMetaObject::invokeMethod(
                owner, [owner, id] { owner->finish(id); }, Qt::QueuedConnection);
    }
};

OffThread::OffThread(QObject *parent)
    : QObject(parent)
    , m_mailbox(std::make_shared<Mailbox>())
{
    m_mailbox->target = this;
}

OffThread::~OffThread()
{
    const QMutexLocker lock(&m_mailbox->mutex);
    m_mailbox->target = nullptr;
}

void OffThread::run(std::function<void()> work, std::function<void()> done)
{
    const quint64 id = m_next++;
    m_done.emplace(id, std::move(done));
    QThreadPool::globalInstance()->start([mailbox = m_mailbox, work = std::move(work),
                                             id]() mutable {
        work();
        work = nullptr; // before the announcement, so that its captures do not die over there later
        mailbox->announce(id);
    });
}

void OffThread::finish(quint64 id)
{
    const auto node = m_done.extract(id);
    if (node)
        node.mapped()();
}

} // namespace signalbox
