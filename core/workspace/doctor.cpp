// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/doctor.h"

#include "core/engine/command.h"
#include "core/workspace/local_server.h"
#include "core/workspace/python_environment.h"
#include "core/workspace/server_files.h"

#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QLibrary>
#include <QtCore/QStorageInfo>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kEnoughBytes = 2'000'000'000;
constexpr uint kFirstPerson = 1000; // Debian's first uid of a person
constexpr uint kNobody = 65'534;

DoctorCheck passed(const QString &name, const QString &detail)
{
    return {name, true, detail, {}};
}

DoctorCheck checkDisplay()
{
    const QString name = u"display"_s;
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    const QString wayland = qEnvironmentVariable("WAYLAND_DISPLAY");
    if (!wayland.isEmpty() && QFileInfo::exists(QString(runtime % u'/' % wayland)))
        return passed(name, u"Wayland %1"_s.arg(wayland));
    const QString x11 = qEnvironmentVariable("DISPLAY");
    const QString number = x11.section(u':', -1).section(u'.', 0, 0);
    const bool isLocal = x11.startsWith(u':');
    if (!x11.isEmpty() && (!isLocal || QFileInfo::exists(u"/tmp/.X11-unix/X"_s + number)))
        return passed(name, u"X11 %1"_s.arg(x11));
    return {name, false,
        x11.isEmpty() ? u"There is no display; signalboxctl works without one."_s
                      : u"The display %1 does not answer."_s.arg(x11),
        u"For the window, log in to a desktop session or set DISPLAY."_s};
}

DoctorCheck fontsFrom(const Result<CommandOutcome> &listing)
{
    const QString name = u"fonts"_s;
    qsizetype count = listing && listing->exitCode == 0 ? listing->lines.size() : 0;
    if (count == 0) {
        QDirIterator it(u"/usr/share/fonts"_s, {u"*.ttf"_s, u"*.otf"_s}, QDir::Files,
            QDirIterator::Subdirectories);
        count = it.hasNext() ? 1 : 0;
    }
    if (count > 0)
        return passed(name, u"Fonts are installed."_s);
    return {name, false, u"No font is installed; the window would show boxes."_s,
        u"sudo apt install fonts-dejavu-core"_s};
}

DoctorCheck checkKeychain()
{
    const QString name = u"keychain"_s;
    const QString fix = u"Without it, passwords are taken from MLFLOW_TRACKING_USERNAME and "
                        "MLFLOW_TRACKING_PASSWORD only. "_s;
    QLibrary library(u"secret-1"_s, 0);
    if (!library.load())
        return {name, false, u"The library libsecret is not installed."_s,
            fix + u"sudo apt install libsecret-1-0 gnome-keyring"_s};
    library.unload();
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    const bool hasBus = !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        || (!runtime.isEmpty() && QFileInfo::exists(runtime + u"/bus"_s));
    if (!hasBus)
        return {name, false, u"There is no session bus, so no keychain service."_s,
            fix + u"Log in to a desktop session, or start one with dbus-run-session."_s};
    return passed(name, u"libsecret and a session bus are there."_s);
}

DoctorCheck checkPython(const PythonEnvironment &environment)
{
    const EnvironmentStatus status = environment.status();
    if (!status.ready)
        return {u"python"_s, false, status.problem, u"signalboxctl env create"_s};
    return passed(
        u"python"_s, u"%1 with MLflow %2"_s.arg(status.python, status.packages.value(u"mlflow"_s)));
}

DoctorCheck checkServer(const LocalServer &server)
{
    const LocalServerStatus status = server.status();
    switch (status.state) {
    case LocalServerState::Running:
        return passed(u"server"_s,
            u"MLflow %1 runs at %2 (pid %3)."_s.arg(
                status.version, status.url.toString(), QString::number(status.pid)));
    case LocalServerState::Starting:
        return passed(u"server"_s, u"The local server is starting."_s);
    case LocalServerState::Stopped:
        return passed(u"server"_s, u"The local server is stopped; it starts when it is needed."_s);
    case LocalServerState::Orphaned:
        return {u"server"_s, false,
            u"Process %1 is left over from a local server that died."_s.arg(status.pid),
            u"signalboxctl server stop"_s};
    }
    return {};
}

DoctorCheck checkHome(const Home &home)
{
    const QString fix = u"Set SIGNALBOX_HOME to a folder of your own on a local disk."_s;
    if (const Result<QString> root = home.folder({}); !root)
        return {u"home"_s, false, root.error().message, fix};
    if (const QString type = networkFileSystemOf(home.root()); !type.isEmpty())
        return {u"home"_s, false,
            u"%1 lies on a network file system (%2), where databases break."_s.arg(
                home.root(), type),
            fix};
    return passed(u"home"_s, home.root());
}

DoctorCheck checkDisk(const Home &home)
{
    const QStorageInfo storage(home.root());
    const QString detail = u"%1 GB free at %2"_s.arg(
        QString::number(static_cast<double>(storage.bytesAvailable()) / 1e9, 'f', 1), home.root());
    if (storage.bytesAvailable() >= kEnoughBytes)
        return passed(u"disk"_s, detail);
    return {u"disk"_s, false, detail,
        u"Free at least 2 GB, or set SIGNALBOX_HOME to a folder on another disk."_s};
}

//! Accounts of /etc/passwd that a person can log in with, other than ours.
QStringList otherPeople()
{
    QFile file(u"/etc/passwd"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QStringList people;
    const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n');
    for (const QString &line : lines) {
        const QStringList fields = line.split(u':');
        const uint uid = fields.value(2).toUInt();
        const QString shell = fields.value(6);
        if (uid >= kFirstPerson && uid != kNobody && uid != ::getuid() && !shell.isEmpty()
            && !shell.endsWith(u"/nologin"_s) && !shell.endsWith(u"/false"_s))
            people << fields.value(0);
    }
    return people;
}

DoctorCheck checkUsers()
{
    const QStringList people = otherPeople();
    if (people.isEmpty())
        return passed(u"users"_s, u"Nobody else can log in to this machine."_s);
    return {u"users"_s, false,
        u"Other people can log in (%1); the local server has no password and answers all of them."_s
            .arg(people.mid(0, 5).join(u", "_s)),
        u"Stop it when it is not needed: signalboxctl server stop"_s};
}

} // namespace

Call<QList<DoctorCheck>> runDoctor(const Home &home, const PythonEnvironment &environment,
    const LocalServer &server, QObject *context)
{
    const DoctorCheck display = checkDisplay();
    const QList<DoctorCheck> rest{checkKeychain(), checkPython(environment), checkServer(server),
        checkHome(home), checkDisk(home), checkUsers()};
    Command listing;
    listing.program = u"fc-list"_s;
    listing.arguments = {u":"_s, u"family"_s};
    listing.environment = QProcessEnvironment::systemEnvironment();
    const Promise<QList<DoctorCheck>> promise;
    runCommand(listing, context)
        .then(context, [promise, display, rest](const Result<CommandOutcome> &fonts) {
            promise.resolve(QList<DoctorCheck>{display, fontsFrom(fonts)} + rest);
        });
    return promise.call();
}

} // namespace signalbox
