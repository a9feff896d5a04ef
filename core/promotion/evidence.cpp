// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/evidence.h"

#include "core/tracking/connector.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kMaxModelFile = 1024 * 1024;

//! Turns "does not exist" into an empty answer; other failures stay failures.
template <typename T> Call<std::optional<T>> ifFound(const Call<T> &call, QObject *context)
{
    using Found = std::optional<T>;
    Promise<Found> promise;
    promise.onCancel([call] { call.cancel(); });
    call.then(context, [promise](const Result<T> &result) {
        if (result)
            promise.resolve(Found(result.value()));
        else if (result.error().kind == ErrorKind::NotFound)
            promise.resolve(Found());
        else
            promise.resolve(result.failure());
    });
    return promise.call();
}

Call<std::optional<mlflow::Run>> runIfAny(Connector &connector, QObject *context, const RunId &id)
{
    using Found = std::optional<mlflow::Run>;
    if (id.isEmpty())
        return Call<Found>::finished(Found());
    return ifFound(connector.server().runs.get(id), context);
}

Call<Evidence> withRun(Connector &connector, QObject *context, const Evidence &evidence)
{
    return runIfAny(connector, context, evidence.version.runId)
        .andThen(context, [evidence](const std::optional<mlflow::Run> &run) {
            Evidence next = evidence;
            next.run = run;
            next.problem = run ? problemOf(*run) : QString();
            return Call<Evidence>::finished(next);
        });
}

void noteModelFile(Evidence &evidence, const Result<QByteArray> &file)
{
    evidence.modelFileRead = file.hasValue();
    if (!file) {
        evidence.signatureSource = u"MLmodel could not be read: "_s % file.error().message;
        return;
    }
    evidence.signaturePresent = declaresSignature(file.value());
    evidence.signatureSource = evidence.signaturePresent ? u"MLmodel declares inputs and outputs"_s
                                                         : u"MLmodel declares no signature"_s;
}

//! A file that is not there is missing evidence; a server that does not answer is a failure.
Call<Evidence> withSignature(Connector &connector, QObject *context, const Evidence &evidence)
{
    Promise<Evidence> promise;
    const auto file = connector.server().artifacts.readVersionFile(
        evidence.version.name, evidence.version.version, u"MLmodel"_s, kMaxModelFile);
    promise.onCancel([file] { file.cancel(); });
    file.then(context, [promise, evidence](const Result<QByteArray> &result) {
        if (!result && result.error().kind != ErrorKind::ServerError && result.error().isOutage()) {
            promise.resolve(result.failure());
            return;
        }
        Evidence next = evidence;
        noteModelFile(next, result);
        promise.resolve(next);
    });
    return promise.call();
}

Call<Evidence> withRegistry(
    Connector &connector, QObject *context, const Evidence &evidence, Stage to)
{
    return readRegistry(connector, context, evidence.version.name)
        .andThen(context, [&connector, context, evidence, to](const RegistryView &view) {
            Evidence next = evidence;
            next.versions = view.versions;
            next.aliases = view.aliases;
            QStringList holders = view.versionsIn(to);
            holders.removeAll(evidence.version.version);
            if (holders.isEmpty())
                return Call<Evidence>::finished(next);
            next.incumbent = *view.find(holders.first());
            return runIfAny(connector, context, next.incumbent->runId)
                .andThen(context, [next](const std::optional<mlflow::Run> &run) {
                    Evidence last = next;
                    last.incumbentRun = run;
                    return Call<Evidence>::finished(last);
                });
        });
}

} // namespace

Call<Evidence> collectEvidence(
    Connector &connector, QObject *context, const QString &model, const QString &version, Stage to)
{
    return connector.modelVersion(model, version)
        .andThen(context,
            [&connector, context](const mlflow::ModelVersion &found) {
                Evidence evidence;
                evidence.version = found;
                return withRun(connector, context, evidence);
            })
        .andThen(context,
            [&connector, context](
                const Evidence &e) { return withSignature(connector, context, e); })
        .andThen(context, [&connector, context, to](const Evidence &e) {
            return withRegistry(connector, context, e, to);
        });
}

Call<RegistryView> readRegistry(Connector &connector, QObject *context, const QString &model)
{
    return connector.server().registry.getModel(model).andThen(
        context, [&connector, context, model](const mlflow::RegisteredModel &found) {
            return connector.server().registry.versions(model).andThen(
                context, [found](const QList<mlflow::ModelVersion> &versions) {
                    return Call<RegistryView>::finished(
                        RegistryView{versions, found.aliases, found.tags});
                });
        });
}

} // namespace signalbox
