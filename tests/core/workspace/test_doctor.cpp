// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/doctor.h"
#include "core/workspace/local_server.h"
#include "core/workspace/python_environment.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <algorithm>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestDoctor final : public QObject {
    Q_OBJECT

private:
    static QList<DoctorCheck> examine(const Home &home)
    {
        PythonEnvironment environment(home);
        const LocalServer server(home, environment);
        QObject context;
        const Call<QList<DoctorCheck>> call = runDoctor(home, environment, server, &context);
        [&] { QTRY_VERIFY(call.isFinished()); }();
        return call.result()->valueOr({});
    }
    static DoctorCheck named(const QList<DoctorCheck> &checks, const QString &name)
    {
        const auto found = std::find_if(checks.begin(), checks.end(),
            [&name](const DoctorCheck &check) { return check.name == name; });
        return found == checks.end() ? DoctorCheck{} : *found;
    }

private Q_SLOTS:
    void everyCheckSaysWhatItFoundAndEveryProblemItsRemedy()
    {
        const QTemporaryDir dir;
        const QList<DoctorCheck> checks = examine(Home(dir.path()));
        QStringList names;
        for (const DoctorCheck &check : checks) {
            names << check.name;
            QVERIFY2(!check.detail.isEmpty(), qPrintable(check.name));
            QCOMPARE(check.fix.isEmpty(), check.ok);
        }
        QCOMPARE(names,
            (QStringList{u"display"_s, u"fonts"_s, u"keychain"_s, u"python"_s, u"server"_s,
                u"home"_s, u"disk"_s, u"users"_s}));
    }

    void aMachineWithoutDisplayIsTold()
    {
        for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY"})
            qunsetenv(name);
        const QTemporaryDir dir;
        const DoctorCheck none = named(examine(Home(dir.path())), u"display"_s);
        QVERIFY(!none.ok);
        QVERIFY(none.detail.contains(u"signalboxctl"_s));
        qputenv("DISPLAY", ":4711");
        const DoctorCheck dead = named(examine(Home(dir.path())), u"display"_s);
        QVERIFY(!dead.ok);
        QVERIFY(dead.detail.contains(u":4711"_s));
        qunsetenv("DISPLAY");
    }

    void aMissingEnvironmentNamesTheCommandThatMakesIt()
    {
        qputenv("SIGNALBOX_ENV_DIR", "/no/such/environment");
        const QTemporaryDir dir;
        const DoctorCheck python = named(examine(Home(dir.path())), u"python"_s);
        QVERIFY(!python.ok);
        QCOMPARE(python.fix, u"signalboxctl env create"_s);
        qunsetenv("SIGNALBOX_ENV_DIR");
    }

    void aHomeThatCannotBeUsedIsNamed()
    {
        const QTemporaryDir dir;
        QFile file(dir.filePath(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const DoctorCheck home = named(examine(Home(file.fileName())), u"home"_s);
        QVERIFY(!home.ok);
        QVERIFY(home.detail.contains(file.fileName()));
        QVERIFY(home.fix.contains(u"SIGNALBOX_HOME"_s));
    }
};

QTEST_GUILESS_MAIN(TestDoctor)
#include "test_doctor.moc"
