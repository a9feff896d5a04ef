// SPDX-License-Identifier: Apache-2.0
#include "core/engine/daemon.h"

#include <QtCore/QFile>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! What the children report through the pipe: smaller than PIPE_BUF, so it arrives whole.
struct Report {
    bool isError;
    qint64 value; // errno, or the daemon's pid
};

void send(int fd, Report report)
{
    (void)!::write(fd, &report, sizeof report);
}

//! Everything exec needs, made before the fork: nothing may be allocated after it.
class ExecArguments final {
public:
    explicit ExecArguments(const DaemonSpec &spec)
        : program(QFile::encodeName(spec.program))
        , workingDir(QFile::encodeName(spec.workingDir))
        , logFile(QFile::encodeName(spec.logFile))
    {
        m_texts.push_back(program);
        for (const QString &argument : spec.arguments)
            m_texts.push_back(argument.toLocal8Bit());
        const std::size_t count = m_texts.size();
        const QStringList entries = spec.environment.toStringList();
        for (const QString &entry : entries)
            m_texts.push_back(entry.toLocal8Bit());
        for (std::size_t i = 0; i < m_texts.size(); ++i)
            (i < count ? argv : envp).push_back(m_texts[i].data());
        argv.push_back(nullptr);
        envp.push_back(nullptr);
    }
    QByteArray program;
    QByteArray workingDir;
    QByteArray logFile;
    std::vector<char *> argv;
    std::vector<char *> envp;

private:
    std::vector<QByteArray> m_texts;
};

void resetSignals()
{
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD})
        ::signal(number, SIG_DFL);
}

//! In the grandchild; returns only when something failed.
void becomeDaemon(const ExecArguments &exec)
{
    ::setsid();
    ::umask(077);
    resetSignals();
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int log =
        ::open(exec.logFile.constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (null < 0 || log < 0 || ::chdir(exec.workingDir.constData()) != 0)
        return;
    if (::dup2(null, 0) < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0)
        return;
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(exec.program.constData(), exec.argv.data(), exec.envp.data());
}

[[noreturn]] void forkAgain(const ExecArguments &exec, int reports)
{
    const pid_t daemon = ::fork();
    if (daemon == 0) {
        becomeDaemon(exec);
        send(reports, {true, errno});
        ::_exit(127);
    }
    send(reports, daemon < 0 ? Report{true, errno} : Report{false, daemon});
    ::_exit(0);
}

} // namespace

Result<qint64> startDaemon(const DaemonSpec &spec)
{
    const auto failure = [&spec](int error) {
        return Failure(ErrorKind::Local,
            u"%1 cannot be started: %2."_s.arg(
                spec.program, QString::fromLocal8Bit(std::strerror(error))),
            u"Check that it exists and that %1 can be written to."_s.arg(spec.workingDir));
    };
    const ExecArguments exec(spec);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return failure(errno);
    const pid_t child = ::fork();
    if (child == 0)
        forkAgain(exec, pipe[1]);
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return failure(errno);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) { }
    qint64 pid = 0;
    int error = 0;
    // Ends when exec has closed the last writing end.
    for (Report report{}; ::read(pipe[0], &report, sizeof report) == sizeof report;) {
        if (report.isError)
            error = static_cast<int>(report.value);
        else
            pid = report.value;
    }
    ::close(pipe[0]);
    if (error != 0 || pid <= 0)
        return failure(error);
    return pid;
}

} // namespace signalbox
