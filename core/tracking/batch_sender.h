// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/item_codec.h"

#include <QtCore/QObject>

#include <utility>
#include <vector>

namespace signalbox {

struct BatchOutcome {
    struct Refused {
        codec::Entry entry;
        QString reason;
    };
    QList<Refused> refused; //!< Everything else is on the server.
    QString
        runRefusal; //!< The run as a whole takes nothing any more; nothing is known of the rest.
};

/*! Sends the values of one run in one batch and, when the server refuses it, in halves until the
 *  bad value stands alone. Sending again is harmless, so an outage in the middle just fails. One
 *  use per object; main thread; owned by RunReplay. */
class BatchSender final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BatchSender)

public:
    BatchSender(mlflow::Server &server, RunId run, QObject *parent);

    //! Fails only with errors that waiting may cure.
    [[nodiscard]] Call<BatchOutcome> send(const QList<codec::Entry> &entries);

private:
    using Range = std::pair<qsizetype, qsizetype>; // first, one past the last
    void sendNext();
    void sent(Range range, const Result<void> &result);
    void examineRun(Range range, const Error &refusal);
    void isolate(Range range, const Error &refusal);
    void refuseRun(const QString &reason);

    mlflow::Server &m_server;
    RunId m_run;
    QList<codec::Entry> m_entries;
    std::vector<Range> m_open; // the next one at the back
    bool m_runIsFine = false;
    BatchOutcome m_outcome;
    Promise<BatchOutcome> m_promise;
};

} // namespace signalbox
