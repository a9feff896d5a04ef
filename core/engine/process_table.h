// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <optional>

namespace signalbox {

//! One living process as /proc shows it; the dead that nobody has reaped yet do not count.
struct ProcessInfo {
    qint64 pid = 0;
    qint64 group = 0;
    quint64 startTime = 0; //!< Ticks since boot; with the pid it names one process for good.
};

[[nodiscard]] std::optional<ProcessInfo> processInfo(qint64 pid);
[[nodiscard]] QList<ProcessInfo> processesOfGroup(qint64 group);

//! True when the process was started with `entry` ("NAME=value") in its environment.
[[nodiscard]] bool hasEnvironment(qint64 pid, const QByteArray &entry);
//! Every process of this user that was; takes a few milliseconds.
[[nodiscard]] QList<ProcessInfo> processesWithEnvironment(const QByteArray &entry);

/*! True when one of the processes listens on 127.0.0.1:`port`; nothing when /proc does not tell.
 *  An answer from a port proves nothing about who gives it. */
[[nodiscard]] std::optional<bool> listensOn(const QList<ProcessInfo> &processes, quint16 port);

[[nodiscard]] bool isPortFree(quint16 port); //!< On 127.0.0.1.
//! A free port below the range that outgoing connections use; 0 when there is none.
[[nodiscard]] quint16 chooseFreePort();

} // namespace signalbox
