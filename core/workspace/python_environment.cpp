// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/python_environment.h"

#include "core/workspace/environment_files.h"
#include "core/workspace/environment_installer.h"

namespace signalbox {

PythonEnvironment::PythonEnvironment(Home home, QObject *parent)
    : QObject(parent)
    , m_home(std::move(home))
{
}

EnvironmentStatus PythonEnvironment::status() const
{
    return EnvironmentFiles::at(m_home.environmentDir(), Home::resourcesDir()).status();
}

QString PythonEnvironment::python() const
{
    return EnvironmentFiles::at(m_home.environmentDir(), Home::resourcesDir()).python();
}

Call<EnvironmentStatus> PythonEnvironment::ensure()
{
    if (m_running.isValid() && !m_running.isFinished())
        return m_running;
    const auto files = EnvironmentFiles::at(m_home.environmentDir(), Home::resourcesDir());
    if (EnvironmentStatus now = files.status(); now.ready)
        return Call<EnvironmentStatus>::finished(std::move(now));
    auto *installer =
        new EnvironmentInstaller(files, EnvironmentInstaller::interpretersOfThisMachine(), this);
    connect(installer, &EnvironmentInstaller::progress, this, &PythonEnvironment::progress);
    m_running = installer->run();
    // Also when a caller cancels: the end of the installer is the end of its processes.
    m_running.then(
        this, [installer](const Result<EnvironmentStatus> &) { installer->deleteLater(); });
    return m_running;
}

} // namespace signalbox
