// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktop_app.h"
#include "core/base/logging.h"
#include "core/base/version.h"

#include <QtWidgets/QApplication>

using namespace Qt::StringLiterals;

namespace {

// A picture needs no screen; a machine without one has no other way to take it.
void chooseOffscreen(const signalbox::DesktopOptions &options)
{
    const bool hasScreen =
        qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
    if (!options.screenshot.isEmpty() && !hasScreen
        && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
}

} // namespace

int main(int argc, char **argv)
{
    const signalbox::Clock::TimePoint started = signalbox::systemClock().now();
    const signalbox::ParsedOptions parsed = signalbox::parseOptions(argc, argv);
    if (parsed.exitCode)
        return *parsed.exitCode;
    chooseOffscreen(parsed.options);
    signalbox::installLogging();
    QApplication app(argc, argv);
    QApplication::setApplicationName(u"signalbox"_s);
    QApplication::setApplicationDisplayName(u"Signalbox"_s);
    QApplication::setApplicationVersion(QLatin1String(signalbox::kVersion));
    QApplication::setDesktopFileName(u"signalbox"_s);
    QApplication::setQuitOnLastWindowClosed(false);
    signalbox::DesktopApp desktop(parsed.options, started);
    desktop.start();
    return QApplication::exec();
}
