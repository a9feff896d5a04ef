// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/decision.h"

#include "core/base/logging.h"
#include "core/tracking/connector.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSysInfo>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kSyncLimit = 10s;

QJsonObject decisionJson(const Decision &decision, const QString &time)
{
    QJsonObject waivers;
    for (auto it = decision.waivers.cbegin(); it != decision.waivers.cend(); ++it)
        waivers.insert(it.key(), it.value());
    QJsonObject json = decision.report.toJson();
    json.insert(u"decision"_s, decision.verdict);
    json.insert(u"time"_s, time);
    json.insert(u"by"_s, decision.by);
    json.insert(u"by_verified"_s, false);
    json.insert(u"reason"_s, decision.reason);
    json.insert(u"waivers"_s, waivers);
    json.insert(u"read_back"_s, nameOf(decision.readBack));
    json.insert(u"archived"_s, QJsonArray::fromStringList(decision.archived));
    json.insert(u"detail"_s, decision.detail);
    return json;
}

RunSpec specFor(const Decision &decision)
{
    const GateReport &report = decision.report;
    RunSpec spec;
    spec.experiment = decisionExperiment();
    spec.name = decision.verdict % u' ' % report.model % u" v"_s % report.version % u" to "_s
        % nameOf(report.to);
    spec.tags = {{u"signalbox.kind"_s, u"decision"_s}, {u"signalbox.model"_s, report.model},
        {u"signalbox.version"_s, report.version}, {u"signalbox.decision"_s, decision.verdict},
        {u"mlflow.user"_s, decision.by}, {u"mlflow.source.name"_s, u"signalbox"_s}};
    return spec;
}

QList<mlflow::Param> paramsFor(const Decision &decision)
{
    const GateReport &report = decision.report;
    return {{u"model"_s, report.model}, {u"version"_s, report.version},
        {u"from"_s, nameOf(report.from)}, {u"to"_s, nameOf(report.to)},
        {u"verdict"_s, decision.verdict}, {u"by"_s, decision.by}, {u"reason"_s, decision.reason},
        {u"policy"_s, report.policyName}, {u"policy_digest"_s, report.policyDigest}};
}

} // namespace

QString decisionExperiment()
{
    return u"signalbox-decisions"_s;
}

QString localIdentity()
{
    const QString user = qEnvironmentVariable("USER", qEnvironmentVariable("LOGNAME"));
    const QString name = user.isEmpty() ? u"unknown"_s : user;
    return name % u'@' % QSysInfo::machineHostName();
}

Call<RunId> recordDecision(
    Connector &connector, QObject *context, const Decision &decision, Clock &clock)
{
    const QString time =
        QDateTime::fromMSecsSinceEpoch(clock.epochMs(), Qt::UTC).toString(Qt::ISODateWithMs);
    RunSession session = connector.startRun(specFor(decision));
    static_cast<void>(session.logParams(paramsFor(decision)));
    const QString text = QString::fromUtf8(QJsonDocument(decisionJson(decision, time)).toJson());
    static_cast<void>(session.logText(text, u"decision.json"_s));
    // One journal takes them in order: when the last was kept, so were the others.
    session.finish().then(context, [](const Result<Ack> &ack) {
        if (!ack)
            qCWarning(lcTracking) << "decision not recorded:" << ack.error().text();
    });
    const Call<RunLink> synced = session.synced();

    Promise<RunId> promise;
    clock.callAfter(kSyncLimit, context, [synced] { synced.cancel(); });
    synced.then(context,
        [promise](const Result<RunLink> &link) { promise.resolve(link ? link->runId : RunId()); });
    return promise.call();
}

} // namespace signalbox
