// SPDX-License-Identifier: Apache-2.0
#include "core/flows/rationale.h"

#include "core/json/json_writer.h"

#include <QtCore/QJsonArray>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kAlternatives = 3;

QString number(double value, int digits = 3)
{
    return QString::number(value, 'f', digits);
}

QString factorsOf(const Candidate &candidate)
{
    QStringList factors = candidate.strengths;
    if (candidate.latencyMs < 50)
        factors.append(candidate.latencyMs < 10 ? u"very low latency"_s : u"low latency"_s);
    if (candidate.memoryGb < 3)
        factors.append(candidate.memoryGb < 1 ? u"minimal memory"_s : u"moderate memory"_s);
    if (candidate.interpretability >= 0.8)
        factors.append(u"high interpretability"_s);
    QString text;
    for (qsizetype i = 0; i < factors.size(); ++i)
        text += QString(QString::number(i + 1) % u". "_s % factors.at(i) % u'\n');
    return text;
}

QString benchmarkText(const Ranked &ranked)
{
    if (!ranked.benchmark)
        return u"not benchmarked"_s;
    const QJsonObject &details = ranked.benchmark->details;
    if (!ranked.benchmark->ok)
        return u"failed: "_s % details.value(u"error"_s)[u"message"_s].toString();
    return details.value(u"metric"_s).toString() % u' '
        % number(numberFrom(details.value(u"mean"_s)), 4) % u" ± "_s
        % number(numberFrom(details.value(u"std"_s)), 4);
}

QString rankingTable(const QList<Ranked> &ranked)
{
    QString text = u"| algorithm | score | combined | cross-validation |\n|---|---|---|---|\n"_s;
    for (const Ranked &entry : ranked) {
        text += QString(u"| "_s % entry.candidate.name % u" | "_s % number(entry.score, 5)
            % u" | "_s % (entry.combined ? number(*entry.combined, 5) : u"-"_s) % u" | "_s
            % benchmarkText(entry) % u" |\n"_s);
    }
    return text;
}

QString excludedList(const Filtered &filtered)
{
    QString text;
    for (const Excluded &excluded : filtered.excluded)
        text += QString(u"- "_s % excluded.algorithm % u": "_s % excluded.reason % u'\n');
    if (!filtered.relaxed.isEmpty()) {
        text += QString(u"\nNo algorithm met every condition, so these were given up: "_s
            % filtered.relaxed.join(u", "_s) % u".\n"_s);
    }
    return text;
}

} // namespace

QJsonObject Selection::toJson() const
{
    QJsonArray rankedJson;
    for (const Ranked &entry : ranked)
        rankedJson.append(entry.toJson());
    QJsonArray excludedJson;
    for (const Excluded &entry : filtered.excluded) {
        excludedJson.append(
            QJsonObject{{u"algorithm"_s, entry.algorithm}, {u"reason"_s, entry.reason}});
    }
    return {{u"problem"_s, criteria.problem}, {u"ranked"_s, rankedJson},
        {u"excluded"_s, excludedJson}, {u"relaxed"_s, QJsonArray::fromStringList(filtered.relaxed)},
        {u"history"_s, history.summary()},
        {u"selected"_s, ranked.isEmpty() ? QJsonValue() : ranked.first().candidate.name}};
}

QString whyNot(const Ranked &best, const Ranked &other)
{
    const Candidate &a = best.candidate;
    const Candidate &b = other.candidate;
    if (other.benchmark && !other.benchmark->ok)
        return u"its benchmark failed"_s;
    if (best.benchmark && other.benchmark && best.benchmark->score > other.benchmark->score + 0.01)
        return u"did worse in cross-validation"_s;
    if (b.latencyMs > 2 * a.latencyMs)
        return u"higher latency"_s;
    if (b.memoryGb > 1.5 * a.memoryGb)
        return u"needs more memory"_s;
    if (b.interpretability < a.interpretability - 0.2)
        return u"harder to explain"_s;
    if (best.score - other.score > 0.1)
        return u"clearly lower score"_s;
    return u"slightly lower score"_s;
}

QString rationaleFor(const Selection &selection, const DataFacts &facts)
{
    const Ranked &best = selection.ranked.first();
    QString text = u"# "_s % best.candidate.name % u" for "_s % facts.target() % u"\n\n"_s
        % facts.summary() % u". Selection score "_s % number(best.score)
        % (best.combined ? QString(u", combined with the benchmark "_s % number(*best.combined))
                         : QString())
        % u" ("_s % selection.history.summary() % u").\n\n"_s % factorsOf(best.candidate)
        % u"\n## Ranking\n\n"_s % rankingTable(selection.ranked);
    text += u"\n## Alternatives\n\n"_s;
    for (const Ranked &other : selection.ranked.mid(1, kAlternatives)) {
        text += QString(u"- "_s % other.candidate.name % u": "_s % whyNot(best, other) % u'\n');
    }
    if (!selection.filtered.excluded.isEmpty() || !selection.filtered.relaxed.isEmpty())
        text += QString(u"\n## Left out\n\n"_s % excludedList(selection.filtered));
    return text;
}

} // namespace signalbox
