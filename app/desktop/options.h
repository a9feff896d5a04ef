// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"

#include <QtCore/QSize>

#include <optional>

namespace signalbox {

//! What the command line of the window says.
struct DesktopOptions {
    SessionOptions session;
    QString page; //!< Empty: the one of the last session.
    PageTarget target;
    QString screenshot; //!< File to render into; empty: a window for people.
    QSize size; //!< Invalid: the remembered one.
    std::optional<ThemeChoice> theme;
};

//! The options, or the exit code when the program shall end now (help, version, wrong usage).
struct ParsedOptions {
    DesktopOptions options;
    std::optional<int> exitCode;
};
[[nodiscard]] ParsedOptions parseOptions(int argc, char **argv);

} // namespace signalbox
