// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/stage_plan.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

void setStage(mlflow::ModelVersion &version, Stage stage)
{
    version.stage = serverStageOf(stage);
    const auto ours = [](const mlflow::Tag &tag) {
        return tag.key == u"signalbox.stage"_s || tag.key == u"signalbox.stage_base"_s;
    };
    version.tags.removeIf(ours);
    if (stage == Stage::Shadow) {
        version.tags.append({u"signalbox.stage"_s, nameOf(stage)});
        version.tags.append({u"signalbox.stage_base"_s, version.stage});
    }
}

QString aliasText(const QList<AliasChange> &changes)
{
    QStringList parts;
    for (const AliasChange &change : changes) {
        const QString before = change.before.isEmpty() ? u"none"_s : QString(u'v' % change.before);
        const QString after = change.version.isEmpty() ? u"none"_s : QString(u'v' % change.version);
        parts.append(change.alias % u": "_s % before % u" -> "_s % after);
    }
    return parts.join(u", "_s);
}

} // namespace

QStringList RegistryView::versionsIn(Stage stage) const
{
    QStringList found;
    for (const mlflow::ModelVersion &version : versions) {
        if (stageOf(version) == stage)
            found.append(version.version);
    }
    std::sort(found.begin(), found.end(),
        [](const QString &a, const QString &b) { return a.toLongLong() > b.toLongLong(); });
    return found;
}

const mlflow::ModelVersion *RegistryView::find(const QString &version) const
{
    const auto it = std::find_if(versions.begin(), versions.end(),
        [&version](const mlflow::ModelVersion &v) { return v.version == version; });
    return it == versions.end() ? nullptr : &*it;
}

QString RegistryView::fingerprint() const
{
    QStringList parts;
    for (const mlflow::ModelVersion &version : versions)
        parts.append(version.version % u'=' % nameOf(stageOf(version)));
    for (auto it = aliases.cbegin(); it != aliases.cend(); ++it)
        parts.append(it.key() % u'@' % it.value());
    parts.sort();
    return parts.join(u' ');
}

QList<AliasChange> aliasChanges(const RegistryView &view, const QList<Stage> &stages)
{
    QList<AliasChange> changes;
    for (const Stage stage : stages) {
        const QString alias = aliasFor(stage);
        if (alias.isEmpty())
            continue;
        const QString wanted = view.versionsIn(stage).value(0);
        const QString present = view.aliases.value(alias);
        if (wanted != present)
            changes.append({alias, wanted, present});
    }
    return changes;
}

RegistryView afterMove(RegistryView view, const QString &version, Stage to, bool archiveOthers)
{
    for (mlflow::ModelVersion &other : view.versions) {
        if (other.version == version)
            setStage(other, to);
        else if (archiveOthers && to == Stage::Production && stageOf(other) == to)
            setStage(other, Stage::Archived);
    }
    return view;
}

QList<Stage> stagesTouched(Stage from, Stage to)
{
    return {from, to};
}

GateReport buildReport(const Evidence &evidence, Stage to, const Policy &policy,
    const Waivers &waivers, bool archiveOthers)
{
    GateReport report;
    report.model = evidence.version.name;
    report.version = evidence.version.version;
    report.from = stageOf(evidence.version);
    report.to = to;
    report.policyName = policy.name();
    report.policyDigest = policy.digest();
    report.gates = evaluateGates(policy.rulesFor(to, evidence.problem), evidence, waivers);
    const RegistryView now{evidence.versions, evidence.aliases, {}};
    if (archiveOthers && to == Stage::Production) {
        report.wouldArchive = now.versionsIn(to);
        report.wouldArchive.removeAll(report.version);
    }
    const RegistryView then = afterMove(now, report.version, to, archiveOthers);
    report.aliasMove = aliasText(aliasChanges(then, stagesTouched(report.from, to)));
    return report;
}

bool isExclusive(Stage to, bool keepExisting)
{
    return to == Stage::Production && !keepExisting;
}

} // namespace signalbox
