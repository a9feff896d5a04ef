// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/version_origin.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using Origin = mlflow::CreateVersion;

Call<Origin> modelOfRun(mlflow::Server &server, QObject *context, const Origin &classic,
    const mlflow::Run &run, const QString &name)
{
    const QString filter = u"source_run_id = '%1'"_s.arg(run.info.id.text());
    return server.loggedModels.search({run.info.experimentId}, filter)
        .andThen(context, [classic, name](const mlflow::Page<mlflow::LoggedModel> &page) {
            Origin chosen = classic;
            for (const mlflow::LoggedModel &model : page.items) {
                if (model.name == name && chosen.modelId.isEmpty()) {
                    chosen.modelId = model.id;
                    chosen.source.clear();
                }
            }
            return Call<Origin>::finished(chosen);
        });
}

} // namespace

Call<mlflow::CreateVersion> completeOrigin(mlflow::Server &server, QObject *context,
    const mlflow::CreateVersion &request, const QString &artifact)
{
    if (!request.modelId.isEmpty() && request.runId.isEmpty()) {
        return server.loggedModels.get(request.modelId)
            .andThen(context, [request](const mlflow::LoggedModel &model) {
                Origin complete = request;
                complete.runId = model.sourceRunId;
                return Call<Origin>::finished(complete);
            });
    }
    const bool isNamed = !request.modelId.isEmpty() || !request.source.isEmpty();
    if (isNamed || request.runId.isEmpty())
        return Call<Origin>::finished(request);
    return server.runs.get(request.runId)
        .andThen(context, [&server, context, request, artifact](const mlflow::Run &run) {
            Origin classic = request;
            classic.source = QString(run.info.artifactUri % u'/' % artifact);
            return run.outputs.isEmpty() ? Call<Origin>::finished(classic)
                                         : modelOfRun(server, context, classic, run, artifact);
        });
}

} // namespace signalbox
