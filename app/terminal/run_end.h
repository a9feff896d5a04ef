// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/connector.h"

#include <QtCore/QJsonObject>
#include <QtCore/QObject>

#include <chrono>
#include <optional>

namespace signalbox {

//! Where a run stands once a command stops waiting for the server.
struct RunEndReport {
    RunStanding standing;
    bool sent = false; //!< Everything is on the server.
    std::optional<Error> trouble; //!< Why not.
};

struct RunEndWait {
    std::chrono::milliseconds limit{10'000}; //!< For the whole wait.
    //! Instead: wait on as long as something arrives, and give up after this much silence.
    std::optional<std::chrono::milliseconds> silence;
};

/*! Waits until everything of an ended run is on the server, within limits. Deletes itself. Main
 *  thread. */
class RunEnd final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunEnd)

public:
    [[nodiscard]] static Call<RunEndReport> wait(
        Connector &connector, const LocalRunId &run, const RunEndWait &wait);

private:
    RunEnd(Connector &connector, LocalRunId run, RunEndWait wait);
    void look();
    void judge(const RunStanding &standing);
    Connector &m_connector;
    LocalRunId m_run;
    RunEndWait m_wait;
    std::chrono::steady_clock::time_point m_start;
    std::chrono::steady_clock::time_point m_lastArrival;
    std::optional<RunStanding> m_last;
    Promise<RunEndReport> m_promise;
};

} // namespace signalbox
