// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

class QProcess;

namespace signalbox {

/*! Prepares a process, before its start, so that the child leads its own session and process
 *  group (a Ctrl+C in our terminal does not reach it) and is killed when this process dies. A
 *  `keptDescriptor` >= 0 stays open in the child: a lock held by it outlives us. */
void leadOwnGroup(QProcess &process, int keptDescriptor = -1);

//! Sends a signal to every process of the group; false when there is none. Refuses ids below 2.
bool signalGroup(qint64 group, int signal);

[[nodiscard]] QString signalName(int signal); //!< "SIGKILL", or "signal 63".

} // namespace signalbox
