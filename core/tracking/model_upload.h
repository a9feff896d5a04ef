// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal.h"

#include <QtCore/QObject>

namespace signalbox {

/*! SHA-256 over the lines "<sha256 of file>  <path>\n" in the order of the paths' UTF-8 bytes: the
 *  value of the tag `signalbox.model_sha256`, by which a downloaded model can be checked. */
[[nodiscard]] QString modelDigest(const QList<SpooledFile> &files);

struct ModelOutcome {
    LoggedModelId id; //!< Empty on servers without logged models.
    QString refusal; //!< Why the server keeps no complete model; empty after success.
};

/*! Brings one journaled model folder to the server: as a logged model on MLflow 3 (create, output
 *  of the run, files, READY), else as files below the run and an entry in the run's history of
 *  models, which is what a model is on MLflow 2. Every step is remembered in the
 *  journal, so that another process can go on. One use per object; main thread; owned by
 *  RunReplay. */
class ModelUpload final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ModelUpload)

public:
    ModelUpload(
        mlflow::Server &server, Journal &journal, RunRow run, ItemRow item, QObject *parent);

    //! Fails only with errors that waiting may cure.
    [[nodiscard]] Call<ModelOutcome> start();

private:
    void askServer();
    void begin(const mlflow::ServerInfo &info);
    void lookUp(bool thenCreate);
    void choose(QList<mlflow::LoggedModel> found);
    void sendCreate();
    void created(const Result<mlflow::LoggedModel> &result);
    void adopt(const mlflow::LoggedModel &model);
    void linkToRun();
    void uploadNext();
    void uploaded(const Result<void> &result);
    void setStatus();
    void rememberModel();
    void enterHistory();
    [[nodiscard]] QByteArray mlmodelText() const;
    //! Goes on after a success, waits or refuses after a failure.
    void settle(const Result<void> &result, void (ModelUpload::*next)());
    void save(const codec::ModelProgress &progress, void (ModelUpload::*next)());
    void refuse(const QString &reason);
    [[nodiscard]] QString operationId() const;

    mlflow::Server &m_server;
    Journal &m_journal;
    RunRow m_run;
    ItemRow m_item;
    codec::ModelRecord m_record;
    codec::ModelProgress m_progress;
    qsizetype m_nextFile = 0;
    QString m_filesRoot; // artifact URI that the files go below
    QString m_filesPrefix;
    ModelOutcome m_outcome;
    Promise<ModelOutcome> m_promise;
};

} // namespace signalbox
