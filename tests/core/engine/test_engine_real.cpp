// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/engine_job.h"
#include "core/workspace/engine_launch.h"
#include "core/workspace/python_environment.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

//! The bundled engine in the environment of this machine, through the same job as a flow.
class TestEngineReal final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;

    [[nodiscard]] Result<QJsonObject> run(const QJsonObject &request)
    {
        const Home home(m_home.path());
        const PythonEnvironment environment(home);
        const QString jobDir = home.newJobFolder().valueOr({});
        EngineJob job(engineLaunch(environment, Home::resourcesDir(), jobDir, 1), request);
        const Call<QJsonObject> call = job.start();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(call.isFinished(), 60'000); }();
        return call.isFinished() ? *call.result() : Failure(ErrorKind::Local, u"no end"_s);
    }

private Q_SLOTS:
    void initTestCase()
    {
        const PythonEnvironment environment(Home(m_home.path()));
        if (!environment.status().ready)
            QFAIL("no Python environment: set SIGNALBOX_ENV_DIR to one");
    }

    void namesTheFileThatIsNotThere()
    {
        const Result<QJsonObject> result = run({{u"op"_s, u"inspect"_s},
            {u"data"_s, QJsonObject{{u"path"_s, u"/no/such/file.csv"_s}}}});
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::InvalidInput);
        QCOMPARE(result.error().apiCode, u"no_such_file"_s);
        QVERIFY(result.error().message.contains(u"/no/such/file.csv"_s));
    }

    void inspectsATable()
    {
        QFile csv(m_home.filePath(u"t.csv"_s));
        QVERIFY(csv.open(QIODevice::WriteOnly));
        csv.write("a,b,y\n");
        for (int i = 0; i < 40; ++i)
            csv.write(QByteArray::number(i) + ",x" + QByteArray::number(i % 3) + ","
                + (i % 2 ? "yes" : "no") + "\n");
        csv.close();
        const Result<QJsonObject> result = run({{u"op"_s, u"inspect"_s},
            {u"data"_s, QJsonObject{{u"path"_s, csv.fileName()}, {u"target"_s, u"y"_s}}}});
        QVERIFY2(result.hasValue(), result ? "" : qPrintable(result.error().text()));
        QCOMPARE(result->value(u"problem").toString(), u"binary"_s);
        QCOMPARE(result->value(u"data").toObject()[u"rows"].toInt(), 40);
    }
};

QTEST_GUILESS_MAIN(TestEngineReal)
#include "test_engine_real.moc"
