// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/artifact_folder.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <sys/stat.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class TestArtifactFolder final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_dir->path()).mkpath(u"inside/sub"_s));
        write(m_dir->filePath(u"secret.txt"_s), "secret");
        write(m_dir->filePath(u"inside/sub/a file.txt"_s), "fine");
        const auto folder = ArtifactFolder::open(m_dir->filePath(u"inside"_s));
        QVERIFY(folder);
        m_folder = folder.value();
    }

    void filesInsideAreFound()
    {
        const auto file = m_folder->file(u"sub/a file.txt"_s);
        QVERIFY(file);
        QFile copy(file.value()->path());
        // The opened file stays what it was.
        QVERIFY(QFile::remove(m_dir->filePath(u"inside/sub/a file.txt"_s)));
        QVERIFY(copy.open(QIODevice::ReadOnly));
        QCOMPARE(copy.readAll(), "fine");
    }

    void nothingLeadsOut_data()
    {
        QTest::addColumn<QString>("path");
        for (const QString &path : {u""_s, u"/etc/passwd"_s, u"../secret.txt"_s, u".."_s,
                 u"sub/../../secret.txt"_s, u"link"_s, u"folder/secret.txt"_s, u"absolute"_s,
                 u"/proc/self/environ"_s, u"sub"_s, u"pipe"_s, u"absent"_s, u"sub/"_s})
            QTest::newRow(qPrintable(path.isEmpty() ? u"empty"_s : path)) << path;
    }

    void nothingLeadsOut()
    {
        QFETCH(const QString, path);
        QVERIFY(QFile::link(u"../secret.txt"_s, m_dir->filePath(u"inside/link"_s)));
        QVERIFY(QFile::link(u".."_s, m_dir->filePath(u"inside/folder"_s)));
        QVERIFY(QFile::link(u"/etc/passwd"_s, m_dir->filePath(u"inside/absolute"_s)));
        QCOMPARE(
            ::mkfifo(QFile::encodeName(m_dir->filePath(u"inside/pipe"_s)).constData(), 0600), 0);
        const auto file = m_folder->file(path);
        QVERIFY(!file);
        QCOMPARE(file.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!file.error().hint.isEmpty());
    }

    void theFolderMustBeOne()
    {
        QVERIFY(!ArtifactFolder::open(m_dir->filePath(u"secret.txt"_s)));
        QVERIFY(!ArtifactFolder::open(m_dir->filePath(u"absent"_s)));
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::shared_ptr<ArtifactFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestArtifactFolder)
#include "test_artifact_folder.moc"
