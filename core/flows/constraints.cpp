// SPDX-License-Identifier: Apache-2.0
#include "core/flows/constraints.h"

#include <QtCore/QRegularExpression>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr double kInterpretable = 0.7;

QString number(double value)
{
    return QString::number(value, 'g', 4);
}

//! `word` with "<", "<=" or "_" between it and a number with one of `units`.
QRegularExpression upperLimit(const QString &word, const QString &units)
{
    return QRegularExpression(u"^(?:inference[_ ]?)?(?:"_s % word
        % u")[_ ]*(?:<=?|[_ ])[_ ]*(\\d+(?:\\.\\d+)?)[_ ]*("_s % units % u")$"_s);
}

std::optional<Constraint> limitIn(const QString &text, Constraint::Kind kind,
    const QRegularExpression &form, const QMap<QString, double> &units)
{
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    return Constraint{kind, match.captured(1).toDouble() * units.value(match.captured(2)), {}};
}

std::optional<Constraint> interpretabilityIn(const QString &text)
{
    static const QRegularExpression form(
        u"^interpretab(?:le|ility)(?:[_ ]*>=?[_ ]*(\\d+(?:\\.\\d+)?))?$"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const QString given = match.captured(1);
    return Constraint{Constraint::Kind::Interpretability,
        given.isEmpty() ? kInterpretable : given.toDouble(), {}};
}

} // namespace

bool Constraint::admits(const Candidate &candidate) const
{
    switch (kind) {
    case Kind::Latency:
        return candidate.latencyMs <= limit;
    case Kind::Memory:
        return candidate.memoryGb <= limit;
    case Kind::Interpretability:
        return candidate.interpretability >= limit;
    }
    return false;
}

QString Constraint::reasonAgainst(const Candidate &candidate) const
{
    switch (kind) {
    case Kind::Latency:
        return u"latency is about "_s % number(candidate.latencyMs) % u" ms, more than "_s
            % number(limit) % u" ms"_s;
    case Kind::Memory:
        return u"needs about "_s % number(candidate.memoryGb) % u" GB, more than "_s % number(limit)
            % u" GB"_s;
    case Kind::Interpretability:
        return u"interpretability is "_s % number(candidate.interpretability) % u", less than "_s
            % number(limit);
    }
    return {};
}

Result<Constraint> parseConstraint(const QString &text)
{
    static const QRegularExpression latency = upperLimit(u"latency"_s, u"ms|s"_s);
    static const QRegularExpression memory = upperLimit(u"memory|ram"_s, u"gb|gib|mb|mib"_s);
    const QString plain = text.trimmed().toLower();
    std::optional<Constraint> found =
        limitIn(plain, Constraint::Kind::Latency, latency, {{u"ms"_s, 1.0}, {u"s"_s, 1000.0}});
    if (!found) {
        found = limitIn(plain, Constraint::Kind::Memory, memory,
            {{u"gb"_s, 1.0}, {u"gib"_s, 1.0}, {u"mb"_s, 1.0 / 1024}, {u"mib"_s, 1.0 / 1024}});
    }
    if (!found)
        found = interpretabilityIn(plain);
    if (!found) {
        return Failure(ErrorKind::InvalidInput,
            u"The condition \""_s % text % u"\" is not understood."_s,
            u"Write for example latency<=20ms, memory<2gb, interpretable or "
            "interpretability>=0.8."_s);
    }
    found->text = text.trimmed();
    return *found;
}

Result<QList<Constraint>> parseConstraints(const QStringList &texts)
{
    QList<Constraint> constraints;
    for (const QString &text : texts) {
        const Result<Constraint> constraint = parseConstraint(text);
        if (!constraint)
            return constraint.failure();
        constraints.append(constraint.value());
    }
    return constraints;
}

} // namespace signalbox
