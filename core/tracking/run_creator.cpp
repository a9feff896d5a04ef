// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/run_creator.h"

#include <algorithm>
#include <tuple>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

bool isEmptyRun(const mlflow::Run &run)
{
    return run.metrics.isEmpty() && run.params.isEmpty() && run.datasets.isEmpty()
        && run.outputs.isEmpty();
}

bool isDeleted(const mlflow::Run &run)
{
    return run.info.lifecycle == mlflow::Lifecycle::Deleted;
}

//! Living runs first, then the oldest; the id makes the order of equals the same everywhere.
bool comesBefore(const mlflow::Run &a, const mlflow::Run &b)
{
    return std::tuple(isDeleted(a), a.info.startTime, a.info.id.text())
        < std::tuple(isDeleted(b), b.info.startTime, b.info.id.text());
}

} // namespace

RunCreator::RunCreator(mlflow::Server &server, ExperimentResolver &experiments, Journal &journal,
    RunRow row, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_experiments(experiments)
    , m_journal(journal)
    , m_row(std::move(row))
{
}

Call<mlflow::RunInfo> RunCreator::start()
{
    const auto record = codec::decodeRun(m_row.spec);
    if (!record)
        return Call<mlflow::RunInfo>::finished(
            Failure(ErrorKind::InvalidInput, u"The journal's record of the run cannot be read."_s,
                u"Was it written by another version of Signalbox?"_s));
    m_record = *record;
    resolveExperiment();
    return m_promise.call();
}

void RunCreator::resolveExperiment()
{
    const auto resolved = m_experiments.resolve(m_record.experiment);
    resolved.then(this, [this](const Result<ExperimentId> &id) {
        if (!id) {
            m_promise.resolve(id.failure());
            return;
        }
        m_experiment = id.value();
        if (m_row.phase == RunPhase::Attempted)
            lookUp(true);
        else
            sendCreate();
    });
}

void RunCreator::lookUp(bool thenCreate)
{
    mlflow::RunQuery query;
    query.experimentIds = {m_experiment};
    query.filter = u"tags.\"signalbox.op_id\" = '%1'"_s.arg(m_row.localId);
    query.viewType = mlflow::ViewType::All;
    query.maxResults = 100;
    const auto search = m_server.runs.search(query);
    search.then(this, [this, thenCreate](const Result<mlflow::Page<mlflow::Run>> &page) {
        if (!page)
            m_promise.resolve(page.failure());
        else if (!page->items.isEmpty())
            choose(page->items);
        else if (thenCreate)
            sendCreate();
        else
            m_promise.resolve(Failure(
                ErrorKind::Decode, u"The server created the run but does not find it again."_s));
    });
}

void RunCreator::choose(QList<mlflow::Run> found)
{
    std::sort(found.begin(), found.end(), comesBefore);
    const mlflow::RunInfo kept = found.takeFirst().info;
    found.removeIf([](const mlflow::Run &run) { return isDeleted(run) || !isEmptyRun(run); });
    deleteTwins(found, kept);
}

void RunCreator::deleteTwins(QList<mlflow::Run> twins, const mlflow::RunInfo &kept)
{
    if (twins.isEmpty()) {
        m_promise.resolve(kept);
        return;
    }
    const auto removed = m_server.runs.remove(twins.takeFirst().info.id);
    removed.then(this, [this, twins, kept](const Result<void> &result) {
        if (result)
            deleteTwins(twins, kept);
        else
            m_promise.resolve(result.failure());
    });
}

mlflow::CreateRun RunCreator::request() const
{
    mlflow::CreateRun request;
    request.experimentId = m_experiment;
    request.name = m_record.name;
    request.startTime = m_row.startMs;
    request.userId = mlflow::tagValue(m_record.tags, u"mlflow.user"_s);
    request.tags = m_record.tags;
    request.tags.removeIf([](const mlflow::Tag &tag) {
        return tag.key == "signalbox.op_id"_L1 || tag.key == "mlflow.parentRunId"_L1;
    });
    request.tags.append({u"signalbox.op_id"_s, m_row.localId});
    const QString parent =
        m_row.parentRunId.isEmpty() ? m_record.parentOnServer : m_row.parentRunId;
    if (!parent.isEmpty())
        request.tags.append({u"mlflow.parentRunId"_s, parent});
    return request;
}

void RunCreator::sendCreate()
{
    // Remembered before it is sent: after a crash nobody could tell otherwise.
    const auto marked =
        m_journal.transact<bool>([id = m_row.id](JournalStore &store) -> Result<bool> {
            const auto done = store.markCreateAttempted(id);
            return done ? Result<bool>(true) : Result<bool>(done.failure());
        });
    marked.then(this, [this](const Result<bool> &result) {
        if (!result) {
            m_promise.resolve(result.failure());
            return;
        }
        const auto create = m_server.runs.create(request());
        create.then(this, [this](const Result<mlflow::Run> &run) { created(run); });
    });
}

void RunCreator::created(const Result<mlflow::Run> &result)
{
    if (result && m_row.phase != RunPhase::Attempted) {
        m_promise.resolve(result->info);
        return;
    }
    if (result) {
        // An earlier create may have arrived late, after we looked.
        lookUp(false);
        return;
    }
    if (result.error().kind == ErrorKind::NotFound && !std::exchange(m_askedAgain, true)) {
        m_experiments.forget(m_record.experiment);
        resolveExperiment();
        return;
    }
    m_promise.resolve(result.failure());
}

} // namespace signalbox
