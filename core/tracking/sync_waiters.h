// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/tracking/journal.h"
#include "core/tracking/run_session.h"

#include <QtCore/QObject>

#include <functional>
#include <vector>

namespace signalbox {

/*! Those who wait until everything logged to a run so far has reached the server. Main thread;
 *  owned by the Connector, which says when looking again may be worth it. */
class SyncWaiters final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SyncWaiters)

public:
    explicit SyncWaiters(Journal &journal, QObject *parent = nullptr);

    [[nodiscard]] Call<RunLink> wait(const LocalRunId &run);
    //! Looks at every waiting run once.
    void check();

private:
    struct Waiter {
        LocalRunId run;
        qint64 upTo = 0;
        Promise<RunLink> promise;
    };
    void ask(const Waiter &waiter, bool first);
    //! Resolves the waiter when the run has settled; otherwise it goes on waiting.
    void judge(Waiter waiter, const Settlement &settlement, bool first);
    Journal &m_journal;
    std::vector<Waiter> m_waiters;
};

//! The names the server gave to a run of the journal.
[[nodiscard]] RunLink linkOf(const RunRow &run);

} // namespace signalbox
