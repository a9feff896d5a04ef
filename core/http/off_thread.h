// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include <functional>
#include <map>
#include <memory>

namespace signalbox {

/*! Runs work in the thread pool and its continuation here. A continuation never leaves this
 *  thread: it runs here, or dies here together with this object while the work is still running. */
class OffThread final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(OffThread)

public:
    explicit OffThread(QObject *parent = nullptr);
    ~OffThread() override;
    //! `work` must own all it needs; it may outlive this object.
    void run(std::function<void()> work, std::function<void()> done);

private:
    struct Mailbox;
    void finish(quint64 id);
    std::shared_ptr<Mailbox> m_mailbox;
    std::map<quint64, std::function<void()>> m_done;
    quint64 m_next = 1;
};

} // namespace signalbox
