// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/experiment_resolver.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"

#include <QtCore/QObject>

namespace signalbox {

/*! Creates one run on the server, once. A create is sent once; when its outcome is unknown, the
 *  next try looks for the operation tag first and again after a repeated create, keeps the oldest
 *  run and deletes an empty twin. One use per object; main thread; owned by RunReplay. */
class RunCreator final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunCreator)

public:
    RunCreator(mlflow::Server &server, ExperimentResolver &experiments, Journal &journal,
        RunRow row, QObject *parent);

    //! Fails with what the server said; the journal remembers that a create was sent.
    [[nodiscard]] Call<mlflow::RunInfo> start();

private:
    void resolveExperiment();
    void lookUp(bool thenCreate);
    void choose(QList<mlflow::Run> found);
    void deleteTwins(QList<mlflow::Run> twins, const mlflow::RunInfo &kept);
    void sendCreate();
    void created(const Result<mlflow::Run> &result);
    [[nodiscard]] mlflow::CreateRun request() const;

    mlflow::Server &m_server;
    ExperimentResolver &m_experiments;
    Journal &m_journal;
    RunRow m_row;
    codec::RunRecord m_record;
    ExperimentId m_experiment;
    bool m_askedAgain = false; // the experiment's id was stale once
    Promise<mlflow::RunInfo> m_promise;
};

} // namespace signalbox
