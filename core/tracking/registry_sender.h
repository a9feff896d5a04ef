// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/experiment_resolver.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"

#include <QtCore/QObject>

namespace signalbox {

/*! Sends one registered model, version or experiment of the journal, once: a model's name is unique
 *  on the server, so that a conflict with our own operation tag is our own; a version is looked up
 *  by its tag after an unclear try; an experiment of that name is the one that was asked for. One
 * use per object; main thread; owned by RunReplay. */
class RegistrySender final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RegistrySender)

public:
    RegistrySender(mlflow::Server &server, Journal &journal, ExperimentResolver &experiments,
        ItemRow item, QObject *parent);

    //! Fails with what the server said, and with Conflict when what it needs was refused.
    [[nodiscard]] Call<void> start();
    //! The version, after a success; empty for the others.
    [[nodiscard]] const mlflow::ModelVersion &version() const { return m_version; }

private:
    void createModel();
    void compareModel(const Error &conflict);
    void createExperiment(const codec::ExperimentRecord &record);
    void tagExperiment(const ExperimentId &id, mlflow::TagList left);
    void complete();
    [[nodiscard]] mlflow::CreateVersion request() const;
    void findRun();
    void useRun(const RunRow &run);
    void findClassicModel(const RunRow &run);
    void lacksModel(const RunRow &run);
    void createVersion();
    void send(bool again);

    mlflow::Server &m_server;
    Journal &m_journal;
    ExperimentResolver &m_experiments;
    ItemRow m_item;
    codec::RegisteredModelRecord m_model;
    codec::VersionRecord m_record;
    mlflow::ModelVersion m_version;
    Promise<void> m_promise;
};

} // namespace signalbox
