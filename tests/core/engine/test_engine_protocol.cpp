// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/engine_protocol.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestEngineProtocol final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void linesAreChecked_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("good");
        const auto row = [](const char *name, const char *line, bool good) {
            QTest::newRow(name) << QByteArray(line) << good;
        };
        row("progress", R"({"event":"progress","phase":"read","done":1,"total":0})", true);
        row("progress text", R"({"event":"progress","phase":"read","done":"1","total":0})", false);
        row("progress below 0", R"({"event":"progress","phase":"read","done":-1,"total":0})",
            false);
        row("metric", R"({"event":"metric","key":"k","value":0.5,"step":0,"timestamp":1})", true);
        row("metric nan", R"({"event":"metric","key":"k","value":"NaN","step":0,"timestamp":1})",
            true);
        row("bare nan", R"({"event":"metric","key":"k","value":NaN,"step":0,"timestamp":1})",
            false);
        row("metric word", R"({"event":"metric","key":"k","value":"x","step":0,"timestamp":1})",
            false);
        row("half step", R"({"event":"metric","key":"k","value":1,"step":0.5,"timestamp":1})",
            false);
        row("no key", R"({"event":"metric","key":"","value":1,"step":0,"timestamp":1})", false);
        row("param", R"({"event":"param","key":"k","value":"v"})", true);
        row("param number", R"({"event":"param","key":"k","value":3})", false);
        row("artifact", R"({"event":"artifact","path":"a/b.json","to":"b.json"})", true);
        row("artifact up", R"({"event":"artifact","path":"../b.json","to":"b.json"})", false);
        row("artifact to up", R"({"event":"artifact","path":"b.json","to":"x/../../b"})", false);
        row("artifact absolute", R"({"event":"artifact","path":"/etc/passwd","to":"p"})", false);
        row("error", R"({"event":"error","kind":"internal","message":"m"})", true);
        row("error bare", R"({"event":"error"})", false);
        row("newer", R"({"event":"telepathy","strength":9000})", true);
        row("no event", R"({"key":"k"})", false);
        row("array", "[1,2]", false);
        row("prose", "Training until validation scores don't improve", false);
    }

    void linesAreChecked()
    {
        QFETCH(const QByteArray, line);
        QFETCH(const bool, good);
        const Result<EngineEvent> event = parseEngineLine(line);
        QCOMPARE(event.hasValue(), good);
        if (!event) {
            QCOMPARE(event.error().kind, ErrorKind::Engine);
            QCOMPARE(event.error().apiCode, u"protocol"_s);
        }
    }

    void pathsStayInTheJobFolder()
    {
        const QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath(u"plots"_s));
        QFile file(dir.filePath(u"plots/roc.png"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(QFile::link(u"/etc"_s, dir.filePath(u"etc"_s)));
        QVERIFY(QFile::link(u"roc.png"_s, dir.filePath(u"plots/link.png"_s)));
        QCOMPARE(engineFile(dir.path(), u"plots/roc.png"_s).valueOr({}), file.fileName());
        for (const QString &bad : {u"plots"_s, u"plots/none.png"_s, u"etc/passwd"_s,
                 u"plots/link.png"_s, u"../x"_s, u"plots/./roc.png"_s, u""_s, u"/etc/passwd"_s})
            QVERIFY2(!engineFile(dir.path(), bad), qPrintable(bad));
    }

    void aModelFolderHoldsPlainFilesOnly()
    {
        const QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath(u"model/sub"_s));
        QFile file(dir.filePath(u"model/sub/MLmodel"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(engineFolder(dir.path(), u"model"_s).valueOr({}), dir.filePath(u"model"_s));
        QVERIFY(!engineFolder(dir.path(), u"model/sub/MLmodel"_s));
        QVERIFY(QFile::link(u"/etc/passwd"_s, dir.filePath(u"model/sub/.hidden"_s)));
        QVERIFY(!engineFolder(dir.path(), u"model"_s));
    }

    void errorsTellDataFromEngine()
    {
        const auto kindOf = [](const QString &kind) {
            return engineError({{u"kind"_s, kind}, {u"message"_s, u"m"_s}, {u"hint"_s, u"h"_s}});
        };
        QCOMPARE(kindOf(u"no_such_target"_s).kind, ErrorKind::InvalidInput);
        QCOMPARE(exitCodeFor(kindOf(u"too_few_rows"_s)), 6);
        QCOMPARE(exitCodeFor(kindOf(u"training_failed"_s)), 7);
        QCOMPARE(exitCodeFor(kindOf(u"of_tomorrow"_s)), 7);
        QCOMPARE(kindOf(u"no_such_file"_s).apiCode, u"no_such_file"_s);
        QCOMPARE(kindOf(u"no_such_file"_s).hint, u"h"_s);
        // An exception may come without a text; whoever reads it must not face an empty line.
        const Error silent =
            engineError({{u"kind"_s, u"training_failed"_s}, {u"message"_s, u" "_s}});
        QVERIFY2(silent.message.contains(u"training_failed"_s), qPrintable(silent.message));
    }
};

QTEST_GUILESS_MAIN(TestEngineProtocol)
#include "test_engine_protocol.moc"
