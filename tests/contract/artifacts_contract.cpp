// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

qint64 residentBytes()
{
    const QByteArray pages = contentOf(u"/proc/self/statm"_s).split(' ').value(1);
    return pages.toLongLong() * 4096;
}

} // namespace

//! Files of any size, up and down, whatever breaks in between.
class ArtifactsContract final : public QObject {
    Q_OBJECT

public:
    explicit ArtifactsContract(Contract &contract)
        : m(contract)
        , s(contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server &s;

    //! Files in the folder of `target` that are not `target`.
    QStringList leftBeside(const QString &target) const
    {
        const QFileInfo info(target);
        QStringList names =
            info.dir().entryList({info.fileName() % u"*"}, QDir::Files | QDir::Hidden);
        names.removeAll(info.fileName());
        return names;
    }
    static QByteArray pattern(qsizetype size)
    {
        QByteArray bytes(size, Qt::Uninitialized);
        for (qsizetype i = 0; i < size; ++i)
            bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
        return bytes;
    }

private Q_SLOTS:
    void goesOnWhereADownloadWasInterrupted()
    {
        const QByteArray content = pattern(24 * 1024 * 1024);
        VERIFY_OK(m.put(u"resume.bin"_s, content));
        const QString local = m.localPath(u"resume.bin"_s);
        const auto first = s.artifacts.download(m.run().artifactUri, u"resume.bin"_s, local);
        qint64 arrived = 0;
        QObject::connect(
            first.pending(), &PendingCall::progress, this, [&arrived, &first](qint64 done, qint64) {
                arrived = done;
                if (done > 4 * 1024 * 1024)
                    first.cancel();
            });
        VERIFY_KIND(await(first), ErrorKind::Cancelled);
        QVERIFY(arrived < content.size());
        QVERIFY(!QFile::exists(local));
        QVERIFY(!leftBeside(local).isEmpty());

        const auto second = s.artifacts.download(
            m.run().artifactUri, u"resume.bin"_s, local, {content.size(), sha256(content)});
        qint64 began = -1;
        QObject::connect(second.pending(), &PendingCall::progress, this,
            [&began](qint64 done, qint64) { began = began < 0 ? done : began; });
        VERIFY_OK(await(second));
        QVERIFY(contentOf(local) == content);
        QCOMPARE(leftBeside(local).filter(u"signalbox-new"_s), QStringList());
    }

    void continuesWithTheSameFileOnly()
    {
        const QByteArray old = pattern(20 * 1024 * 1024);
        VERIFY_OK(m.put(u"changed.bin"_s, old));
        const QString local = m.localPath(u"changed.bin"_s);
        const auto first = s.artifacts.download(m.run().artifactUri, u"changed.bin"_s, local);
        QObject::connect(
            first.pending(), &PendingCall::progress, this, [&first](qint64 done, qint64) {
                if (done > 4 * 1024 * 1024)
                    first.cancel();
            });
        VERIFY_KIND(await(first), ErrorKind::Cancelled);
        const QByteArray changed = QByteArray(old).replace(0, 3, "new");
        VERIFY_OK(m.put(u"changed.bin"_s, changed));
        VERIFY_OK(await(s.artifacts.download(m.run().artifactUri, u"changed.bin"_s, local)));
        QVERIFY(contentOf(local) == changed); // not the old head with the new tail
        QCOMPARE(leftBeside(local), QStringList());
    }

    void refusesAFileThatIsNotTheExpectedOne()
    {
        VERIFY_OK(m.put(u"checked.txt"_s, "content"));
        const QString local = m.localPath(u"checked.txt"_s);
        const QString root = m.run().artifactUri;
        VERIFY_KIND(
            await(s.artifacts.download(root, u"checked.txt"_s, local, {6, {}})), ErrorKind::Decode);
        VERIFY_KIND(await(s.artifacts.download(
                        root, u"checked.txt"_s, local, {-1, sha256("something else")})),
            ErrorKind::Decode);
        QVERIFY(!QFile::exists(local));
        QCOMPARE(leftBeside(local), QStringList());
        VERIFY_OK(
            await(s.artifacts.download(root, u"checked.txt"_s, local, {7, sha256("content")})));
        QCOMPARE(contentOf(local), "content");
    }

    void keepsTheMemoryFlatWhileLargeFilesGoUpAndDown()
    {
        const qint64 megabytes = qEnvironmentVariableIntValue("SIGNALBOX_TEST_ARTIFACT_MB");
        const qint64 size = (megabytes > 0 ? megabytes : 64) * 1024 * 1024;
        const QString source = m.localPath(u"large-source"_s);
        QFile file(source);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(size)); // sparse
        file.close();
        const qint64 before = residentBytes();
        VERIFY_OK(await(s.artifacts.upload(m.run().artifactUri, u"large.bin"_s, source), 600'000));
        const QString local = m.localPath(u"large.bin"_s);
        VERIFY_OK(await(
            s.artifacts.download(m.run().artifactUri, u"large.bin"_s, local, {size, {}}), 600'000));
        QCOMPARE(QFileInfo(local).size(), size);
        const qint64 growth = residentBytes() - before;
        QVERIFY2(growth < 32 * 1024 * 1024, qPrintable(QString::number(growth)));
        QFile::remove(source);
        QFile::remove(local);
    }

    void removesFiles()
    {
        VERIFY_OK(m.put(u"bin/gone.txt"_s, "x"));
        const auto removed = await(s.artifacts.remove(m.run().artifactUri, u"bin/gone.txt"_s));
        if (!removed && !m.has(u"history-interval"_s)) {
            QCOMPARE(removed.error().httpStatus, 500); // MLflow 2.9 fails in itself
            return;
        }
        VERIFY_OK(removed);
        QVERIFY(await(s.artifacts.list(m.run().id, u"bin"_s))->isEmpty());
    }

    void aServerWithoutPartsTakesLargeFilesInOnePiece()
    {
        // As if it had promised them: the local folder behind it answers that it takes none.
        s.artifacts.setMultipart(true);
        const QString source = m.localPath(u"parts-source"_s);
        QFile file(source);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(101 * 1024 * 1024));
        file.close();
        QSignalSpy attempts(&s.client(), &RestClient::attemptFinished);
        const auto stored =
            await(s.artifacts.upload(m.run().artifactUri, u"parts/large.bin"_s, source));
        s.artifacts.setMultipart(false);
        VERIFY_OK(stored);
        QCoreApplication::processEvents();
        QCOMPARE(attempts.count(), 2); // asked for parts, then the whole file
        const auto files = await(s.artifacts.list(m.run().id, u"parts"_s));
        VERIFY_OK(files);
        QCOMPARE(files->at(0).size, 101 * 1024 * 1024);
        QFile::remove(source);
    }
};

std::unique_ptr<QObject> signalbox::test::artifactsContract(Contract &contract)
{
    return std::make_unique<ArtifactsContract>(contract);
}

#include "artifacts_contract.moc"
