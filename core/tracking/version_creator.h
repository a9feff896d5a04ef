// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/server.h"
#include "core/tracking/connector.h"

#include <QtCore/QObject>

namespace signalbox {

/*! Registers one model version, once: the model is created when missing, the version is sent once
 *  and looked up by its operation tag after an unclear failure. Deletes itself when it is done.
 *  Main thread. */
class VersionCreator final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(VersionCreator)

public:
    //! The operation may last longer than this object; its tag is added here.
    VersionCreator(mlflow::Server &server, mlflow::CreateVersion request, const QString &operation,
        QObject *parent);
    [[nodiscard]] Call<mlflow::ModelVersion> start();
    //! After an earlier try whose outcome is not known: looks before it sends another.
    [[nodiscard]] Call<mlflow::ModelVersion> startAgain();

private:
    void createModel(bool mayRepeat);
    void refusePrompt(const Error &conflict);
    void modelIsThere();
    void createVersion();
    void takeNameBack(const Error &refusal);
    void lookUp(const Error &cause);
    void choose(QList<mlflow::ModelVersion> found);
    void end(const Result<mlflow::ModelVersion> &result);
    mlflow::Server &m_server;
    mlflow::CreateVersion m_request;
    QString m_operation;
    int m_attempts = 0;
    bool m_lookFirst = false;
    bool m_madeModel = false;
    mlflow::ModelVersion m_second; // of a second try, unless the first one turns up
    Promise<mlflow::ModelVersion> m_promise;
};

} // namespace signalbox
