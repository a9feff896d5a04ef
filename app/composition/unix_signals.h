// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QObject>

namespace signalbox {

/*! Turns SIGINT and SIGTERM into a Qt signal by a self-pipe, so that a run can end as KILLED and
 * the journal be committed before the process leaves. One per process, main thread. */
class UnixSignals final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(UnixSignals)

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    //! Delivers this signal too, as long as an object lives.
    static void alsoWatch(int signalNumber);

Q_SIGNALS:
    //! Once per arrival, from the event loop.
    void received(int signalNumber);

private:
    void readPipe();
};

} // namespace signalbox
