// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUrl>

#include <memory>

namespace signalbox::test {

/*! A real `mlflow server` for tests, from the Python environment that SIGNALBOX_ENV_DIR names, or
 *  with SIGNALBOX_MLFLOW=2.22 from the one beside it for that older version: an sqlite store and
 * proxied artifacts in a temporary folder, one worker, a free port on 127.0.0.1. It runs in its own
 * process group, which ends with this object, and also when the test crashes. One start takes 6 to
 * 10 s, so a test program shares one. Needs a QCoreApplication; main thread.
 */
class RealServer final {
public:
    //! `options` of `mlflow server` beyond those of every test.
    explicit RealServer(QStringList options = {});
    ~RealServer();
    Q_DISABLE_COPY_MOVE(RealServer)

    //! Starts and waits until /health answers. Empty, or why it did not come up and the remedy.
    [[nodiscard]] QString start();
    //! SIGKILL to the whole group: an outage. The data stay.
    void kill();
    //! SIGTERM to the whole group, as an administrator would.
    void stop();
    //! Comes back on the same port with the same data; answers as start() does.
    [[nodiscard]] QString restart();

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] QUrl url() const;
    //! Holds mlflow.db, artifacts/ and server.log.
    [[nodiscard]] QString dataDir() const { return m_dir.path(); }
    /*! Why the version that SIGNALBOX_MLFLOW names cannot be tested here, with the remedy; empty
     * when it can, and always for the version that the product itself uses. */
    [[nodiscard]] static QString missingVersion();
    //! The Python of the same environment, for checks with MLflow's own client.
    [[nodiscard]] static QString python();

private:
    [[nodiscard]] QString launch();
    [[nodiscard]] QString waitUntilHealthy();
    [[nodiscard]] QString logTail() const;
    void signalGroup(int signal);
    QStringList m_options;
    QTemporaryDir m_dir;
    std::unique_ptr<QProcess> m_process;
    qint64 m_group = 0; //!< Process group to end; 0 while nothing was started.
    quint16 m_port = 0;
};

} // namespace signalbox::test
