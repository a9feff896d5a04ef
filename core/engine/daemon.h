// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>

namespace signalbox {

//! A program that outlives us.
struct DaemonSpec {
    QString program;
    QStringList arguments;
    QProcessEnvironment environment;
    QString workingDir;
    QString logFile; //!< stdout and stderr are appended.
};

/*! Starts it as the leader of its own session and group, adopted by init, with umask 077 and no
 *  descriptors of ours. Returns its pid once the program has been loaded; Local error otherwise. */
[[nodiscard]] Result<qint64> startDaemon(const DaemonSpec &spec);

} // namespace signalbox
