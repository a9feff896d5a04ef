// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/item_codec.h"

#include <QtCore/QByteArrayList>
#include <QtCore/QObject>

#include <vector>

namespace signalbox {

struct BatchOutcome {
    struct Refused {
        codec::Entry entry;
        QString reason;
    };
    QList<Refused> refused; //!< Everything else is on the server.
    //! The run as a whole takes nothing any more; nothing is known of the rest.
    QString runRefusal;
    //! The journal's record of a batch is; nothing is known of the rest.
    bool isUnreadable = false;
};

/*! Sends the values of one run in batches, several at a time, and a batch that the server refuses
 *  in halves until the bad value stands alone. Sending again is harmless, so an outage in the
 *  middle just fails. One use per object; main thread; owned by RunReplay. */
class BatchSender final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BatchSender)

public:
    BatchSender(mlflow::Server &server, RunId run, QObject *parent);

    /*! Sends what the server takes in one batch each, as the journal's items hold it; more than one
     *  only if their order does not matter. Fails only with errors that waiting may cure. */
    [[nodiscard]] Call<BatchOutcome> send(const QList<QByteArrayList> &batches);

Q_SIGNALS:
    //! The server took that batch as it was; emitted before the call ends.
    void arrived(int batch);

private:
    //! A batch, by its number and unpacked when its turn comes, or a part of one.
    struct Part {
        QList<codec::Entry> entries;
        int batch = -1;
    };
    void sendMore();
    void sendNext();
    [[nodiscard]] bool unpack(Part &part) const;
    void sent(const Part &part, const Result<void> &result);
    void done();
    void examineRun(const Part &part, const Error &refusal);
    void isolate(const Part &part, const Error &refusal);
    void refuseRun(const QString &reason);

    mlflow::Server &m_server;
    RunId m_run;
    QList<QByteArrayList> m_batches;
    std::vector<Part> m_open; // the next one at the back
    std::size_t m_atOnce = 1;
    std::size_t m_onTheWay = 0;
    bool m_runIsFine = false;
    BatchOutcome m_outcome;
    Promise<BatchOutcome> m_promise;
};

} // namespace signalbox
