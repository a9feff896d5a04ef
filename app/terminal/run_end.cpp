// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/run_end.h"

#include <QtCore/QTimer>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {
constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::milliseconds kLookWhileBusy{250};
} // namespace

RunEnd::RunEnd(Connector &connector, LocalRunId run, RunEndWait wait)
    : QObject(&connector)
    , m_connector(connector)
    , m_run(std::move(run))
    , m_wait(wait)
    , m_start(std::chrono::steady_clock::now())
    , m_lastArrival(m_start)
{
}

Call<RunEndReport> RunEnd::wait(Connector &connector, const LocalRunId &run, const RunEndWait &wait)
{
    auto *end = new RunEnd(connector, run, wait);
    // Starts the replay at once, also in the middle of a pause. The wait itself is ours.
    const auto flushed = connector.flush(std::chrono::milliseconds(0));
    Q_UNUSED(flushed)
    end->look();
    return end->m_promise.call();
}

void RunEnd::look()
{
    const auto asked = m_connector.standing(m_run);
    asked.then(this, [this](const Result<RunStanding> &result) {
        if (result) {
            judge(result.value());
            return;
        }
        m_promise.resolve(result.failure());
        deleteLater();
    });
}

void RunEnd::judge(const RunStanding &standing)
{
    const auto now = std::chrono::steady_clock::now();
    const bool linked = !standing.runId.isEmpty();
    const bool moved = !m_last || m_last->pendingItems != standing.pendingItems
        || m_last->pendingPoints != standing.pendingPoints || m_last->runId != standing.runId;
    m_last = standing;
    if (moved)
        m_lastArrival = now;
    const bool done = standing.pendingItems == 0 && (linked || standing.parkedItems > 0);
    const bool late =
        m_wait.silence ? now - m_lastArrival >= *m_wait.silence : now - m_start >= m_wait.limit;
    if (!done && !late) {
        QTimer::singleShot(
            standing.pendingItems < 20 ? kLook : kLookWhileBusy, this, [this] { look(); });
        return;
    }
    RunEndReport report;
    report.standing = standing;
    report.sent = done && standing.parkedItems == 0;
    if (!done)
        report.trouble = m_connector.replayTrouble();
    m_promise.resolve(report);
    deleteLater();
}

} // namespace signalbox
