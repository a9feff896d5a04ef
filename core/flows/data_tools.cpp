// SPDX-License-Identifier: Apache-2.0
// What forms and the demo need of the engine outside of any flow.
#include "core/flows/flow_specs.h"

#include "core/engine/command.h"
#include "core/flows/engine_step.h"
#include "core/workspace/engine_launch.h"
#include "core/workspace/home.h"
#include "core/workspace/python_environment.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QMap<QString, QString> &demoTargets()
{
    static const QMap<QString, QString> targets{{u"breast_cancer"_s, u"diagnosis"_s},
        {u"wine"_s, u"cultivar"_s}, {u"diabetes"_s, u"progression"_s}};
    return targets;
}

//! Written beside its place and moved there, so that a broken attempt is never taken for the data.
Call<DemoData> writeDemoData(
    const QString &name, const QString &file, const FlowContext &context, QObject *owner)
{
    const EngineLaunch launch =
        engineLaunch(*context.environment, context.resourcesDir, QFileInfo(file).path());
    const QString fresh = file % u".new"_s;
    Command command;
    command.program = launch.program;
    command.arguments = {u"-m"_s, u"signalbox_engine.demo_data"_s, name, fresh};
    command.environment = launch.environment;
    command.workingDir = QFileInfo(file).path();
    return runCommand(command, owner).andThen(owner, [name, file, fresh](const CommandOutcome &o) {
        QFile::remove(file);
        if (o.exitCode == 0 && QFile::rename(fresh, file))
            return Call<DemoData>::finished(DemoData{file, demoTargets().value(name)});
        return Call<DemoData>::finished(Failure(ErrorKind::Engine,
            u"The demo data "_s % name % u" could not be written: "_s % o.lines.join(u' '),
            u"Look at the disk space of "_s % QFileInfo(file).path() % u'.'));
    });
}

} // namespace

Call<QJsonObject> inspectData(const DataSpec &data, const FlowContext &context, QObject *owner)
{
    const QFileInfo file(data.file);
    if (!file.isFile() || !file.isReadable()) {
        return Call<QJsonObject>::finished(
            Failure(ErrorKind::InvalidInput, u"There is no readable file "_s % data.file % u'.',
                u"Name a CSV or Parquet file that you may read."_s));
    }
    auto *step = new EngineStep(context, nullptr, owner);
    const Call<QJsonObject> call =
        step->start({u"inspect"_s, data.toJson(), {{u"problem"_s, data.problem}}, 42});
    call.then(step, [step](const Result<QJsonObject> &) { step->deleteLater(); });
    return call;
}

Call<DemoData> makeDemoData(const QString &name, const FlowContext &context, QObject *owner)
{
    if (!demoTargets().contains(name)) {
        return Call<DemoData>::finished(
            Failure(ErrorKind::InvalidInput, u"There is no demo data \""_s % name % u"\"."_s,
                u"Known are "_s % demoTargets().keys().join(u", "_s) % u'.'));
    }
    const Result<QString> folder = context.home->folder(u"demo"_s);
    if (!folder)
        return Call<DemoData>::finished(folder.failure());
    const QString file = folder.value() % u'/' % name % u".csv"_s;
    if (QFileInfo(file).size() > 0)
        return Call<DemoData>::finished(DemoData{file, demoTargets().value(name)});
    return context.environment->ensure().andThen(
        owner, [name, file, context, owner](const EnvironmentStatus &) {
            return writeDemoData(name, file, context, owner);
        });
}

} // namespace signalbox
