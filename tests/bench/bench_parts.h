// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/server.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QJsonObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace signalbox::bench {

using Clock = std::chrono::steady_clock;

/*! Measures the CPU time of every event that the main thread handles: other programs share the
 *  cores, so the wall clock would blame them on us. */
class MeasuringApplication final : public QCoreApplication {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MeasuringApplication)

public:
    MeasuringApplication(int &argc, char **argv);
    bool notify(QObject *receiver, QEvent *event) override;
    //! The longest event since the last call, in milliseconds.
    [[nodiscard]] double takeLongestEvent();

private:
    int m_depth = 0;
    double m_longest = 0.0;
};

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
//! CPU time of the calling thread, and of the whole process, in milliseconds.
[[nodiscard]] double threadCpuMs();
[[nodiscard]] double processCpuMs();
//! Highest and current resident set of this process in MB.
[[nodiscard]] double residentMb(const char *field);

// The figures; each returns one JSON object per row of the table.
[[nodiscard]] QList<QJsonObject> callerCost(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> smallGets(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> pageParse(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> openBreaker(MeasuringApplication &app);
[[nodiscard]] QList<QJsonObject> artifact(MeasuringApplication &app, const QStringList &arguments);

} // namespace signalbox::bench
