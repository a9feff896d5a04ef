// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/run_session.h"

#include "core/base/redaction.h"
#include "core/tracking/journal.h"
#include "core/tracking/log_checks.h"
#include "core/tracking/run_session_state.h"
#include "core/tracking/spool.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include <algorithm>
#include <exception>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kLongestReason = 4000;

Failure runIsOver()
{
    return Failure(ErrorKind::Local, u"The run has ended already."_s,
        u"Log before the run is finished, or start another run."_s);
}

Call<Ack> refused(const Failure &failure)
{
    return Call<Ack>::finished(failure);
}

NewItem item(ItemKind kind, const QByteArray &payload, const QString &what)
{
    NewItem made;
    made.kind = kind;
    made.payload = payload;
    made.what = what;
    return made;
}

Result<QList<SpooledFile>> oneFile(const Result<SpooledFile> &file)
{
    if (!file)
        return file.failure();
    return QList<SpooledFile>{file.value()};
}

} // namespace

RunOutcome RunOutcome::failed(const Error &error)
{
    return {mlflow::RunStatus::Failed, nameOf(error.kind), error.text()};
}

RunOutcome RunOutcome::killed(const QString &why)
{
    return {mlflow::RunStatus::Killed, nameOf(ErrorKind::Cancelled), why};
}

RunSession::RunSession(std::shared_ptr<State> state)
    : m_state(std::move(state))
{
}

RunSession::RunSession(RunSession &&) noexcept = default;

RunSession &RunSession::operator=(RunSession &&other) noexcept
{
    if (this != &other) {
        RunSession ends(std::move(*this)); // the run held so far leaves the scope
        m_state = std::move(other.m_state);
    }
    return *this;
}

RunSession::~RunSession()
{
    if (!isLive())
        return;
    const bool unwinding = std::uncaught_exceptions() > m_state->exceptions;
    const auto ended = finish(unwinding ? RunOutcome::failed(makeError(
                                  ErrorKind::Local, u"An exception ended the run's scope."_s))
                                        : RunOutcome::finished());
    Q_UNUSED(ended)
}

LocalRunId RunSession::localId() const
{
    return m_state ? m_state->link.localId : LocalRunId();
}

RunId RunSession::runId() const
{
    return m_state ? m_state->link.runId : RunId();
}

RunLink RunSession::link() const
{
    return m_state ? m_state->link : RunLink();
}

bool RunSession::isLive() const
{
    return m_state && m_state->live && m_state->connector;
}

Call<Ack> RunSession::logParams(const QList<mlflow::Param> &params)
{
    if (!isLive())
        return refused(runIsOver());
    const auto entries = checks::params(params);
    if (!entries)
        return refused(entries.failure());
    return m_state->connector->m_journal->addItems(localId(), codec::batchItems(entries.value()));
}

Call<Ack> RunSession::logMetrics(const QList<mlflow::Metric> &metrics)
{
    if (!isLive())
        return refused(runIsOver());
    const auto entries = checks::metrics(metrics, m_state->connector->m_clock.epochMs());
    if (!entries)
        return refused(entries.failure());
    return m_state->connector->m_journal->addItems(localId(), codec::batchItems(entries.value()));
}

Call<Ack> RunSession::setTags(const mlflow::TagList &tags)
{
    if (!isLive())
        return refused(runIsOver());
    const auto entries = checks::tags(tags);
    if (!entries)
        return refused(entries.failure());
    return m_state->connector->m_journal->addItems(localId(), codec::batchItems(entries.value()));
}

Call<Ack> RunSession::logInputs(const QList<mlflow::DatasetInput> &datasets)
{
    if (!isLive())
        return refused(runIsOver());
    if (const auto ok = checks::inputs(datasets); !ok)
        return refused(ok.failure());
    QStringList names;
    for (const mlflow::DatasetInput &input : datasets)
        names << input.name;
    return m_state->connector->m_journal->addItems(localId(),
        {item(ItemKind::Inputs, codec::encode(datasets), u"dataset "_s % names.join(u", "_s))});
}

//! The server would fail over a file below a file, again and again.
Result<void> RunSession::claimPath(const QString &path)
{
    if (auto ok = checks::artifactPath(path); !ok)
        return ok;
    QStringList folders;
    for (qsizetype i = path.indexOf(u'/'); i >= 0; i = path.indexOf(u'/', i + 1))
        folders << path.left(i);
    const auto isFile = [this](const QString &folder) { return m_state->files.contains(folder); };
    if (m_state->folders.contains(path) || std::any_of(folders.cbegin(), folders.cend(), isFile))
        return Failure(ErrorKind::InvalidInput,
            u"\"%1\" cannot be a file and a folder of one run."_s.arg(path.left(200)),
            u"Choose another name for one of them."_s);
    m_state->files.insert(path);
    m_state->folders.unite(QSet<QString>(folders.cbegin(), folders.cend()));
    return {};
}

Call<Ack> RunSession::logArtifact(const QString &localFile, const QString &to)
{
    if (!isLive())
        return refused(runIsOver());
    if (const auto ok = claimPath(to); !ok)
        return refused(ok.failure());
    return m_state->connector->m_journal->addFiles(localId(),
        item(ItemKind::File, {}, u"artifact "_s % to),
        [localFile, to](const JournalFolder &folder) {
            return oneFile(spool::copyFile(folder, localFile, to));
        });
}

Call<Ack> RunSession::logText(const QString &text, const QString &to)
{
    if (!isLive())
        return refused(runIsOver());
    if (const auto ok = claimPath(to); !ok)
        return refused(ok.failure());
    return m_state->connector->m_journal->addFiles(localId(),
        item(ItemKind::File, {}, u"artifact "_s % to),
        [bytes = text.toUtf8(), to](
            const JournalFolder &folder) { return oneFile(spool::writeBytes(folder, bytes, to)); });
}

Call<Ack> RunSession::logModel(const ModelFolder &model)
{
    if (!isLive())
        return refused(runIsOver());
    if (const auto ok = checks::modelName(model.name); !ok)
        return refused(ok.failure());
    // On MLflow 2 the model is a folder of the run, and a file in its place a lasting server error.
    if (const auto ok = claimPath(QString(model.name % u"/MLmodel")); !ok)
        return refused(ok.failure());
    if (const auto ok = checks::params(model.params); !ok)
        return refused(ok.failure());
    if (const auto ok = checks::tags(model.tags); !ok)
        return refused(ok.failure());
    const codec::ModelRecord record{model.name, model.modelType, model.params, model.tags};
    return m_state->connector->m_journal->addFiles(localId(),
        item(ItemKind::Model, codec::encode(record), u"model "_s % model.name),
        [path = model.path](const JournalFolder &folder) {
            return checks::modelFiles(spool::copyTree(folder, path), folder, path);
        });
}

Call<RunLink> RunSession::synced()
{
    if (!m_state || !m_state->connector)
        return Call<RunLink>::finished(runIsOver());
    return m_state->connector->synced(localId());
}

Call<Ack> RunSession::finish(const RunOutcome &outcome)
{
    if (!isLive())
        return refused(runIsOver());
    m_state->live = false;
    QList<NewItem> items;
    if (!outcome.errorKind.isEmpty())
        items = codec::batchItems({
            mlflow::Tag{u"signalbox.error.kind"_s, outcome.errorKind},
            mlflow::Tag{
                u"signalbox.error.message"_s, redact(outcome.errorMessage).left(kLongestReason)},
        });
    const codec::FinishRecord record{outcome.status, m_state->connector->m_clock.epochMs()};
    items << item(ItemKind::Finish, codec::encode(record), u"end of the run"_s);
    return m_state->connector->m_journal->addItems(localId(), items);
}

} // namespace signalbox
