// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/real_server.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QTimer>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QNetworkRequest>
#include <QtNetwork/QTcpServer>
#include <QtTest/QTest>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

constexpr int kStartLimitMs = 180'000;
constexpr int kStopLimitMs = 20'000;
constexpr int kPollMs = 50;

QString olderVersion()
{
    return qEnvironmentVariable("SIGNALBOX_MLFLOW");
}

QString environmentDir()
{
    const QString base = qEnvironmentVariable("SIGNALBOX_ENV_DIR");
    return base.isEmpty() || olderVersion().isEmpty()
        ? base
        : QString(base % u"-mlflow-" % olderVersion());
}

quint16 freePort()
{
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    return probe.serverPort();
}

QProcessEnvironment serverEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const QStringList names = environment.keys();
    for (const QString &name : names) {
        if (name.startsWith("MLFLOW_"_L1) || name.startsWith("PYTHON"_L1))
            environment.remove(name);
    }
    environment.insert(
        u"PATH"_s, environmentDir() % u"/bin:" % environment.value(u"PATH"_s, u"/usr/bin:/bin"_s));
    // Without this the server brings seven helper processes and 2 GB.
    environment.insert(u"MLFLOW_SERVER_ENABLE_JOB_EXECUTION"_s, u"false"_s);
    environment.insert(u"MLFLOW_DISABLE_TELEMETRY"_s, u"true"_s);
    return environment;
}

//! Runs in the child: own group, and an end when the test program dies.
void prepareChild()
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

//! Asks /health again and again until it says OK.
class HealthPoll final : public QObject {
public:
    explicit HealthPoll(const QUrl &server)
        : m_request(QUrl(server.toString() % u"/health"))
    {
        m_request.setTransferTimeout(5'000);
        m_again.setSingleShot(true);
        connect(&m_again, &QTimer::timeout, this, &HealthPoll::ask);
        ask();
    }
    [[nodiscard]] bool isHealthy() const { return m_healthy; }

private:
    void ask()
    {
        QNetworkReply *reply = m_network.get(m_request);
        connect(reply, &QNetworkReply::finished, this, [this, reply] {
            m_healthy = reply->error() == QNetworkReply::NoError && reply->readAll() == "OK";
            reply->deleteLater();
            if (!m_healthy)
                m_again.start(kPollMs);
        });
    }
    QNetworkAccessManager m_network;
    QNetworkRequest m_request;
    QTimer m_again;
    bool m_healthy = false;
};

} // namespace

RealServer::RealServer(QStringList options)
    : m_options(std::move(options))
{
}

RealServer::~RealServer()
{
    kill();
}

QString RealServer::python()
{
    return environmentDir() % u"/bin/python";
}

QString RealServer::missingVersion()
{
    if (olderVersion().isEmpty() || QFileInfo(environmentDir() % u"/bin/mlflow").isExecutable())
        return {};
    return u"no MLflow %1 in \"%2\"; tests/contract/old-servers makes it."_s.arg(
        olderVersion(), environmentDir());
}

QUrl RealServer::url() const
{
    return QUrl(u"http://127.0.0.1:%1"_s.arg(m_port));
}

bool RealServer::isRunning() const
{
    return m_process && m_process->state() == QProcess::Running;
}

QString RealServer::start()
{
    if (environmentDir().isEmpty())
        return u"SIGNALBOX_ENV_DIR is not set, so there is no MLflow to test against. Run "
               "packaging/test, which creates the Python environment and sets it, or point it to "
               "one that `signalboxctl env create` made."_s;
    if (!QFileInfo(environmentDir() % u"/bin/mlflow").isExecutable())
        return u"%1/bin/mlflow is missing. Create the environment with `signalboxctl env "
               "create`."_s.arg(environmentDir());
    if (!m_dir.isValid())
        return u"No temporary folder: %1"_s.arg(m_dir.errorString());
    m_port = freePort();
    return launch();
}

QString RealServer::restart()
{
    kill();
    return launch();
}

QString RealServer::launch()
{
    m_process = std::make_unique<QProcess>();
    m_process->setProcessEnvironment(serverEnvironment());
    m_process->setWorkingDirectory(m_dir.path());
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    m_process->setStandardOutputFile(m_dir.filePath(u"server.log"_s), QIODevice::Append);
    m_process->setChildProcessModifier(prepareChild);
    m_process->start(environmentDir() % u"/bin/mlflow",
        QStringList{u"server"_s, u"--host"_s, u"127.0.0.1"_s, u"--port"_s, QString::number(m_port),
            u"--workers"_s, u"1"_s, u"--backend-store-uri"_s,
            QString(u"sqlite:///" % m_dir.filePath(u"mlflow.db"_s)), u"--artifacts-destination"_s,
            m_dir.filePath(u"artifacts"_s)}
            + m_options);
    if (!m_process->waitForStarted())
        return u"mlflow did not start: %1"_s.arg(m_process->errorString());
    m_group = m_process->processId();
    return waitUntilHealthy();
}

QString RealServer::waitUntilHealthy()
{
    const HealthPoll poll(url());
    const bool decided =
        QTest::qWaitFor([this, &poll] { return poll.isHealthy() || !isRunning(); }, kStartLimitMs);
    // A server that lost its port to another one ends, while the other one answers.
    if (decided && isRunning())
        return {};
    return u"The MLflow server did not come up. The end of its log:\n%1"_s.arg(logTail());
}

QString RealServer::logTail() const
{
    QFile log(m_dir.filePath(u"server.log"_s));
    if (!log.open(QIODevice::ReadOnly))
        return u"(no log)"_s;
    return QString::fromUtf8(log.readAll().right(3000));
}

void RealServer::signalGroup(int signal)
{
    if (m_group <= 1)
        return;
    ::kill(-static_cast<pid_t>(m_group), signal);
    if (m_process)
        m_process->waitForFinished(kStopLimitMs);
}

void RealServer::kill()
{
    signalGroup(SIGKILL);
    m_group = 0;
}

void RealServer::stop()
{
    signalGroup(SIGTERM);
    kill();
}

} // namespace signalbox::test
