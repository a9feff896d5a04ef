// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/model_upload.h"

#include "core/tracking/mlmodel_text.h"
#include "core/tracking/replay_verdict.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

QString modelDigest(const QList<SpooledFile> &files)
{
    QList<QByteArray> lines;
    for (const SpooledFile &file : files)
        lines << QByteArray(file.path.toUtf8() + '\0' + file.sha256.toLatin1());
    std::sort(lines.begin(), lines.end());
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QByteArray &line : std::as_const(lines)) {
        const qsizetype end = line.indexOf('\0');
        hash.addData(QByteArray(line.mid(end + 1) + "  " + line.left(end) + '\n'));
    }
    return QString::fromLatin1(hash.result().toHex());
}

ModelUpload::ModelUpload(
    mlflow::Server &server, Journal &journal, RunRow run, ItemRow item, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_journal(journal)
    , m_run(std::move(run))
    , m_item(std::move(item))
{
}

QString ModelUpload::operationId() const
{
    return QString(m_run.localId % u"-m" % QString::number(m_item.seq));
}

Call<ModelOutcome> ModelUpload::start()
{
    const auto record = codec::decodeModel(m_item.payload);
    if (record) {
        m_record = *record;
        m_progress = codec::decodeProgress(m_item.progress);
        askServer();
    } else {
        refuse(u"The journal's record of the model cannot be read."_s);
    }
    return m_promise.call();
}

void ModelUpload::askServer()
{
    if (m_server.info()) {
        begin(*m_server.info());
        return;
    }
    const auto asked = m_server.connectToServer();
    asked.then(this, [this](const Result<mlflow::ServerInfo> &info) {
        if (info)
            begin(info.value());
        else
            m_promise.resolve(info.failure()); // who the server is says nothing about the model
    });
}

void ModelUpload::begin(const mlflow::ServerInfo &info)
{
    if (!info.has(u"logged-models"_s)) {
        m_filesRoot = m_run.artifactUri;
        m_filesPrefix = QString(m_record.name % u'/');
        uploadNext();
    } else if (!m_progress.modelId.isEmpty()) {
        linkToRun();
    } else if (m_progress.attempted) {
        lookUp(true);
    } else {
        sendCreate();
    }
}

void ModelUpload::lookUp(bool thenCreate)
{
    const QString filter = u"tags.`signalbox.op_id` = '%1'"_s.arg(operationId());
    const auto search = m_server.loggedModels.search({ExperimentId(m_run.experimentId)}, filter);
    using Page = mlflow::Page<mlflow::LoggedModel>;
    search.then(this, [this, thenCreate](const Result<Page> &page) {
        if (!page)
            settle(page.failure(), &ModelUpload::linkToRun);
        else if (!page->items.isEmpty())
            choose(page->items);
        else if (thenCreate)
            sendCreate();
        else
            m_promise.resolve(Failure(
                ErrorKind::Decode, u"The server created the model but does not find it again."_s));
    });
}

void ModelUpload::choose(QList<mlflow::LoggedModel> found)
{
    std::sort(
        found.begin(), found.end(), [](const mlflow::LoggedModel &a, const mlflow::LoggedModel &b) {
            return std::tuple(a.creationTime, a.id.text())
                < std::tuple(b.creationTime, b.id.text());
        });
    if (found.size() == 1) {
        adopt(found.first());
        return;
    }
    const auto removed = m_server.loggedModels.remove(found.takeLast().id);
    removed.then(this, [this, found](const Result<void> &result) {
        if (result)
            choose(found);
        else
            m_promise.resolve(result.failure());
    });
}

void ModelUpload::sendCreate()
{
    codec::ModelProgress attempted;
    attempted.attempted = true;
    const bool again = m_progress.attempted;
    const auto marked = m_journal.transact<bool>(
        [seq = m_item.seq, bytes = codec::encode(attempted)](JournalStore &store) -> Result<bool> {
            const auto done = store.setProgress(seq, bytes);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    marked.then(this, [this, again](const Result<bool> &result) {
        if (!result) {
            m_promise.resolve(result.failure());
            return;
        }
        QList<SpooledFile> files;
        for (const FileRow &row : std::as_const(m_item.files))
            files << row.file;
        mlflow::CreateLoggedModel request;
        request.experimentId = ExperimentId(m_run.experimentId);
        request.name = m_record.name;
        request.modelType = m_record.modelType;
        request.sourceRunId = RunId(m_run.runId);
        request.params = m_record.params;
        request.tags = m_record.tags;
        request.tags.append({u"signalbox.op_id"_s, operationId()});
        request.tags.append({u"signalbox.model_sha256"_s, modelDigest(files)});
        const auto create = m_server.loggedModels.create(request);
        create.then(this, [this, again](const Result<mlflow::LoggedModel> &model) {
            if (model && again)
                lookUp(false); // an earlier create may have arrived late
            else
                created(model);
        });
    });
}

void ModelUpload::created(const Result<mlflow::LoggedModel> &result)
{
    if (result)
        adopt(result.value());
    else if (verdictOf(result.error()) == Verdict::Park)
        refuse(result.error().text());
    else
        m_promise.resolve(result.failure());
}

void ModelUpload::adopt(const mlflow::LoggedModel &model)
{
    m_progress = {true, model.id.text(), model.artifactUri};
    save(m_progress, &ModelUpload::linkToRun);
}

void ModelUpload::linkToRun()
{
    m_filesRoot = m_progress.artifactUri;
    m_outcome.id = LoggedModelId(m_progress.modelId);
    const auto linked = m_server.runs.logOutputs(RunId(m_run.runId), {{m_outcome.id, 0}});
    linked.then(
        this, [this](const Result<void> &result) { settle(result, &ModelUpload::uploadNext); });
}

void ModelUpload::uploadNext()
{
    while (m_nextFile < m_item.files.size() && m_item.files.at(m_nextFile).sent)
        ++m_nextFile;
    if (m_nextFile == m_item.files.size()) {
        if (m_outcome.id.isEmpty())
            enterHistory();
        else
            setStatus();
        return;
    }
    const SpooledFile &file = m_item.files.at(m_nextFile).file;
    const QString copy = m_journal.folder().spool(file.spool);
    if (QFileInfo(copy).size() != file.size) {
        refuse(u"The journal's copy of \"%1\" is gone or damaged."_s.arg(file.path));
        return;
    }
    const auto upload =
        m_server.artifacts.upload(m_filesRoot, QString(m_filesPrefix % file.path), copy);
    upload.then(this, [this](const Result<void> &result) { uploaded(result); });
}

void ModelUpload::uploaded(const Result<void> &result)
{
    if (!result) {
        settle(result, &ModelUpload::uploadNext);
        return;
    }
    const auto marked = m_journal.transact<bool>(
        [id = m_item.files.at(m_nextFile).id](JournalStore &store) -> Result<bool> {
            const auto done = store.markFileSent(id);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    ++m_nextFile;
    marked.then(this, [this](const Result<bool> &) { uploadNext(); });
}

void ModelUpload::setStatus()
{
    const bool complete = m_outcome.refusal.isEmpty();
    const auto set = m_server.loggedModels.setStatus(
        m_outcome.id, complete ? u"LOGGED_MODEL_READY"_s : u"LOGGED_MODEL_UPLOAD_FAILED"_s);
    set.then(this, [this](const Result<void> &result) {
        const bool waits = !result && verdictOf(result.error()) == Verdict::Wait;
        if (waits) {
            m_promise.resolve(result.failure());
            return;
        }
        if (!result && m_outcome.refusal.isEmpty())
            m_outcome.refusal = result.error().text();
        rememberModel();
    });
}

void ModelUpload::enterHistory()
{
    // Each call adds an entry, so an earlier one whose reply was lost is looked for first.
    const auto asked = m_server.runs.get(RunId(m_run.runId));
    asked.then(this, [this](const Result<mlflow::Run> &run) {
        if (!run) {
            settle(run.failure(), &ModelUpload::enterHistory);
            return;
        }
        if (isInModelHistory(run->tag(u"mlflow.log-model.history"_s), m_record.name)) {
            m_promise.resolve(m_outcome);
            return;
        }
        const auto entered = m_server.runs.logModel(run->info.id,
            modelDescription(
                mlmodelText(), m_record.name, m_run.runId, QDateTime::currentMSecsSinceEpoch()));
        entered.then(this, [this](const Result<void> &result) {
            if (result)
                m_promise.resolve(m_outcome);
            else
                settle(result, &ModelUpload::enterHistory);
        });
    });
}

QByteArray ModelUpload::mlmodelText() const
{
    for (const FileRow &row : m_item.files) {
        if (row.file.path != "MLmodel"_L1)
            continue;
        QFile file(m_journal.folder().spool(row.file.spool));
        return file.open(QIODevice::ReadOnly) ? file.read(256 * 1024) : QByteArray();
    }
    return {};
}

void ModelUpload::rememberModel()
{
    const auto done = m_journal.transact<bool>(
        [run = m_run.id, model = m_outcome.id.text()](JournalStore &store) -> Result<bool> {
            const auto set = store.setModel(run, model);
            return set ? Result<bool>(true) : Result<bool>(set.failure());
        });
    done.then(this, [this](const Result<bool> &result) {
        if (result)
            m_promise.resolve(m_outcome);
        else
            m_promise.resolve(result.failure());
    });
}

void ModelUpload::settle(const Result<void> &result, void (ModelUpload::*next)())
{
    if (result)
        (this->*next)();
    else if (verdictOf(result.error()) == Verdict::Wait)
        m_promise.resolve(result.failure());
    else
        refuse(result.error().text());
}

void ModelUpload::save(const codec::ModelProgress &progress, void (ModelUpload::*next)())
{
    const auto saved = m_journal.transact<bool>(
        [seq = m_item.seq, bytes = codec::encode(progress)](JournalStore &store) -> Result<bool> {
            const auto done = store.setProgress(seq, bytes);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    saved.then(this, [this, next](const Result<bool> &result) {
        if (result)
            (this->*next)();
        else
            m_promise.resolve(result.failure());
    });
}

void ModelUpload::refuse(const QString &reason)
{
    m_outcome.refusal = reason;
    if (m_outcome.id.isEmpty())
        m_promise.resolve(m_outcome);
    else
        setStatus();
}

} // namespace signalbox
