// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QObject>

class QTimer;

namespace signalbox {

class ConnectionMonitor;
class MainWindow;

/*! Renders the window into a file once its page is ready and the connection has told its state, or
 * after a limit whatever it shows then. One shot; main thread. */
class Screenshot final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Screenshot)

public:
    Screenshot(MainWindow &window, const ConnectionMonitor &monitor, const QString &file,
        QObject *parent = nullptr);
    //! Begins to wait for the page that is in front.
    void start();

Q_SIGNALS:
    //! 0 with the file written, 1 when it could not be written or the page was not ready in time.
    void finished(int exitCode);

private:
    void check();
    void render(bool ready);
    MainWindow &m_window;
    const ConnectionMonitor &m_monitor;
    QString m_file;
    QTimer *m_settle = nullptr;
    QTimer *m_limit = nullptr;
    bool m_done = false;
};

} // namespace signalbox
