// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/terminal/terminal.h"
#include "core/flows/flow.h"

#include <memory>

namespace signalbox {

/*! Runs one flow in the terminal: a line per finished step on stderr, live progress, NDJSON events
 *  with `--events`, the result on stdout, the exit code. Owned by itself through the terminal. */
class FlowFollower final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowFollower)

public:
    FlowFollower(Terminal &terminal, std::unique_ptr<Flow> flow, bool events);
    void start();
    //! How to show the result to people; the default prints the JSON document.
    std::function<void(Output &, const QJsonObject &)> show;

private:
    void onStep(const FlowStep &step);
    void onProgress(const QString &phase, qint64 done, qint64 total);
    void onLog(const QString &level, const QString &text);
    void onFinished(const Result<QJsonObject> &result);
    Terminal &m_terminal;
    std::unique_ptr<Flow> m_flow;
    bool m_events = false;
};

} // namespace signalbox
