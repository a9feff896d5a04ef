// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::mlflow;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

const QString kReady = u"LOGGED_MODEL_READY"_s;

QStringList pathsOf(const QList<FileInfo> &files)
{
    QStringList paths;
    for (const FileInfo &file : files)
        paths.append(file.path);
    paths.sort();
    return paths;
}

QStringList numbersOf(const QList<ModelVersion> &versions)
{
    QStringList numbers;
    for (const ModelVersion &version : versions)
        numbers.append(version.version);
    return numbers;
}

} // namespace

//! Artifacts, logged models and the registry against a real server.
class ModelsContract final : public QObject {
    Q_OBJECT

public:
    explicit ModelsContract(Contract &contract)
        : m(contract)
        , m_server(&contract.server())
    {
    }

private:
    Contract &m;
    mlflow::Server *m_server;

private Q_SLOTS:
    // Artifacts

    void storesFilesUnderTheirOwnNames_data()
    {
        QTest::addColumn<QString>("path");
        for (const QString &path :
            {u"plain.txt"_s, u"deep/er/file.json"_s, u"a b+c.txt"_s, u"q?&=;.txt"_s, u"quo\"te's"_s,
                u"p%ct.txt"_s, u"ünï日本😀.txt"_s, u".hidden"_s, u"x:y~z"_s, u"back\\slash"_s})
            QTest::newRow(QUrl::toPercentEncoding(path).constData()) << u"names/"_s + path;
    }
    void storesFilesUnderTheirOwnNames()
    {
        QFETCH(const QString, path);
        const QByteArray content = "content of " + path.toUtf8();
        VERIFY_OK(m.put(path, content));
        const auto read = await(m_server->artifacts.read(m.run().artifactUri, path));
        VERIFY_OK(read);
        QCOMPARE(*read, content);
        const QString folder = path.section(u'/', 0, -2);
        const auto files = await(m_server->artifacts.list(m.run().id, folder));
        VERIFY_OK(files);
        QVERIFY2(pathsOf(*files).contains(path), qPrintable(pathsOf(*files).join(u", "_s)));
        const QString local = m.localPath(u"download"_s);
        VERIFY_OK(await(m_server->artifacts.download(m.run().artifactUri, path, local)));
        QFile file(local);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), content);
    }

    void refusesNamesWithoutSendingThem()
    {
        QSignalSpy attempts(&m_server->client(), &RestClient::attemptFinished);
        for (const QString &path : {u"a#b"_s, u"p%20x"_s, u"../x"_s, u"a//b"_s})
            VERIFY_KIND(m.put(path, "x"), ErrorKind::InvalidRequest);
        VERIFY_KIND(await(m_server->artifacts.upload(u"s3://bucket/x"_s, u"a"_s, m.localFile("x"))),
            ErrorKind::InvalidRequest);
        VERIFY_KIND(await(m_server->artifacts.upload(
                        m.run().artifactUri, u"a"_s, m.localPath(u"absent"_s))),
            ErrorKind::Local);
        QCOMPARE(attempts.count(), 0);
    }

    void listsOneLevel()
    {
        VERIFY_OK(m.put(u"level/one.txt"_s, "12345"));
        VERIFY_OK(m.put(u"level/two/three.txt"_s, "x"));
        const auto files = await(m_server->artifacts.list(m.run().id, u"level"_s));
        VERIFY_OK(files);
        QCOMPARE(pathsOf(*files), QStringList({u"level/one.txt"_s, u"level/two"_s}));
        for (const FileInfo &file : *files) {
            QCOMPARE(file.isDirectory, file.path == u"level/two"_s);
            QCOMPARE(file.size, file.isDirectory ? -1 : 5);
        }
        QVERIFY(await(m_server->artifacts.list(m.run().id, u"no such"_s))->isEmpty());
    }

    void uploadsEmptyLargeAndRepeatedFiles()
    {
        VERIFY_OK(m.put(u"empty"_s, {}));
        QCOMPARE(await(m_server->artifacts.read(m.run().artifactUri, u"empty"_s))->size(), 0);
        const QByteArray large(12 * 1024 * 1024, 'x');
        VERIFY_OK(m.put(u"large"_s, large));
        VERIFY_OK(m.put(u"large"_s, large + "y"));
        const QString local = m.localPath(u"large"_s);
        VERIFY_OK(await(m_server->artifacts.download(m.run().artifactUri, u"large"_s, local)));
        QCOMPARE(QFile(local).size(), large.size() + 1);
        // More than asked for is refused instead of filling the memory.
        QVERIFY(!await(m_server->artifacts.read(m.run().artifactUri, u"large"_s, 1024)));
    }

    void readsThroughTheServerWhatOnlyItReaches()
    {
        VERIFY_OK(m.put(u"far/ü + .txt"_s, "far away"));
        // The server looks up the real root by the id; ours only has to name it.
        const QString run = u"s3://bucket/1/"_s + m.run().id.text() + u"/artifacts/far"_s;
        const auto file = await(m_server->artifacts.read(run, u"ü + .txt"_s));
        VERIFY_OK(file);
        QCOMPARE(*file, "far away");
        NEEDS(u"logged-models"_s);
        const auto model = m.freshLoggedModel();
        VERIFY_OK(model);
        const QString root = u"s3://bucket/1/models/"_s + model->id.text() + u"/artifacts"_s;
        const auto text = await(m_server->artifacts.read(root, u"MLmodel"_s));
        VERIFY_OK(text);
        QCOMPARE(*text, "flavors: {}\n");
    }

    void missingFilesAreNotFound()
    {
        VERIFY_KIND(
            await(m_server->artifacts.read(m.run().artifactUri, u"absent"_s)), ErrorKind::NotFound);
        const QString local = m.localPath(u"never"_s);
        VERIFY_KIND(await(m_server->artifacts.download(m.run().artifactUri, u"absent"_s, local)),
            ErrorKind::NotFound);
        QVERIFY(!QFile::exists(local));
    }

    // Logged models

    void livesThroughALoggedModel()
    {
        NEEDS(u"logged-models"_s);
        const auto created = m.freshLoggedModel();
        VERIFY_OK(created);
        QCOMPARE(created->status, u"LOGGED_MODEL_PENDING"_s);
        QCOMPARE(created->params.at(0).value, u"0.1"_s);
        Batch batch;
        batch.runId = m.run().id;
        batch.metrics = {{u"acc"_s, 0.9, kStart, 0, created->id.text(), u"ds"_s, u"d1"_s}};
        VERIFY_OK(await(m_server->runs.logBatch(batch)));
        VERIFY_OK(await(m_server->loggedModels.setStatus(created->id, kReady)));
        const auto model = await(m_server->loggedModels.get(created->id));
        VERIFY_OK(model);
        QCOMPARE(model->status, kReady);
        QCOMPARE(model->sourceRunId, m.run().id);
        QCOMPARE(tagValue(model->tags, u"team"_s), u"x"_s);
        QCOMPARE(model->metrics.at(0).datasetName, u"ds"_s);

        const auto files = await(m_server->artifacts.listModel(created->id));
        VERIFY_OK(files);
        QCOMPARE(pathsOf(*files), QStringList({u"MLmodel"_s}));
        const auto text = await(m_server->artifacts.read(model->artifactUri, u"MLmodel"_s));
        VERIFY_OK(text);
        QCOMPARE(*text, "flavors: {}\n");

        const auto found =
            await(m_server->loggedModels.search({m.run().experimentId}, u"name = 'mymodel'"_s));
        VERIFY_OK(found);
        QVERIFY(!found->items.isEmpty());
        VERIFY_OK(await(m_server->loggedModels.remove(created->id)));
        VERIFY_KIND(await(m_server->loggedModels.get(created->id)), ErrorKind::NotFound);
        QVERIFY(!await(m_server->loggedModels.setStatus(LoggedModelId(), kReady)));
    }

    // Registry

    void registersAModel()
    {
        const QString name = u"mödel + q'uote #1"_s;
        const auto model =
            await(m_server->registry.createModel(name, u"a model"_s, {{u"owner"_s, u"ann"_s}}));
        VERIFY_OK(model);
        VERIFY_KIND(await(m_server->registry.createModel(name)), ErrorKind::Conflict);
        const auto version = m.freshVersion(name);
        VERIFY_OK(version);
        QCOMPARE(version->version, u"1"_s);
        QCOMPARE(version->status, u"READY"_s);
        QCOMPARE(version->stage, u"None"_s);
        QCOMPARE(version->runId, m.run().id);
        QCOMPARE(version->loggedModelId().isEmpty(), !m.has(u"logged-models"_s));
        const auto read = await(m_server->registry.getVersion(name, u"1"_s));
        VERIFY_OK(read);
        QCOMPARE(read->description, u"first try"_s);
        QCOMPARE(read->tag(u"op"_s), u"1"_s);
        const auto all = await(m_server->registry.versions(name)); // a name that needs quoting
        VERIFY_OK(all);
        QCOMPARE(numbersOf(*all), QStringList({u"1"_s}));
        const auto file = await(
            m_server->artifacts.readVersionFile(name, u"1"_s, u"MLmodel"_s)); // '+' in the query
        VERIFY_OK(file);
        QCOMPARE(*file, "flavors: {}\n");
        const auto got = await(m_server->registry.getModel(name));
        VERIFY_OK(got);
        QCOMPARE(got->description, u"a model"_s);
        QCOMPARE(tagValue(got->tags, u"owner"_s), u"ann"_s);
    }

    void listsVersionsNewestFirstWhateverWasTouched()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(m_server->registry.createModel(name)));
        for (int i = 0; i < 4; ++i)
            VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(await(m_server->registry.setVersionTag(name, u"2"_s, {u"a"_s, u"b"_s})));
        const auto versions = await(m_server->registry.versions(name));
        VERIFY_OK(versions);
        QCOMPARE(numbersOf(*versions), QStringList({u"4"_s, u"3"_s, u"2"_s, u"1"_s}));
        QCOMPARE(versions->at(2).tag(u"a"_s), u"b"_s);
        VERIFY_OK(await(m_server->registry.deleteVersionTag(name, u"2"_s, u"a"_s)));
        VERIFY_OK(await(m_server->registry.deleteVersion(name, u"4"_s)));
        VERIFY_KIND(await(m_server->registry.getVersion(name, u"4"_s)), ErrorKind::NotFound);
        const auto next = m.freshVersion(name);
        VERIFY_OK(next);
        QCOMPARE(next->version, u"5"_s); // numbers are not used again
    }

    void movesVersionsThroughStages()
    {
        const QString name = m.freshName();
        VERIFY_OK(await(m_server->registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(m.freshVersion(name));
        auto &registry = m_server->registry;
        const auto staged = await(registry.transitionStage(name, u"1"_s, u"staging"_s, false));
        VERIFY_OK(staged);
        QCOMPARE(staged->stage, u"Staging"_s); // the server's spelling
        VERIFY_OK(await(registry.transitionStage(name, u"2"_s, u"Staging"_s, true)));
        QCOMPARE(await(registry.getVersion(name, u"1"_s))->stage, u"Archived"_s);
        // With the flag the server would fail for these two.
        VERIFY_OK(await(registry.transitionStage(name, u"2"_s, u"Archived"_s, true)));
        VERIFY_OK(await(registry.transitionStage(name, u"2"_s, u"None"_s, true)));
        VERIFY_KIND(await(registry.transitionStage(name, u"2"_s, u"Heaven"_s, false)),
            ErrorKind::InvalidRequest);
        VERIFY_KIND(await(registry.transitionStage(name, u"99"_s, u"Staging"_s, false)),
            ErrorKind::NotFound);
    }

    void movesAliases()
    {
        const QString name = m.freshName();
        auto &registry = m_server->registry;
        VERIFY_OK(await(registry.createModel(name)));
        VERIFY_OK(m.freshVersion(name));
        VERIFY_OK(m.freshVersion(name));
        VERIFY_KIND(await(registry.versionByAlias(name, u"champion"_s)), ErrorKind::NotFound);
        VERIFY_OK(await(registry.setAlias(name, u"champion"_s, u"1"_s)));
        VERIFY_OK(await(registry.setAlias(name, u"champion"_s, u"2"_s)));
        QCOMPARE(await(registry.versionByAlias(name, u"champion"_s))->version, u"2"_s);
        QCOMPARE(await(registry.getVersion(name, u"2"_s))->aliases, QStringList({u"champion"_s}));
        QCOMPARE(await(registry.getModel(name))->aliases.value(u"champion"_s), u"2"_s);
        VERIFY_OK(await(registry.deleteAlias(name, u"champion"_s)));
        VERIFY_OK(await(registry.deleteAlias(name, u"champion"_s)));
        VERIFY_KIND(await(registry.setAlias(name, u"latest"_s, u"1"_s)), ErrorKind::InvalidRequest);
        VERIFY_KIND(await(registry.versionByAlias(u"no such"_s, u"a"_s)), ErrorKind::NotFound);
    }

    void searchesAndDeletesModels()
    {
        const QString name = m.freshName();
        auto &registry = m_server->registry;
        VERIFY_OK(await(registry.createModel(name)));
        VERIFY_OK(await(registry.setModelTag(name, {u"kind"_s, u"test"_s})));
        const auto found = await(registry.searchModels(u"tags.kind = 'test'"_s));
        VERIFY_OK(found);
        QCOMPARE(found->items.size(), 1);
        QCOMPARE(found->items.at(0).name, name);
        const auto page = await(registry.searchModels({}, 1));
        VERIFY_OK(page);
        QCOMPARE(page->items.size(), 1);
        QVERIFY(!page->nextToken.isEmpty());
        VERIFY_OK(await(registry.searchModels({}, 1, page->nextToken)));
        VERIFY_OK(await(registry.deleteModelTag(name, u"kind"_s)));
        VERIFY_OK(await(registry.deleteModel(name)));
        VERIFY_KIND(await(registry.getModel(name)), ErrorKind::NotFound);
        QVERIFY(await(registry.versions(name))->isEmpty());
    }
};

std::unique_ptr<QObject> signalbox::test::modelsContract(Contract &contract)
{
    return std::make_unique<ModelsContract>(contract);
}

#include "models_contract.moc"
