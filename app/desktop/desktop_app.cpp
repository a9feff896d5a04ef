// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktop_app.h"

#include "app/desktop/screenshot.h"
#include "core/base/logging.h"
#include "ui/pages/connection_monitor.h"
#include "ui/widgets/toast.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QSettings>
#include <QtCore/QTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kFlushLimit = 3s;
constexpr auto kThemeKey = "appearance/theme";

} // namespace

DesktopApp::DesktopApp(DesktopOptions options, Clock::TimePoint started, QObject *parent)
    : QObject(parent)
    , m_started(started)
    , m_options(std::move(options))
    , m_session(m_options.session)
    , m_context(m_session)
{
    const bool forPeople = m_options.screenshot.isEmpty();
    const QString file = m_session.home().path(u"window.ini"_s);
    Theme &theme = Theme::instance();
    const QSettings settings(file, QSettings::IniFormat);
    theme.setChoice(m_options.theme.value_or(
        themeChoiceFrom(settings.value(QLatin1String(kThemeKey)).toString())));
    theme.install();
    m_window = std::make_unique<MainWindow>(m_context, allPages(), forPeople ? file : QString());
    if (m_options.size.isValid())
        m_window->resize(m_options.size);
    if (forPeople && !m_options.theme) {
        connect(&theme, &Theme::choiceChanged, this, [file] {
            QSettings(file, QSettings::IniFormat)
                .setValue(QLatin1String(kThemeKey), nameOf(Theme::instance().choice()));
        });
    }
    connect(&m_signals, &UnixSignals::received, this, [this](int number) {
        leave(tr("Signalbox was stopped by signal %1.").arg(number), 128 + number);
    });
    connect(m_window.get(), &MainWindow::closed, this,
        [this] { leave(tr("The window was closed."), 0); });
}

DesktopApp::~DesktopApp() = default;

void DesktopApp::start()
{
    showFirstPage();
    m_window->installEventFilter(this);
    m_window->show();
    // After the first paint: reading profiles and the journal must not delay it.
    QTimer::singleShot(0, this, &DesktopApp::connectToServer);
}

bool DesktopApp::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_window.get() && event->type() == QEvent::Paint) {
        m_window->removeEventFilter(this);
        const auto took = systemClock().now() - m_started;
        qCDebug(lcUi).noquote()
            << "first paint after"
            << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << "ms";
    }
    return QObject::eventFilter(watched, event);
}

void DesktopApp::showFirstPage()
{
    const QString wanted = m_options.page;
    m_window->showPage(m_window->knowsPage(wanted) ? wanted : m_window->rememberedPage());
}

void DesktopApp::connectToServer()
{
    if (m_session.resumesLocalWorkspace()) {
        m_context.startLocalWorkspace().then(this, [this](const Result<void> &started) {
            if (!started)
                m_context.notify(started.error());
            beginWork();
        });
        return;
    }
    beginWork();
}

void DesktopApp::beginWork()
{
    if (const Result<void> opened = m_session.open(); !opened)
        m_context.notify(opened.error());
    if (m_window->currentPage())
        m_window->showPage(m_window->currentPage()->id(), m_options.target);
    if (!m_options.screenshot.isEmpty())
        takePicture();
}

void DesktopApp::takePicture()
{
    auto *screenshot = new Screenshot(*m_window, m_context.monitor(), m_options.screenshot, this);
    connect(screenshot, &Screenshot::finished, this,
        [this](int code) { leave(tr("The picture was taken."), code); });
    screenshot->start();
}

void DesktopApp::leave(const QString &reason, int exitCode)
{
    if (m_leaving)
        return;
    m_leaving = true;
    m_window->saveWindow();
    m_window->hide();
    if (!m_session.isOpen()) {
        QCoreApplication::exit(exitCode);
        return;
    }
    m_session.connector()
        .shutDown(reason, kFlushLimit)
        .then(this, [exitCode](const Result<void> &) { QCoreApplication::exit(exitCode); });
    // Whatever hangs, the user asked the program to end.
    QTimer::singleShot(2 * kFlushLimit, this, [exitCode] { QCoreApplication::exit(exitCode); });
}

} // namespace signalbox
