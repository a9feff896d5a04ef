// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/item_codec.h"

#include <QtCore/QObject>

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

/*! Sends the values of one run in batches, several at a time, and a batch that the server refuses
 *  in halves until the bad value stands alone. Sending again is harmless, so an outage in the
 *  middle just fails. One use per object; main thread; owned by RunReplay. */
class BatchSender final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BatchSender)

public:
    BatchSender(mlflow::Server &server, RunId run, QObject *parent);

    /*! Sends what the server takes in one batch each; more than one only if their order does not
     *  matter. Fails only with errors that waiting may cure. */
    [[nodiscard]] Call<BatchOutcome> send(const QList<QList<codec::Entry>> &batches);

Q_SIGNALS:
    //! The server took that batch as it was; emitted before the call ends.
    void arrived(int batch);

private:
    //! Entries first to last - 1; whole is the batch's number, or -1 for a part of one.
    struct Range {
        qsizetype first;
        qsizetype last;
        int whole;
    };
    void sendMore();
    void sendNext();
    void sent(const Range &range, const Result<void> &result);
    void done();
    void examineRun(const Range &range, const Error &refusal);
    void isolate(const Range &range, const Error &refusal);
    void refuseRun(const QString &reason);

    mlflow::Server &m_server;
    RunId m_run;
    QList<codec::Entry> m_entries;
    std::vector<Range> m_open; // the next one at the back
    std::size_t m_atOnce = 1;
    std::size_t m_onTheWay = 0;
    bool m_runIsFine = false;
    BatchOutcome m_outcome;
    Promise<BatchOutcome> m_promise;
};

} // namespace signalbox
