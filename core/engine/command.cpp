// SPDX-License-Identifier: Apache-2.0
#include "core/engine/command.h"

#include "core/base/redaction.h"
#include "core/engine/process_group.h"

#include <QtCore/QProcess>

#include <csignal>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kKeptLines = 60;
constexpr qsizetype kLongestLine = 4'096;

class CommandProcess final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CommandProcess)

public:
    CommandProcess(Command command, QObject *owner)
        : QObject(owner)
        , m_command(std::move(command))
    {
        m_process.setProgram(m_command.program);
        m_process.setArguments(m_command.arguments);
        m_process.setProcessEnvironment(m_command.environment);
        m_process.setWorkingDirectory(m_command.workingDir);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setStandardInputFile(QProcess::nullDevice());
        leadOwnGroup(m_process, m_command.keptDescriptor);
        connect(&m_process, &QProcess::readyRead, this, &CommandProcess::readLines);
        connect(&m_process, &QProcess::finished, this, &CommandProcess::ended);
        connect(&m_process, &QProcess::errorOccurred, this, &CommandProcess::notStarted);
        m_promise.onCancel([this] { stop(); });
    }
    ~CommandProcess() override
    {
        m_promise.onCancel(nullptr);
        kill();
    }

    [[nodiscard]] Call<CommandOutcome> start()
    {
        const Call<CommandOutcome> call = m_promise.call();
        m_process.start(QIODevice::ReadOnly);
        m_group = m_process.processId();
        return call;
    }

private:
    void kill()
    {
        disconnect(&m_process, nullptr, this, nullptr);
        if (m_process.state() == QProcess::NotRunning)
            return;
        signalGroup(m_group, SIGKILL);
        m_process.waitForFinished(1'000); // dead already; this only reaps it
    }
    void stop()
    {
        kill();
        deleteLater();
    }
    void readLines()
    {
        m_buffer += m_process.readAll();
        // Installers redraw a line with a carriage return.
        m_buffer.replace('\r', '\n');
        for (qsizetype end = 0; (end = m_buffer.indexOf('\n')) >= 0; m_buffer.remove(0, end + 1))
            take(m_buffer.left(end));
        if (m_buffer.size() > kLongestLine)
            take(std::exchange(m_buffer, {}));
    }
    void take(const QByteArray &bytes)
    {
        const QString line = redact(QString::fromUtf8(bytes.left(kLongestLine))).trimmed();
        if (line.isEmpty())
            return;
        m_lines << line;
        if (m_lines.size() > kKeptLines)
            m_lines.removeFirst();
        if (m_command.onLine)
            m_command.onLine(line);
    }
    void ended(int code, QProcess::ExitStatus how)
    {
        readLines();
        take(std::exchange(m_buffer, {}));
        signalGroup(m_group, SIGKILL); // whatever it left behind
        m_promise.resolve(CommandOutcome{how == QProcess::CrashExit ? 128 + code : code, m_lines});
        deleteLater();
    }
    void notStarted(QProcess::ProcessError error)
    {
        if (error != QProcess::FailedToStart)
            return;
        m_promise.resolve(Failure(ErrorKind::Engine,
            u"%1 cannot be started: %2."_s.arg(m_command.program, m_process.errorString())));
        deleteLater();
    }

    Command m_command;
    QProcess m_process;
    Promise<CommandOutcome> m_promise;
    QByteArray m_buffer;
    QStringList m_lines;
    qint64 m_group = 0;
};

} // namespace

Call<CommandOutcome> runCommand(Command command, QObject *owner)
{
    auto *process = new CommandProcess(std::move(command), owner);
    return process->start();
}

} // namespace signalbox

#include "command.moc"
