// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"

#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>

#include <functional>

namespace signalbox {

//! One program to run to its end, without input.
struct Command {
    QString program;
    QStringList arguments;
    QProcessEnvironment environment;
    QString workingDir;
    int keptDescriptor = -1; //!< Stays open in the child, for a lock that outlives us.
    std::function<void(const QString &)> onLine; //!< Each line of its output, redacted.
};

struct CommandOutcome {
    int exitCode = 0; //!< 128 + n when signal n ended it.
    QStringList lines; //!< The last lines of stdout and stderr, redacted.
};

/*! Runs `command` in its own process group. Resolves when it ended, whatever its exit code; Engine
 *  error when it cannot be started. Cancelling, or the end of `owner`, kills the group. */
[[nodiscard]] Call<CommandOutcome> runCommand(Command command, QObject *owner);

} // namespace signalbox
