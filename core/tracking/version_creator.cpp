// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/version_creator.h"

#include "core/tracking/replay_verdict.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {
constexpr int kMaxAttempts = 2;
}

VersionCreator::VersionCreator(mlflow::Server &server, mlflow::CreateVersion request,
    const QString &operation, QObject *parent)
    : QObject(parent)
    , m_server(server)
    , m_request(std::move(request))
    , m_operation(operation)
{
    m_request.tags.append({u"signalbox.op_id"_s, m_operation});
    if (m_request.source.isEmpty() && !m_request.modelId.isEmpty())
        m_request.source = u"models:/"_s % m_request.modelId.text();
}

Call<mlflow::ModelVersion> VersionCreator::start()
{
    createModel(true);
    return m_promise.call();
}

void VersionCreator::createModel(bool mayRepeat)
{
    const auto model = m_server.registry.createModel(m_request.name);
    model.then(this, [this, mayRepeat](const Result<mlflow::RegisteredModel> &result) {
        m_madeModel = result.hasValue();
        const bool taken = !result && result.error().kind == ErrorKind::Conflict;
        if (taken && result.error().message.contains(u"prompt"_s, Qt::CaseInsensitive))
            refusePrompt(result.error());
        else if (result || taken)
            modelIsThere();
        else if (mayRepeat && isAmbiguous(result.error()))
            createModel(false); // names are unique, so that this makes nothing twice
        else
            end(result.failure());
    });
}

//! MLflow keeps prompts beside models and would take a version of ours into one of them.
void VersionCreator::refusePrompt(const Error &conflict)
{
    const auto asked = m_server.registry.getModel(m_request.name);
    asked.then(this, [this, conflict](const Result<mlflow::RegisteredModel> &found) {
        if (!found)
            end(found.failure());
        else if (mlflow::tagValue(found->tags, u"mlflow.prompt.is_prompt"_s) == "true"_L1)
            end(Failure(conflict));
        else
            modelIsThere(); // it only has the word in its name
    });
}

void VersionCreator::modelIsThere()
{
    if (m_lookFirst)
        lookUp(makeError(
            ErrorKind::Decode, u"The server was sent the version but does not show it."_s));
    else
        createVersion();
}

Call<mlflow::ModelVersion> VersionCreator::startAgain()
{
    m_lookFirst = true;
    m_attempts = 1;
    return start();
}

void VersionCreator::createVersion()
{
    ++m_attempts;
    const auto created = m_server.registry.createVersion(m_request);
    created.then(this, [this](const Result<mlflow::ModelVersion> &result) {
        if (!result && isAmbiguous(result.error())) {
            lookUp(result.error());
        } else if (result && m_attempts > 1) {
            m_second = result.value();
            lookUp({}); // the first one may have arrived late
        } else if (!result && m_madeModel && verdictOf(result.error()) == Verdict::Park) {
            takeNameBack(result.error());
        } else {
            end(result);
        }
    });
}

//! A refused version must not leave the name behind that was made for it alone.
void VersionCreator::takeNameBack(const Error &refusal)
{
    const auto listed = m_server.registry.versions(m_request.name);
    listed.then(this, [this, refusal](const Result<QList<mlflow::ModelVersion>> &result) {
        if (!result || !result->isEmpty()) { // somebody else uses it by now
            end(Failure(refusal));
            return;
        }
        m_server.registry.deleteModel(m_request.name)
            .then(this, [this, refusal](const Result<void> &) { end(Failure(refusal)); });
    });
}

void VersionCreator::lookUp(const Error &cause)
{
    const auto listed = m_server.registry.versions(m_request.name);
    listed.then(this, [this, cause](const Result<QList<mlflow::ModelVersion>> &result) {
        if (!result) {
            end(result.failure());
            return;
        }
        QList<mlflow::ModelVersion> found = result.value();
        found.removeIf([this](const mlflow::ModelVersion &version) {
            return version.tag(u"signalbox.op_id"_s) != m_operation;
        });
        if (!found.isEmpty())
            choose(found);
        else if (!m_second.version.isEmpty())
            end(m_second); // the list is behind
        else if (m_attempts < kMaxAttempts)
            createVersion();
        else
            end(Failure(cause));
    });
}

void VersionCreator::choose(QList<mlflow::ModelVersion> found)
{
    std::sort(found.begin(), found.end(),
        [](const mlflow::ModelVersion &a, const mlflow::ModelVersion &b) {
            return a.version.toLongLong() < b.version.toLongLong();
        });
    if (found.size() == 1) {
        end(found.first());
        return;
    }
    const auto removed = m_server.registry.deleteVersion(m_request.name, found.takeLast().version);
    removed.then(this, [this, found](const Result<void> &result) {
        if (result)
            choose(found);
        else
            end(result.failure());
    });
}

void VersionCreator::end(const Result<mlflow::ModelVersion> &result)
{
    m_promise.resolve(result);
    deleteLater();
}

} // namespace signalbox
