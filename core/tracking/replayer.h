// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.h"
#include "core/mlflow/server.h"
#include "core/tracking/experiment_resolver.h"
#include "core/tracking/journal.h"
#include "core/tracking/run_session.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QSet>

#include <optional>

namespace signalbox {

class RunReplay;

/*! Brings the journal to the server. One process at a time does so (a lock in the journal's
 *  folder), as long as there is something to send; the others watch. In an outage it waits 1 s,
 *  doubling to 5 s while connections fail and to 30 s while they are answered, and starts at once
 *  when the breaker closes or somebody asks. A run over which the server itself fails (500) waits
 *  alone and does not hold up the others. Ends the runs of processes that died. Main thread; owned
 *  by the Connector. */
class Replayer final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Replayer)

public:
    Replayer(mlflow::Server &server, Journal &journal, Clock &clock, QObject *parent = nullptr);
    ~Replayer() override;

    //! Something new may be there; waits on while the server is known to be away.
    void wake();
    //! Tries at once, whatever happened before.
    void retryNow();
    //! Whether a try is under way that may still find something to send, such as a dead run's end.
    [[nodiscard]] bool isLooking() const { return m_pumping; }
    //! When it asks the server again although the breaker may be open; nothing if it will not.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextProbe() const;
    //! What is on its way at this moment: sequences of items, or minus a run's row for its create.
    [[nodiscard]] QSet<qint64> sending() const;
    //! The last reason to wait; empty while all is well.
    [[nodiscard]] const std::optional<Error> &trouble() const { return m_trouble; }

Q_SIGNALS:
    void linked(const signalbox::RunLink &link);
    void parked(const signalbox::ParkedItem &item);
    void registered(qint64 sequence, const signalbox::mlflow::ModelVersion &version);
    //! A run has nothing to send for now.
    void runDrained();
    //! A try has seen everything there is to send.
    void looked();
    //! A try ended because the server is away or not willing.
    void waiting(const signalbox::Error &error);

private:
    [[nodiscard]] bool takeLease();
    void askForLeaseSoon();
    void pump();
    void endDeadRuns();
    void endRunsOf(const QStringList &owners);
    void startRuns();
    void launch(const RunRow &run);
    void ended(qint64 run, const Result<void> &result);
    void backOff(const Error &error);
    void pauseRun(qint64 run, const Error &error);
    [[nodiscard]] bool isPaused(qint64 run) const;
    void wakeAfterPause();
    [[nodiscard]] bool isUnconnected() const;
    void watchOthers();
    void breakerMoved(const Transition &transition);
    void publishSoon();
    void publish();

    mlflow::Server &m_server;
    Journal &m_journal;
    Clock &m_clock;
    ExperimentResolver m_experiments;
    std::optional<ProcessLock> m_lease;
    struct RunPause {
        std::chrono::milliseconds length{0};
        Clock::TimePoint until;
    };
    QHash<qint64, RunReplay *> m_active; // children of this object, by the run's row
    QHash<qint64, RunPause> m_paused; // the server fails over something of these runs
    bool m_pumping = false;
    bool m_pumpAgain = false;
    bool m_askingForLease = false;
    bool m_publishing = false;
    bool m_hasReplayed = false; // only then there is something to tell
    bool m_backingOff = false;
    bool m_deadChecked = false; // since the lease was taken
    bool m_probing = false; // one run only, until the server takes something
    QList<qint64> m_failed; // the runs over which the journal had to wait, the last one at the end
    std::chrono::milliseconds m_pause{0};
    Clock::TimePoint m_pauseEnd;
    quint64 m_pauseNumber = 0; // a timer of an older pause is stale
    std::optional<Error> m_trouble;
};

} // namespace signalbox
