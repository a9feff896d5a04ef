// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/engine/command.h"
#include "core/workspace/environment_files.h"
#include "core/workspace/file_lock.h"

#include <QtCore/QObject>
#include <QtCore/QStringList>

namespace signalbox {

/*! One creation of the environment, step by step. Takes the lock beside the folder, so that only
 *  one process installs; its children hold the lock too. Main thread; owned by PythonEnvironment,
 *  and deleting it stops the installation, which then does not count as ready. */
class EnvironmentInstaller final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EnvironmentInstaller)

public:
    //! `interpreters` are tried in order; the first that can make an environment is used.
    EnvironmentInstaller(
        EnvironmentFiles files, QStringList interpreters, QObject *parent = nullptr);
    //! /usr/bin/python3, then what PATH has.
    [[nodiscard]] static QStringList interpretersOfThisMachine();
    [[nodiscard]] Call<EnvironmentStatus> run();

Q_SIGNALS:
    void progress(const QString &text);

private:
    struct Step {
        QString title;
        QString program;
        QStringList arguments;
    };
    void takeLock();
    void install();
    void probePython(QStringList candidates, const QString &problem);
    void prepareFolder(const QString &python);
    void runSteps(QList<Step> steps);
    void complete();
    [[nodiscard]] Command commandFor(const Step &step);
    [[nodiscard]] Result<void> checkPlace() const;
    [[nodiscard]] Error failureOf(const Step &step, const CommandOutcome &outcome) const;
    void finish(const Result<EnvironmentStatus> &result);
    void fail(const Error &error) { finish(Failure(error)); }

    EnvironmentFiles m_files;
    QStringList m_interpreters;
    FileLock m_lock;
    Promise<EnvironmentStatus> m_promise;
    bool m_waitingShown = false;
};

} // namespace signalbox
