// SPDX-License-Identifier: Apache-2.0
#include "core/engine/process_group.h"

#include <QtCore/QProcess>

#include <csignal>
#include <fcntl.h>
#include <string.h> // NOLINT(modernize-deprecated-headers): sigabbrev_np is GNU's
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

void leadOwnGroup(QProcess &process, int keptDescriptor)
{
    const pid_t parent = ::getpid();
    // Runs between fork and exec: only calls that are safe there.
    process.setChildProcessModifier([parent, keptDescriptor] {
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(127);
        if (keptDescriptor >= 0)
            ::fcntl(keptDescriptor, F_SETFD, 0);
    });
}

bool signalGroup(qint64 group, int signal)
{
    return group > 1 && ::killpg(static_cast<pid_t>(group), signal) == 0;
}

QString signalName(int signal)
{
    const char *name = ::sigabbrev_np(signal);
    return name ? QString(u"SIG"_s % QString::fromLatin1(name)) : u"signal %1"_s.arg(signal);
}

} // namespace signalbox
