// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/engine_launch.h"

#include "core/workspace/environment_files.h"

#include <QtCore/QThread>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

EngineLaunch engineLaunch(const PythonEnvironment &environment, const QString &resourcesDir,
    const QString &jobDir, int threads)
{
    EngineLaunch launch;
    launch.program = environment.python();
    launch.arguments = {u"-m"_s, u"signalbox_engine"_s};
    launch.jobDir = jobDir;
    launch.environment = pythonProcessEnvironment();
    launch.environment.insert(u"PYTHONPATH"_s, resourcesDir + u"/engine"_s);
    launch.environment.insert(u"PYTHONDONTWRITEBYTECODE"_s, u"1"_s);
    const QString count =
        QString::number(threads > 0 ? threads : std::max(1, QThread::idealThreadCount() - 1));
    for (const QString &name : {u"OMP_NUM_THREADS"_s, u"OPENBLAS_NUM_THREADS"_s,
             u"MKL_NUM_THREADS"_s, u"NUMEXPR_NUM_THREADS"_s})
        launch.environment.insert(name, count);
    // The engine never talks to a server: what would name one, or open one, stays here.
    const QStringList names = launch.environment.keys();
    for (const QString &name : names) {
        if (name.startsWith(u"MLFLOW_"_s) || name.startsWith(u"DATABRICKS_"_s))
            launch.environment.remove(name);
    }
    return launch;
}

} // namespace signalbox
