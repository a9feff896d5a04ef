// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "app/composition/unix_signals.h"
#include "app/desktop/desktop_context.h"
#include "app/desktop/options.h"
#include "ui/frame/main_window.h"

#include <QtCore/QObject>

#include <memory>

namespace signalbox {

/*! Session, window and their end: shows the window first and connects after it, ends live runs
 *  before the process leaves. One per process, main thread. */
class DesktopApp final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DesktopApp)

public:
    explicit DesktopApp(DesktopOptions options, QObject *parent = nullptr);
    ~DesktopApp() override;
    void start();

private:
    void connectToServer();
    void showFirstPage();
    void takePicture();
    void leave(const QString &reason, int exitCode);
    DesktopOptions m_options;
    UnixSignals m_signals;
    Session m_session;
    DesktopContext m_context;
    std::unique_ptr<MainWindow> m_window;
    bool m_leaving = false;
};

} // namespace signalbox
