// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/batch_sender.h"
#include "core/tracking/experiment_resolver.h"
#include "core/tracking/journal.h"
#include "core/tracking/model_upload.h"
#include "core/tracking/run_session.h"

#include <QtCore/QObject>
#include <QtCore/QSet>

namespace signalbox {

/*! Sends what the journal holds for one run, strictly in order: create, values, dataset inputs,
 *  files, models, end. Each step is forgotten in the journal once the server has it. One use per
 *  object; main thread; owned by the replayer, which may delete it at any moment. */
class RunReplay final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunReplay)

public:
    RunReplay(mlflow::Server &server, Journal &journal, ExperimentResolver &experiments, qint64 run,
        QObject *parent);

    //! Succeeds when nothing is left to send for now; fails with what must be waited out.
    [[nodiscard]] Call<void> start();
    //! What is on its way: sequences of items, or minus the run's row for its create.
    [[nodiscard]] QSet<qint64> sending() const;

Q_SIGNALS:
    void linked(const signalbox::RunLink &link);
    void parked(const signalbox::ParkedItem &item);
    void registered(qint64 sequence, const signalbox::mlflow::ModelVersion &version);
    //! The server took something.
    void advanced();

private:
    using Work = std::function<Result<QList<Refusal>>(JournalStore &)>;
    void next();
    void handle(const Chunk &chunk);
    void create();
    void created(const Result<mlflow::RunInfo> &result);
    void sendBatch();
    [[nodiscard]] bool mayArriveInAnyOrder();
    void settleBatch(int batch);
    void batchSent(const Result<BatchOutcome> &result);
    void sendInputs();
    void sendFile();
    void sendModel();
    void sendFinish();
    void sendEnd();
    void sendRegistration();
    //! The outcome of a step that is one item.
    void itemSent(const Result<void> &result);
    void forgetItems();
    void parkItem(const QString &reason);
    void refuseRun(const QString &reason);
    //! Changes the journal, tells who was parked, and goes on with the next chunk.
    void record(Work work, bool durable = true);
    void fail(const Error &error);
    void countTry(const Error &error);
    [[nodiscard]] RunId runId() const { return RunId(m_chunk.run.runId); }
    [[nodiscard]] RunLink link() const;
    [[nodiscard]] QList<qint64> sequences() const;

    mlflow::Server &m_server;
    Journal &m_journal;
    ExperimentResolver &m_experiments;
    qint64 m_run;
    Chunk m_chunk;
    QObject *m_step = nullptr; // the helper of the running step
    bool m_askedServer = false; // who it is, once
    Promise<void> m_promise;
};

} // namespace signalbox
