// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "core/resilience/breaker_core.h"
#include "core/tracking/journal_types.h"
#include "ui/pages/request_log_model.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <optional>

class QTimer;

namespace signalbox {

class BreakerHistory;
class UiContext;
struct ConnectorHealth;

namespace mlflow {
class Server;
}

//! How the window stands to its server, in one word for the dot in the top bar.
enum class LinkState : quint8 { None, Connecting, Online, Unreachable, Offline };
[[nodiscard]] QString nameOf(LinkState state); //!< "not connected", "connecting", ...

/*! Watches the present connection for status bar, overview and health page: keeps the request log,
 *  the breaker's transitions and the last latencies, and asks for the server's health every ten
 *  seconds. Owned by the UiContext; main thread. */
class ConnectionMonitor final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionMonitor)

public:
    explicit ConnectionMonitor(UiContext &context);
    ~ConnectionMonitor() override;

    [[nodiscard]] LinkState link() const;
    [[nodiscard]] BreakerSnapshot breaker() const;
    [[nodiscard]] std::chrono::milliseconds latency() const { return m_latency; }
    [[nodiscard]] const QList<double> &latencies() const
    {
        return m_latencies;
    } //!< ms, oldest first.
    [[nodiscard]] int queued() const { return m_queued; }
    [[nodiscard]] const JournalStatus &journal() const { return m_journal; }
    [[nodiscard]] const std::optional<mlflow::ServerInfo> &info() const { return m_info; }
    [[nodiscard]] QString address() const; //!< The server's URL, redacted.
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    [[nodiscard]] qint64 lastSeenMs() const { return m_lastSeen; } //!< 0 for never.
    [[nodiscard]] RequestLogModel &requestLog() { return *m_log; }
    [[nodiscard]] BreakerHistory &history() const { return *m_history; }
    [[nodiscard]] QueueStatus queue() const;
    //! When the first of the failures in a row happened; 0 while the server answers.
    [[nodiscard]] qint64 awaySinceMs() const { return m_awaySince; }
    //! The server answered with 401, and nothing was accepted since.
    [[nodiscard]] bool isUnauthorized() const { return m_unauthorized; }
    /*! What the journal held at most since it was last empty, in batches, runs and files: the whole
     *  of which a progress bar shows a part. */
    [[nodiscard]] int journalPeak() const { return m_journalPeak; }
    [[nodiscard]] static int pendingItems(const JournalStatus &journal);
    //! The local server of this connection served us and does not run any more.
    [[nodiscard]] bool hasLocalServerStopped() const { return m_stopped && m_lastSeen > 0; }
    //! The first answer (or failure) of this connection is there.
    [[nodiscard]] bool isSettled() const { return !m_hasServer || m_answered; }

    void checkNow(); //!< Asks for health, unless a question is out.
    void tryNow(); //!< Lets the breaker probe at once.
    void stayOffline(); //!< Remembered by the profile.
    void goOnline();
    void resetBreaker(); //!< Closes the circuit and asks at once.

Q_SIGNALS:
    //! Anything above changed; at most once per event loop turn.
    void changed();
    //! Four times a second while a countdown runs; what it counts is in breaker().
    void countdownTicked();

private:
    void attach();
    void detach();
    void take(const ConnectorHealth &health);
    void recordAttempt(const AttemptRecord &record);
    void recordTransition(const Transition &transition);
    void takeJournal(const JournalStatus &journal);
    [[nodiscard]] bool localServerIsStopped() const;
    void rememberOffline(bool offline);
    void scheduleChanged();

    UiContext &m_context;
    QPointer<mlflow::Server> m_server;
    bool m_hasServer = false;
    bool m_answered = false;
    bool m_reachable = false;
    bool m_stopped = false; //!< The local server of this connection is not started.
    bool m_changedQueued = false;
    std::chrono::milliseconds m_latency{0};
    QList<double> m_latencies;
    int m_queued = 0;
    JournalStatus m_journal;
    std::optional<mlflow::ServerInfo> m_info;
    std::optional<Error> m_error;
    qint64 m_lastSeen = 0;
    RequestLogModel *m_log = nullptr;
    BreakerHistory *m_history = nullptr;
    qint64 m_awaySince = 0;
    bool m_unauthorized = false;
    int m_journalPeak = 0;
    ScopedCall<ConnectorHealth> m_health;
    QTimer *m_countdown = nullptr;
    QTimer *m_timer = nullptr;
};

} // namespace signalbox
