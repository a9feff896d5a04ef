// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "app/composition/unix_signals.h"
#include "app/desktop/desktop_context.h"
#include "app/desktop/options.h"
#include "core/base/clock.h"
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
    //! `started` is when the process began; the log tells how long the first paint took from there.
    DesktopApp(DesktopOptions options, Clock::TimePoint started, QObject *parent = nullptr);
    ~DesktopApp() override;
    void start();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void connectToServer();
    void beginWork();
    void showFirstPage();
    void takePicture();
    void leave(const QString &reason, int exitCode);
    Clock::TimePoint m_started;
    DesktopOptions m_options;
    UnixSignals m_signals;
    Session m_session;
    DesktopContext m_context;
    std::unique_ptr<MainWindow> m_window;
    bool m_leaving = false;
};

} // namespace signalbox
