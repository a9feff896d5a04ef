// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/server.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QJsonObject>
#include <QtCore/QThread>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace signalbox::bench {

using Clock = std::chrono::steady_clock;

//! CPU time of the calling thread, and of the whole process, in milliseconds.
[[nodiscard]] double threadCpuMs();
[[nodiscard]] double processCpuMs();

/*! Measures the CPU time of every event that the main thread handles: other programs share the
 *  cores, so the wall clock would blame them on us. */
template <typename Application> class Measuring final : public Application {
public:
    using Application::Application;

    bool notify(QObject *receiver, QEvent *event) override
    {
        if (m_depth > 0 || Application::instance()->thread() != QThread::currentThread())
            return Application::notify(receiver, event);
        ++m_depth;
        const char *type = receiver->metaObject()->className(); // the receiver may die of it
        const int number = event->type();
        const double before = threadCpuMs();
        const bool handled = Application::notify(receiver, event);
        const double took = threadCpuMs() - before;
        if (took > m_longest) {
            m_longest = took;
            m_what =
                QString::fromLatin1(type) + QStringLiteral(", event ") + QString::number(number);
        }
        --m_depth;
        return handled;
    }
    //! The longest event since the last call, in milliseconds.
    [[nodiscard]] double takeLongestEvent() { return std::exchange(m_longest, 0.0); }
    //! Who received it.
    [[nodiscard]] const QString &longestReceiver() const { return m_what; }

private:
    int m_depth = 0;
    double m_longest = 0.0;
    QString m_what;
};
using MeasuringApplication = Measuring<QCoreApplication>;

struct ServerBehaviour {
    std::chrono::milliseconds delay{0};
    bool silent = false;
};

/*! A server of its own thread, plain sockets, one constant answer for every request, connections
 *  kept open. `delay` holds every answer back; `silent` accepts and never answers. */
class ConstantServer final {
public:
    explicit ConstantServer(std::string body, ServerBehaviour behaviour = {});
    ~ConstantServer();
    Q_DISABLE_COPY_MOVE(ConstantServer)
    [[nodiscard]] int port() const { return m_port; }
    [[nodiscard]] int answered() const { return m_answered; }
    [[nodiscard]] int connections() const { return m_connections; }

private:
    void accept();
    void serve(int fd);
    std::string m_reply;
    ServerBehaviour m_behaviour;
    int m_port = 0;
    int m_listener = -1; // after the port, which it fills in
    std::atomic<int> m_answered{0};
    std::atomic<int> m_connections{0};
    std::atomic<bool> m_over{false};
    std::thread m_acceptor;
    std::vector<std::thread> m_servants;
};

[[nodiscard]] std::unique_ptr<mlflow::Server> serverAt(int port);
[[nodiscard]] int unusedPort();

//! Runs the event loop until `done()`.
void spinUntil(const std::function<bool()> &done);

[[nodiscard]] double millisecondsSince(Clock::time_point start);
[[nodiscard]] double percentile(std::vector<double> values, double share);
//! Highest and current resident set of this process in MB.
[[nodiscard]] double residentMb(const char *field);

// The figures; each returns one JSON object per row of the table.
[[nodiscard]] QList<QJsonObject> callerCost(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> smallGets(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> pageParse(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> openBreaker(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> artifact(MeasuringApplication &app, const QStringList &arguments);

} // namespace signalbox::bench
