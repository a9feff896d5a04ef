// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/stage.h"

#include <QtCore/QStringList>

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(Stage stage)
{
    switch (stage) {
    case Stage::None:
        return u"None"_s;
    case Stage::Staging:
        return u"Staging"_s;
    case Stage::Shadow:
        return u"Shadow"_s;
    case Stage::Production:
        return u"Production"_s;
    case Stage::Archived:
        return u"Archived"_s;
    }
    return u"None"_s;
}

std::optional<Stage> stageFrom(const QString &word)
{
    for (const Stage stage : allStages()) {
        if (nameOf(stage).compare(word.trimmed(), Qt::CaseInsensitive) == 0)
            return stage;
    }
    return std::nullopt;
}

QList<Stage> allStages()
{
    return {Stage::None, Stage::Staging, Stage::Shadow, Stage::Production, Stage::Archived};
}

QString serverStageOf(Stage stage)
{
    return nameOf(stage == Stage::Shadow ? Stage::Staging : stage);
}

Stage stageOf(const mlflow::ModelVersion &version)
{
    const Stage onServer = stageFrom(version.stage).value_or(Stage::None);
    const bool shadow = stageFrom(version.tag(u"signalbox.stage"_s)) == Stage::Shadow
        && onServer == Stage::Staging
        && stageFrom(version.tag(u"signalbox.stage_base"_s)) == onServer;
    return shadow ? Stage::Shadow : onServer;
}

QString aliasFor(Stage stage)
{
    switch (stage) {
    case Stage::Staging:
        return u"staging"_s;
    case Stage::Shadow:
        return u"shadow"_s;
    case Stage::Production:
        return u"champion"_s;
    case Stage::None:
    case Stage::Archived:
        break;
    }
    return {};
}

QList<Stage> movesFrom(Stage from)
{
    switch (from) {
    case Stage::None:
        return {Stage::Staging, Stage::Shadow, Stage::Production};
    case Stage::Staging:
        return {Stage::Shadow, Stage::Production, Stage::Archived};
    case Stage::Shadow:
        return {Stage::Production, Stage::Archived};
    case Stage::Production:
        return {Stage::Archived};
    case Stage::Archived:
        return {Stage::Staging};
    }
    return {};
}

Result<void> checkMove(Stage from, Stage to)
{
    if (movesFrom(from).contains(to))
        return {};
    QStringList allowed;
    for (const Stage stage : movesFrom(from))
        allowed.append(nameOf(stage));
    const QString what = from == to
        ? QString(u"The version is in "_s % nameOf(to) % u" already."_s)
        : QString(u"A version in "_s % nameOf(from) % u" cannot move to "_s % nameOf(to) % u'.');
    return Failure(ErrorKind::Refused, what,
        u"From "_s % nameOf(from) % u" it may move to "_s % allowed.join(u", "_s) % u'.');
}

} // namespace signalbox
