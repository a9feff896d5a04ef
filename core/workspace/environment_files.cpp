// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/environment_files.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::array kShownPackages{"mlflow"_L1, "scikit-learn"_L1, "xgboost-cpu"_L1, "lightgbm"_L1,
    "optuna"_L1, "imbalanced-learn"_L1, "pandas"_L1, "numpy"_L1, "pyarrow"_L1, "skops"_L1};

//! Name and version from the names of the metadata folders: no Python needed.
QMap<QString, QString> installedPackages(const QString &folder)
{
    QMap<QString, QString> packages;
    const QDir lib(folder + u"/lib"_s);
    const QStringList versions = lib.entryList({u"python3*"_s}, QDir::Dirs);
    for (const QString &version : versions) {
        const QDir site(lib.filePath(version + u"/site-packages"_s));
        const QStringList found = site.entryList({u"*.dist-info"_s}, QDir::Dirs);
        for (const QString &info : found) {
            const QString name = info.section(u'-', 0, 0).toLower().replace(u'_', u'-');
            if (std::find(kShownPackages.begin(), kShownPackages.end(), name)
                != kShownPackages.end())
                packages[name] = info.section(u'-', 1).chopped(10);
        }
    }
    return packages;
}

} // namespace

EnvironmentFiles EnvironmentFiles::at(const QString &folder, const QString &resourcesDir)
{
    return {folder, resourcesDir + u"/engine/requirements.lock"_s,
        resourcesDir + u"/engine/requirements-bootstrap.txt"_s};
}

QString EnvironmentFiles::python() const
{
    return folder + u"/bin/python"_s;
}

QString EnvironmentFiles::marker() const
{
    return folder + u"/.signalbox-lock.sha256"_s;
}

QString EnvironmentFiles::lockFile() const
{
    const QFileInfo info(folder);
    return QString(info.path() % u"/."_s % info.fileName() % u".signalbox-lock"_s);
}

QByteArray EnvironmentFiles::requirementsDigest() const
{
    QFile file(requirements);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return hash.result().toHex();
}

QByteArray EnvironmentFiles::installedDigest() const
{
    QFile file(marker());
    return file.open(QIODevice::ReadOnly) ? file.read(128).trimmed() : QByteArray();
}

EnvironmentStatus EnvironmentFiles::status() const
{
    EnvironmentStatus status;
    status.python = python();
    const QByteArray wanted = requirementsDigest();
    const QByteArray installed = installedDigest();
    const QString remedy = u" Run 'signalboxctl env create'."_s;
    if (wanted.isEmpty())
        status.problem =
            u"The locked requirements %1 cannot be read: the installation is incomplete. "
            "Install Signalbox again."_s.arg(requirements);
    else if (installed.isEmpty())
        status.problem =
            u"The Python environment in %1 has not been made yet."_s.arg(folder) + remedy;
    else if (installed != wanted)
        status.problem =
            u"The Python environment in %1 is out of date: the locked requirements have "
            "changed."_s.arg(folder)
            + remedy;
    else if (!QFileInfo(python()).isExecutable())
        status.problem =
            u"The Python environment in %1 has lost its interpreter."_s.arg(folder) + remedy;
    status.ready = status.problem.isEmpty();
    if (!installed.isEmpty())
        status.packages = installedPackages(folder);
    return status;
}

bool EnvironmentFiles::mayBeFilled() const
{
    if (!QFileInfo::exists(folder) || QFile::exists(marker()) || QFile::exists(lockFile()))
        return true;
    return QFileInfo(folder).isDir()
        && QDir(folder).isEmpty(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden);
}

QProcessEnvironment pythonProcessEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : {u"PYTHONHOME"_s, u"PYTHONPATH"_s, u"PYTHONSTARTUP"_s,
             u"VIRTUAL_ENV"_s, u"CONDA_PREFIX"_s, u"PYTHONUSERBASE"_s})
        environment.remove(name);
    environment.insert(u"PYTHONNOUSERSITE"_s, u"1"_s);
    environment.insert(u"PYTHONUNBUFFERED"_s, u"1"_s);
    return environment;
}

} // namespace signalbox
