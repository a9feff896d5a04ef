// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/http/rest_client.h"

#include <QtCore/QJsonObject>
#include <QtCore/QList>

#include <memory>

namespace signalbox {

namespace mlflow {
class Server;
} // namespace mlflow

enum class StepVerdict : quint8 { Passed, Warning, Failed, Skipped };
[[nodiscard]] QString nameOf(StepVerdict state); //!< "ok", "warning", "failed", "skipped"

//! One thing that must work before a connection does. Plain text without secrets.
struct ConnectionStep {
    QString name; //!< "secrets", "connect", "tls", "http", "mlflow", "login", "workspace"
    StepVerdict state = StepVerdict::Skipped;
    QString detail; //!< What was found.
    QString fix; //!< What to do about it.
};
[[nodiscard]] QJsonObject toJson(const ConnectionStep &step);

struct ConnectionReport {
    QList<ConnectionStep> steps;
    std::optional<Error> error; //!< What stopped it; nothing when the connection works.
};

/*! Tries a connection one step after the other, with a client of its own, and explains what it
 *  finds. Changes nothing on the server. Destroying it gives up. Main thread. */
class ConnectionTest final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionTest)

public:
    //! Without `transport` the network.
    explicit ConnectionTest(RestConfig config, QObject *parent = nullptr,
        std::unique_ptr<Transport> transport = nullptr);
    ~ConnectionTest() override;

    //! Once. The call always succeeds: what failed stands in the report.
    [[nodiscard]] Call<ConnectionReport> run();

Q_SIGNALS:
    void stepStarted(const QString &name);
    void stepDone(const signalbox::ConnectionStep &step);

private:
    void readSecrets();
    void reach();
    void reached(const Result<void> &health);
    void recognise();
    void logIn();
    void judgeLogin(const Error *error);
    void judgeWorkspace();
    void judgeReach(const Error &error);
    void add(
        const QString &name, StepVerdict state, const QString &detail, const QString &fix = {});
    void fail(const QString &name, const Error &error);
    void finish();
    [[nodiscard]] ConnectionStep tlsStep() const;

    RestConfig m_config;
    std::unique_ptr<Transport> m_transport;
    std::unique_ptr<mlflow::Server> m_server;
    Promise<ConnectionReport> m_promise;
    ConnectionReport m_report;
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::ConnectionStep)
