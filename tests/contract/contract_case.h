// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/server.h"
#include "tests/contract/real_server.h"
#include "tests/support/await.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <memory>

namespace signalbox::test {

inline constexpr qint64 kStart = 1'700'000'000'000;

/*! What the parts of the contract test share: one real server for the whole program, whose version
 *  SIGNALBOX_MLFLOW names, and the things that every test needs there. Main thread. */
class Contract final {
public:
    Contract();
    //! Empty, or why there is no server.
    [[nodiscard]] QString start();
    [[nodiscard]] RealServer &real() { return m_real; }
    [[nodiscard]] mlflow::Server &server() { return *m_server; }
    //! What the server was found to be able to do; only this decides what is skipped.
    [[nodiscard]] bool has(const QString &capability) const;

    [[nodiscard]] QString freshName();
    [[nodiscard]] ExperimentId freshExperiment();
    [[nodiscard]] RunId freshRun(
        const ExperimentId &experiment, const QString &name = {}, qint64 at = kStart);
    [[nodiscard]] RunId freshRun() { return freshRun(freshExperiment()); }
    //! A run to put files and models into; always the same.
    [[nodiscard]] const mlflow::RunInfo &run();
    [[nodiscard]] QString localFile(const QByteArray &content);
    [[nodiscard]] QString localPath(const QString &name) const { return m_dir.filePath(name); }
    [[nodiscard]] Result<void> put(const QString &path, const QByteArray &content);
    [[nodiscard]] Result<mlflow::LoggedModel> freshLoggedModel();
    //! Of a logged model where there are such, else of files below the run.
    [[nodiscard]] Result<mlflow::ModelVersion> freshVersion(const QString &name);
    //! A request as it would come from elsewhere, past every check of ours.
    [[nodiscard]] Result<HttpResponse> raw(
        Verb verb, const QString &path, const QByteArray &body = {}, HeaderList headers = {});

private:
    RealServer m_real;
    QTemporaryDir m_dir;
    std::unique_ptr<mlflow::Server> m_server;
    mlflow::RunInfo m_run;
    int m_names = 0;
};

// The parts, one per file; each returns a test object for QTest::qExec.
[[nodiscard]] std::unique_ptr<QObject> trackingContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> modelsContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> callsContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> artifactsContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> trapsContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> answersContract(Contract &contract);
[[nodiscard]] std::unique_ptr<QObject> writesContract(Contract &contract);

} // namespace signalbox::test

//! Skips the test when the server has no such capability.
#define NEEDS(capability)                                                                          \
    do {                                                                                           \
        if (!m.has(capability))                                                                    \
            QSKIP("this MLflow was asked and does not have it");                                   \
    } while (false)
