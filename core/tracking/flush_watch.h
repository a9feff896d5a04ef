// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/tracking/journal.h"

#include <QtCore/QObject>

namespace signalbox {

class Replayer;

/*! Waits until a journal has nothing left to send or the time is up. Deletes itself; child of the
 *  journal, so that it never outlives it. */
class FlushWatch final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlushWatch)

public:
    //! Resolves with what is left, which is empty after a success.
    [[nodiscard]] static Call<JournalStatus> start(
        Journal &journal, Replayer &replayer, Clock &clock, std::chrono::milliseconds limit);

private:
    FlushWatch(Journal &journal, Replayer &replayer);
    void look();
    void end(const Result<JournalStatus> &result);
    Journal &m_journal;
    Replayer &m_replayer;
    bool m_looking = false;
    bool m_lookAgain = false;
    bool m_timeUp = false;
    Promise<JournalStatus> m_promise;
};

} // namespace signalbox
