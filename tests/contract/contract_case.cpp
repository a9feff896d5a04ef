// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtCore/QFile>

using namespace Qt::StringLiterals;

namespace signalbox::test {

Contract::Contract() = default;

QString Contract::start()
{
    if (QString why = m_real.start(); !why.isEmpty())
        return why;
    RestConfig config;
    config.baseUrl = m_real.url();
    m_server = std::make_unique<mlflow::Server>(config);
    const auto info = await(m_server->connectToServer());
    return info ? QString() : info.error().text();
}

bool Contract::has(const QString &capability) const
{
    return m_server->info()->has(capability);
}

QString Contract::freshName()
{
    return u"thing %1"_s.arg(++m_names);
}

ExperimentId Contract::freshExperiment()
{
    return await(m_server->experiments.create(freshName())).value();
}

RunId Contract::freshRun(const ExperimentId &experiment, const QString &name, qint64 at)
{
    return await(m_server->runs.create({experiment, name, u"ann"_s, at, {}})).value().info.id;
}

const mlflow::RunInfo &Contract::run()
{
    if (m_run.id.isEmpty())
        m_run = await(m_server->runs.get(freshRun())).value().info;
    return m_run;
}

QString Contract::localFile(const QByteArray &content)
{
    QFile file(localPath(u"file%1"_s.arg(++m_names)));
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size()
        ? file.fileName()
        : QString();
}

Result<void> Contract::put(const QString &path, const QByteArray &content)
{
    return await(m_server->artifacts.upload(run().artifactUri, path, localFile(content)));
}

Result<mlflow::LoggedModel> Contract::freshLoggedModel()
{
    const auto model = await(m_server->loggedModels.create({run().experimentId, u"mymodel"_s,
        u"classifier"_s, run().id, {{u"alpha"_s, u"0.1"_s}}, {{u"team"_s, u"x"_s}}}));
    if (!model)
        return model;
    const auto uploaded = await(
        m_server->artifacts.upload(model->artifactUri, u"MLmodel"_s, localFile("flavors: {}\n")));
    return uploaded ? model : Result<mlflow::LoggedModel>(uploaded.failure());
}

Result<mlflow::ModelVersion> Contract::freshVersion(const QString &name)
{
    mlflow::CreateVersion request{name, {}, run().id, {}, u"first try"_s, {{u"op"_s, u"1"_s}}};
    if (has(u"logged-models"_s)) {
        const auto model = freshLoggedModel();
        if (!model)
            return model.failure();
        request.modelId = model->id;
        request.source = u"models:/"_s + model->id.text();
    } else {
        if (const auto done = put(u"model/MLmodel"_s, "flavors: {}\n"); !done)
            return done.failure();
        request.source = run().artifactUri + u"/model"_s;
    }
    return await(m_server->registry.createVersion(request));
}

Result<HttpResponse> Contract::raw(
    Verb verb, const QString &path, const QByteArray &body, HeaderList headers)
{
    HttpRequest request;
    request.verb = verb;
    request.path = path.section(u'?', 0, 0);
    const QStringList pairs = path.section(u'?', 1).split(u'&', Qt::SkipEmptyParts);
    for (const QString &pair : pairs)
        request.query.append({pair.section(u'=', 0, 0), pair.section(u'=', 1)});
    request.body = body;
    request.headers = std::move(headers);
    request.oneShot = verb == Verb::Post;
    return await(m_server->client().send(request));
}

} // namespace signalbox::test
