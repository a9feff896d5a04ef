// SPDX-License-Identifier: Apache-2.0
#include "core/promotion/policy.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kMaxPolicyBytes = 1024 * 1024;

//! What a rule of a kind must bring along.
struct Kind {
    QString name;
    bool needsKey = false;
    bool needsLimit = false;
};

QList<Kind> knownKinds()
{
    return {{u"metric_at_least"_s, true, true}, {u"signature_present"_s}, {u"run_finished"_s},
        {u"dataset_recorded"_s}, {u"not_worse_than_incumbent"_s, true, false},
        {u"shadow_duration"_s, false, true}, {u"shadow_requests"_s, false, true},
        {u"shadow_error_rate"_s, false, true}, {u"shadow_latency_p99"_s, false, true},
        {u"approval"_s}, {u"smoke_test"_s}};
}

Failure invalid(const QString &policy, const QString &why, const QString &hint = {})
{
    return Failure(ErrorKind::InvalidInput,
        u"The policy \""_s % policy % u"\" cannot be used: "_s % why,
        hint.isEmpty() ? u"resources/policies/default.json shows the form."_s : hint);
}

Result<Kind> kindNamed(const QString &policy, const QString &word)
{
    QStringList names;
    for (const Kind &kind : knownKinds()) {
        if (kind.name == word)
            return kind;
        names.append(kind.name);
    }
    return invalid(policy, QString(u"unknown rule kind \""_s % word % u"\"."_s),
        u"Known kinds: "_s % names.join(u", "_s) % u'.');
}

//! Misspelt members would weaken a policy in silence, so only known ones are accepted.
Result<void> checkMembers(const QString &policy, const QJsonObject &rule)
{
    static const QStringList kKnown{
        u"kind"_s, u"key"_s, u"problem"_s, u"limit"_s, u"waivable"_s, u"title"_s};
    for (auto it = rule.constBegin(); it != rule.constEnd(); ++it) {
        if (!kKnown.contains(it.key()))
            return invalid(policy, QString(u"unknown member \""_s % it.key() % u"\" in a rule."_s));
    }
    return {};
}

Result<GateRule> ruleFrom(const QString &policy, const QJsonValue &value)
{
    const QJsonObject json = value.toObject();
    const Result<Kind> kind = kindNamed(policy, json.value(u"kind"_s).toString());
    if (!kind)
        return kind.failure();
    if (const Result<void> members = checkMembers(policy, json); !members)
        return members.failure();
    GateRule rule;
    rule.kind = kind->name;
    rule.key = json.value(u"key"_s).toString();
    rule.problem = json.value(u"problem"_s).toString();
    rule.limit = json.value(u"limit"_s).toDouble();
    rule.waivable = json.value(u"waivable"_s).toBool(true);
    rule.title = json.value(u"title"_s).toString(rule.id());
    if (kind->needsKey && rule.key.isEmpty())
        return invalid(policy, QString(u"a rule "_s % rule.kind % u" names no key."_s));
    if (kind->needsLimit && !json.value(u"limit"_s).isDouble())
        return invalid(policy, QString(u"the rule "_s % rule.id() % u" has no numeric limit."_s));
    static const QStringList kProblems{QString(), u"binary"_s, u"multiclass"_s, u"regression"_s};
    if (!kProblems.contains(rule.problem))
        return invalid(policy, QString(u"unknown problem \""_s % rule.problem % u"\"."_s));
    return rule;
}

//! Two rules with one id would leave open which of them counts.
bool clash(const GateRule &a, const GateRule &b)
{
    return a.id() == b.id()
        && (a.problem == b.problem || a.problem.isEmpty() || b.problem.isEmpty());
}

Result<QList<GateRule>> rulesFrom(const QString &policy, const QJsonArray &values)
{
    QList<GateRule> rules;
    for (const QJsonValue &value : values) {
        const Result<GateRule> rule = ruleFrom(policy, value);
        if (!rule)
            return rule.failure();
        for (const GateRule &other : rules) {
            if (clash(rule.value(), other))
                return invalid(policy, QString(u"the rule "_s % rule->id() % u" stands twice."_s));
        }
        rules.append(rule.value());
    }
    return rules;
}

} // namespace

QString GateRule::id() const
{
    return kind == u"metric_at_least"_s ? QString(kind % u':' % key) : kind;
}

Result<Policy> Policy::load(const QString &file)
{
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly)) {
        return Failure(ErrorKind::InvalidInput,
            u"The policy file "_s % file % u" cannot be read: "_s % source.errorString() % u'.',
            u"Name an existing JSON file, or leave the option out for the default policy."_s);
    }
    if (source.size() > kMaxPolicyBytes)
        return invalid(file, u"it is larger than 1 MB."_s);
    return parse(source.readAll(), QFileInfo(file).completeBaseName());
}

Result<Policy> Policy::parse(const QByteArray &json, const QString &name)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(json, &problem);
    if (!document.isObject()) {
        const QString why =
            problem.error == QJsonParseError::NoError ? u"not an object"_s : problem.errorString();
        return invalid(name, QString(u"it is no JSON object ("_s % why % u")."_s));
    }
    const QJsonValue stages = document.object().value(u"stages"_s);
    if (!stages.isObject())
        return invalid(name, u"it has no object \"stages\"."_s);
    Policy policy;
    policy.m_name = document.object().value(u"name"_s).toString(name);
    policy.m_digest = QString::fromLatin1(
        QCryptographicHash::hash(json, QCryptographicHash::Sha256).toHex().left(16));
    const QJsonObject perStage = stages.toObject();
    for (auto it = perStage.constBegin(); it != perStage.constEnd(); ++it) {
        const std::optional<Stage> stage = stageFrom(it.key());
        if (!stage || *stage == Stage::None || !it.value().isArray())
            return invalid(name, QString(u"\""_s % it.key() % u"\" is no stage with rules."_s));
        const Result<QList<GateRule>> rules = rulesFrom(policy.m_name, it.value().toArray());
        if (!rules)
            return rules.failure();
        policy.m_rules.insert(*stage, rules.value());
    }
    return policy;
}

bool Policy::knows(Stage to) const
{
    return m_rules.contains(to);
}

QList<GateRule> Policy::rulesFor(Stage to, const QString &problem) const
{
    QList<GateRule> rules;
    QStringList seen;
    for (const GateRule &rule : m_rules.value(to)) {
        // Of an unknown problem every rule applies, or a version without metrics would meet none.
        if (!problem.isEmpty() && !rule.problem.isEmpty() && rule.problem != problem)
            continue;
        if (seen.contains(rule.id()))
            continue;
        seen.append(rule.id());
        rules.append(rule);
    }
    return rules;
}

} // namespace signalbox
