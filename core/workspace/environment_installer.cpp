// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/environment_installer.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSaveFile>
#include <QtCore/QStandardPaths>
#include <QtCore/QStorageInfo>
#include <QtCore/QTimer>

#include <algorithm>
#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr qint64 kNeededBytes = 1'500'000'000; // 720 MB installed, and the downloads before that
constexpr auto kLockPoll = 250ms;

// Prints the version, then needs what making an environment needs. The locked packages want 3.11.
constexpr auto kProbe = "import sys; print('%d.%d' % sys.version_info[:2])\n"
                        "sys.exit(3) if sys.version_info < (3, 11) else None\n"
                        "import ensurepip, venv"_L1;
// What needs libraries of the system, so that a missing one is noticed now.
constexpr auto kImports = "import numpy, pandas, sklearn, lightgbm, xgboost"_L1;

bool mentions(const QStringList &lines, std::initializer_list<QLatin1StringView> words)
{
    return std::any_of(lines.begin(), lines.end(), [&words](const QString &line) {
        return std::any_of(words.begin(), words.end(),
            [&line](QLatin1StringView word) { return line.contains(word, Qt::CaseInsensitive); });
    });
}

QString remedyFor(const QStringList &lines)
{
    if (mentions(lines, {"No space left"_L1, "Disk quota"_L1, "os error 28"_L1}))
        return u"The disk is full: free about 2 GB, or set SIGNALBOX_ENV_DIR to a folder on "
               u"another "
               "disk."_s;
    if (mentions(lines, {"ensurepip"_L1, "python3-venv"_L1}))
        return u"Install the missing package: sudo apt install python3-venv."_s;
    if (mentions(lines, {"libgomp"_L1}))
        return u"Install the missing library: sudo apt install libgomp1."_s;
    if (mentions(lines, {"hash mismatch"_L1, "do not match the hashes"_L1}))
        return u"A downloaded package is not the locked one: check the package index in "
               u"PIP_INDEX_URL "
               "and UV_DEFAULT_INDEX."_s;
    if (mentions(lines,
            {"name resolution"_L1, "dns error"_L1, "error sending request"_L1,
                "Failed to establish"_L1, "Network is unreachable"_L1, "timed out"_L1,
                "Failed to fetch"_L1, "Connection refused"_L1, "ConnectionError"_L1,
                "No matching distribution"_L1, "SSL"_L1}))
        return u"The packages could not be downloaded: check the network, or name a mirror in "
               "PIP_INDEX_URL and UV_DEFAULT_INDEX and a proxy in HTTPS_PROXY."_s;
    if (mentions(lines, {"Permission denied"_L1, "Read-only file system"_L1}))
        return u"Set SIGNALBOX_ENV_DIR to a folder that you may write to."_s;
    return u"Try again; 'signalboxctl env create' shows every step."_s;
}

} // namespace

QStringList EnvironmentInstaller::interpretersOfThisMachine()
{
    QStringList candidates{u"/usr/bin/python3"_s};
    for (const QString &name : {u"python3"_s, u"python3.13"_s, u"python3.12"_s, u"python3.11"_s}) {
        const QString path = QStandardPaths::findExecutable(name);
        if (!path.isEmpty() && !candidates.contains(path))
            candidates << path;
    }
    candidates.removeIf([](const QString &path) { return !QFileInfo(path).isExecutable(); });
    return candidates;
}

EnvironmentInstaller::EnvironmentInstaller(
    EnvironmentFiles files, QStringList interpreters, QObject *parent)
    : QObject(parent)
    , m_files(std::move(files))
    , m_interpreters(std::move(interpreters))
    , m_lock(m_files.lockFile())
{
}

Call<EnvironmentStatus> EnvironmentInstaller::run()
{
    const Call<EnvironmentStatus> call = m_promise.call();
    if (const Result<void> place = checkPlace(); !place)
        fail(place.error());
    else
        takeLock();
    return call;
}

Result<void> EnvironmentInstaller::checkPlace() const
{
    if (m_files.requirementsDigest().isEmpty())
        return Failure(ErrorKind::Engine,
            u"The locked requirements %1 cannot be read."_s.arg(m_files.requirements),
            u"The installation is incomplete: install Signalbox again."_s);
    if (!m_files.mayBeFilled())
        return Failure(ErrorKind::Engine,
            u"The folder %1 holds something else; the Python environment is not made in it."_s.arg(
                m_files.folder),
            u"Set SIGNALBOX_ENV_DIR to a new or empty folder."_s);
    const QString parent = QFileInfo(m_files.folder).path();
    if (!QDir().mkpath(parent) || !QFileInfo(parent).isWritable())
        return Failure(ErrorKind::Engine,
            u"The folder %1 cannot be made or written to."_s.arg(parent),
            u"Set SIGNALBOX_ENV_DIR to a folder that you may write to."_s);
    const qint64 free = QStorageInfo(parent).bytesAvailable();
    if (free >= 0 && free < kNeededBytes && m_files.installedDigest().isEmpty())
        return Failure(ErrorKind::Engine,
            u"Only %1 MB are free for the Python environment in %2; it needs 1500 MB."_s
                .arg(free / 1'000'000)
                .arg(parent),
            u"Free some space, or set SIGNALBOX_ENV_DIR to a folder on another disk."_s);
    return {};
}

void EnvironmentInstaller::takeLock()
{
    if (m_promise.isFinished())
        return;
    if (m_lock.tryLock()) {
        install();
        return;
    }
    if (!m_lock.problem().isEmpty()) {
        fail(makeError(ErrorKind::Engine,
            u"The lock %1 cannot be taken: %2."_s.arg(m_files.lockFile(), m_lock.problem()),
            u"Set SIGNALBOX_ENV_DIR to a folder that you may write to."_s));
        return;
    }
    if (!std::exchange(m_waitingShown, true))
        Q_EMIT progress(u"Waiting for another process that makes the Python environment"_s);
    QTimer::singleShot(kLockPoll, this, &EnvironmentInstaller::takeLock);
}

void EnvironmentInstaller::install()
{
    if (const EnvironmentStatus now = m_files.status(); now.ready) {
        finish(now);
        return;
    }
    probePython(m_interpreters,
        u"There is no Python 3.11 or newer on this machine. "
        "Install it: sudo apt install python3 python3-venv."_s);
}

void EnvironmentInstaller::probePython(QStringList candidates, const QString &problem)
{
    if (candidates.isEmpty()) {
        const qsizetype split = problem.indexOf(u". "_s);
        fail(makeError(ErrorKind::Engine, problem.left(split + 1), problem.mid(split + 2)));
        return;
    }
    const QString python = candidates.takeFirst();
    const Step probe{{}, python, {u"-I"_s, u"-c"_s, kProbe}};
    runCommand(commandFor(probe), this)
        .then(this, [this, python, candidates, problem](const Result<CommandOutcome> &result) {
            if (result && result->exitCode == 0) {
                prepareFolder(python);
                return;
            }
            QString why = problem;
            if (result && result->exitCode != 3
                && mentions(result->lines, {"ensurepip"_L1, "venv"_L1}))
                why = u"%1 cannot make environments: its venv module is missing. "
                      "Install it: sudo apt install python3-venv."_s.arg(python);
            probePython(candidates, why);
        });
}

void EnvironmentInstaller::prepareFolder(const QString &python)
{
    // Without the marker nothing counts as ready. An unfinished installation is started afresh: a
    // package that was cut short would look installed.
    const bool update = !m_files.installedDigest().isEmpty() && QFile::exists(m_files.python());
    QFile::remove(m_files.marker());
    QStringList venv{u"-I"_s, u"-m"_s, u"venv"_s};
    if (!update)
        venv << u"--clear"_s;
    const QString own = m_files.python();
    runSteps({
        {u"Making the environment"_s, python, venv << m_files.folder},
        {u"Installing the installer"_s, own,
            {u"-m"_s, u"pip"_s, u"install"_s, u"--disable-pip-version-check"_s, u"--no-input"_s,
                u"-r"_s, m_files.bootstrap}},
        {u"Installing the locked packages"_s, QString(m_files.folder % u"/bin/uv"_s),
            {u"pip"_s, u"install"_s, u"--python"_s, own, u"--require-hashes"_s,
                u"--compile-bytecode"_s, u"-r"_s, m_files.requirements}},
        {u"Checking the packages"_s, own, {u"-I"_s, u"-c"_s, kImports}},
    });
}

Command EnvironmentInstaller::commandFor(const Step &step)
{
    Command command;
    command.program = step.program;
    command.arguments = step.arguments;
    command.environment = pythonProcessEnvironment();
    command.environment.insert(u"NO_COLOR"_s, u"1"_s);
    command.keptDescriptor = m_lock.descriptor();
    return command;
}

void EnvironmentInstaller::runSteps(QList<Step> steps)
{
    if (steps.isEmpty()) {
        complete();
        return;
    }
    const Step step = steps.takeFirst();
    Q_EMIT progress(step.title);
    Command command = commandFor(step);
    command.onLine = [this](const QString &line) { Q_EMIT progress(line); };
    runCommand(std::move(command), this)
        .then(this, [this, step, steps](const Result<CommandOutcome> &result) {
            if (!result)
                fail(result.error());
            else if (result->exitCode != 0)
                fail(failureOf(step, result.value()));
            else
                runSteps(steps);
        });
}

Error EnvironmentInstaller::failureOf(const Step &step, const CommandOutcome &outcome) const
{
    const QString last = outcome.lines.mid(outcome.lines.size() - 3).join(u" / "_s);
    return makeError(ErrorKind::Engine,
        u"The Python environment in %1 could not be made: '%2' ended with code %3%4"_s
            .arg(m_files.folder, step.title)
            .arg(outcome.exitCode)
            .arg(last.isEmpty() ? u"."_s : QString(u": "_s % last)),
        remedyFor(outcome.lines));
}

void EnvironmentInstaller::finish(const Result<EnvironmentStatus> &result)
{
    m_lock.unlock();
    m_promise.resolve(result);
}

void EnvironmentInstaller::complete()
{
    QSaveFile marker(m_files.marker());
    const QByteArray digest = m_files.requirementsDigest() + '\n';
    if (!marker.open(QIODevice::WriteOnly) || marker.write(digest) != digest.size()
        || !marker.commit()) {
        fail(makeError(ErrorKind::Engine,
            u"The marker %1 cannot be written: %2."_s.arg(marker.fileName(), marker.errorString()),
            u"Check free space and permissions, then try again."_s));
        return;
    }
    const EnvironmentStatus status = m_files.status();
    if (status.ready)
        finish(status);
    else
        fail(makeError(ErrorKind::Engine, status.problem));
}

} // namespace signalbox
