// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workspace/engine_launch.h"
#include "core/workspace/environment_installer.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

/*! Makes environments with a shell script in the place of Python: it answers the probe, makes the
 *  folder with itself as interpreter and installer, and records each call. */
class TestEnvironment final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    EnvironmentFiles m_files;
    QString m_python;

    static void write(const QString &path, const QByteArray &text)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    [[nodiscard]] QByteArray calls() const
    {
        QFile file(m_dir.filePath(u"calls"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    //! A fake interpreter; `rule` is a shell case arm that comes first.
    [[nodiscard]] QString fakePython(const QString &name, const QByteArray &rule = {}) const
    {
        const QString path = m_dir.filePath(name);
        write(path,
            "#!/bin/sh\necho \"$*\" >> " + m_dir.path().toLocal8Bit() + "/calls\ncase \"$*\" in\n"
                + rule
                + "*'-m venv'*) for d in \"$@\"; do :; done; case \"$*\" in *--clear*) rm -rf "
                  "\"$d\";; esac\n"
                  "  mkdir -p \"$d/bin\"; cp \"$0\" \"$d/bin/python\"; cp \"$0\" \"$d/bin/uv\" ;;\n"
                  "*--require-hashes*) echo 'Installed 107 packages' ;;\nesac\n");
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }
    [[nodiscard]] Result<EnvironmentStatus> make(const QStringList &pythons)
    {
        EnvironmentInstaller installer(m_files, pythons);
        const Call<EnvironmentStatus> call = installer.run();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(call.isFinished(), 10'000); }();
        return *call.result();
    }

private Q_SLOTS:
    void init()
    {
        QDir(m_dir.path()).removeRecursively();
        QVERIFY(QDir().mkpath(m_dir.filePath(u"res/engine"_s)));
        m_files = EnvironmentFiles::at(m_dir.filePath(u"env"_s), m_dir.filePath(u"res"_s));
        write(m_files.requirements, "numpy==1\n");
        write(m_files.bootstrap, "uv==1\n");
        m_python = fakePython(u"python3"_s);
    }

    void aMissingOneSaysSoWithTheRemedy()
    {
        const EnvironmentStatus status = m_files.status();
        QVERIFY(!status.ready);
        QVERIFY(status.problem.contains(u"env create"_s));
        QCOMPARE(status.python, m_dir.filePath(u"env/bin/python"_s));
    }

    void isReadyAfterEveryStepAndThenCostsNothing()
    {
        const Result<EnvironmentStatus> made = make({m_python});
        QVERIFY2(made.hasValue(), made ? "" : qPrintable(made.error().text()));
        QVERIFY(made->ready);
        const QByteArray before = calls();
        QVERIFY(before.contains("-m venv"));
        QVERIFY(before.indexOf("uv==") < before.indexOf("--require-hashes"));
        QVERIFY(make({m_python}));
        QCOMPARE(calls(), before);
    }

    void aChangedLockMeansOutOfDateAndIsInstalledInPlace()
    {
        QVERIFY(make({m_python}));
        write(m_dir.filePath(u"env/kept"_s), "x");
        write(m_files.requirements, "numpy==2\n");
        QVERIFY(!m_files.status().ready);
        QVERIFY(m_files.status().problem.contains(u"out of date"_s));
        QVERIFY(make({m_python}));
        QVERIFY(m_files.status().ready);
        QVERIFY(QFile::exists(m_dir.filePath(u"env/kept"_s)));
    }

    void whatWasCutShortIsNotReadyAndStartsAfresh()
    {
        const QString failing = fakePython(u"cut"_s,
            "*--require-hashes*) echo 'error: No space left on device (os error 28)'; exit 2 ;;\n");
        const Result<EnvironmentStatus> made = make({failing});
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Engine);
        QVERIFY(made.error().message.contains(u"os error 28"_s));
        QVERIFY(made.error().hint.contains(u"disk is full"_s));
        QVERIFY(!m_files.status().ready);
        write(m_dir.filePath(u"env/half"_s), "x");
        QVERIFY(make({m_python}));
        QVERIFY(!QFile::exists(m_dir.filePath(u"env/half"_s)));
    }

    void withoutANetworkTheRemedyNamesIt()
    {
        const QString offline = fakePython(u"offline"_s,
            "*--require-hashes*) echo 'error: Failed to fetch: dns error'; exit 2 ;;\n");
        const Result<EnvironmentStatus> made = make({offline});
        QVERIFY(!made);
        QVERIFY(made.error().hint.contains(u"network"_s));
    }

    void aPythonWithoutVenvNamesTheDebianPackage()
    {
        const QString bare =
            fakePython(u"bare"_s, "*ensurepip*) echo \"No module named 'ensurepip'\"; exit 1 ;;\n");
        const Result<EnvironmentStatus> made = make({bare});
        QVERIFY(!made);
        QVERIFY(made.error().message.contains(bare));
        QVERIFY(made.error().hint.contains(u"apt install python3-venv"_s));
        QVERIFY(make({bare, m_python})); // another one on the machine will do
    }

    void anOldOrMissingPythonIsNamed()
    {
        const QString old = fakePython(u"old"_s, "*ensurepip*) echo 3.9; exit 3 ;;\n");
        for (const QStringList &pythons : {QStringList{old}, QStringList{}}) {
            const Result<EnvironmentStatus> made = make(pythons);
            QVERIFY(!made);
            QVERIFY(made.error().message.contains(u"3.11"_s));
            QVERIFY(made.error().hint.contains(u"apt install"_s));
        }
    }

    void aFolderWithOtherThingsIsLeftAlone()
    {
        QVERIFY(QDir().mkpath(m_files.folder));
        write(m_files.folder + u"/thesis.txt"_s, "x");
        const Result<EnvironmentStatus> made = make({m_python});
        QVERIFY(!made);
        QVERIFY(made.error().hint.contains(u"SIGNALBOX_ENV_DIR"_s));
        QVERIFY(QFile::exists(m_files.folder + u"/thesis.txt"_s));
        QVERIFY(calls().isEmpty());
    }

    void twoAtOnceInstallOnce()
    {
        EnvironmentInstaller first(m_files, {m_python});
        EnvironmentInstaller second(m_files, {m_python});
        QSignalSpy waiting(&second, &EnvironmentInstaller::progress);
        const Call<EnvironmentStatus> a = first.run();
        const Call<EnvironmentStatus> b = second.run();
        QTRY_VERIFY_WITH_TIMEOUT(a.isFinished() && b.isFinished(), 10'000);
        QVERIFY(a.result()->hasValue() && b.result()->hasValue());
        QCOMPARE(calls().count("-m venv"), 1);
        QVERIFY(waiting.first().first().toString().contains(u"Waiting"_s));
    }

    void givingUpKillsTheInstallerAndLeavesNothingReady()
    {
        const QString slow =
            fakePython(u"slow"_s, "*--require-hashes*) echo begun; exec sleep 300 ;;\n");
        auto installer = std::make_unique<EnvironmentInstaller>(m_files, QStringList{slow});
        QSignalSpy progress(installer.get(), &EnvironmentInstaller::progress);
        const Call<EnvironmentStatus> call = installer->run();
        QTRY_VERIFY(progress.contains(QVariantList{u"begun"_s}));
        installer.reset();
        QVERIFY(!call.result()->hasValue());
        QVERIFY(!m_files.status().ready);
        FileLock lock(m_files.lockFile());
        QVERIFY(lock.tryLock()); // no child of the installation is left to hold it
    }

    void theEngineStartsFromTheEnvironmentWithoutServerSettings()
    {
        qputenv("SIGNALBOX_ENV_DIR", "/shared/env");
        qputenv("MLFLOW_TRACKING_PASSWORD", "hunter22");
        const PythonEnvironment environment{Home(m_dir.path())};
        const EngineLaunch launch = engineLaunch(environment, u"/res"_s, u"/job"_s, 2);
        QCOMPARE(launch.program, u"/shared/env/bin/python"_s);
        QCOMPARE(launch.environment.value(u"PYTHONPATH"_s), u"/res/engine"_s);
        QCOMPARE(launch.environment.value(u"OMP_NUM_THREADS"_s), u"2"_s);
        QVERIFY(!launch.environment.contains(u"MLFLOW_TRACKING_PASSWORD"_s));
        qunsetenv("SIGNALBOX_ENV_DIR");
        qunsetenv("MLFLOW_TRACKING_PASSWORD");
    }
};

QTEST_GUILESS_MAIN(TestEnvironment)
#include "test_environment.moc"
