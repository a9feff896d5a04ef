// SPDX-License-Identifier: Apache-2.0
#include "core/mlflow/validation.h"

#include "core/mlflow/runs_api.h"

#include <QtCore/QHash>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox::mlflow {

namespace {

qsizetype codePoints(const QString &text)
{
    return text.size()
        - std::count_if(text.cbegin(), text.cend(), [](QChar c) { return c.isLowSurrogate(); });
}

//! Long enough to recognise, short enough for a message.
QString shown(const QString &text)
{
    static constexpr qsizetype kShown = 60;
    return text.size() <= kShown ? text : QString(text.left(kShown) % u"…");
}

Failure refused(const QString &message, const QString &hint)
{
    return Failure(ErrorKind::InvalidRequest, message, hint);
}

Failure tooLong(const QString &what, const QString &key, qsizetype length, qsizetype limit)
{
    return refused(u"%1 \"%2\" has %3 characters; MLflow keeps at most %4."_s.arg(
                       what, shown(key), QString::number(length), QString::number(limit)),
        u"Shorten it, or log the text as a file."_s);
}

bool isKeyCharacter(char32_t c)
{
    static constexpr QStringView kPunctuation = u"_-./: ";
    return QChar::isLetterOrNumber(c) || (c < 0x80 && kPunctuation.contains(QChar(char16_t(c))));
}

bool namesAnotherPath(const QString &key)
{
    const QStringList parts = key.split(u'/');
    return std::any_of(parts.cbegin(), parts.cend(),
        [](const QString &part) { return part.isEmpty() || part == "."_L1 || part == ".."_L1; });
}

Result<void> checkCount(const QString &what, qsizetype count, qsizetype limit)
{
    if (count <= limit)
        return {};
    return refused(u"The batch holds %1 %2; MLflow takes at most %3 at once."_s.arg(
                       QString::number(count), what, QString::number(limit)),
        u"Send it in several batches."_s);
}

Result<void> checkCounts(const Batch &batch)
{
    const qsizetype all = batch.metrics.size() + batch.params.size() + batch.tags.size();
    if (auto r = checkCount(u"metrics"_s, batch.metrics.size(), kMaxBatchMetrics); !r)
        return r;
    if (auto r = checkCount(u"params"_s, batch.params.size(), kMaxBatchParams); !r)
        return r;
    if (auto r = checkCount(u"tags"_s, batch.tags.size(), kMaxBatchTags); !r)
        return r;
    return checkCount(u"items"_s, all, kMaxBatchItems);
}

Result<void> checkParamsAgree(const QList<Param> &params)
{
    QHash<QString, QString> seen;
    for (const Param &param : params) {
        const auto it = seen.constFind(param.key);
        if (it != seen.cend() && *it != param.value)
            return refused(
                u"The batch gives param \"%1\" two different values."_s.arg(shown(param.key)),
                u"A param has one value for the whole run; use a metric for what changes."_s);
        seen.insert(param.key, param.value);
    }
    return {};
}

template <typename List, typename Check> Result<void> checkEach(const List &list, Check check)
{
    for (const auto &item : list) {
        if (auto r = check(item); !r)
            return r;
    }
    return {};
}

} // namespace

Result<void> checkKey(const QString &key)
{
    static const QString hint =
        u"Use letters, digits, blanks and _ - . / : in names, and / only between parts."_s;
    if (key.isEmpty())
        return refused(u"A name is empty."_s, hint);
    if (codePoints(key) > kMaxKeyLength)
        return tooLong(u"The name"_s, key, codePoints(key), kMaxKeyLength);
    const auto points = key.toUcs4();
    if (!std::all_of(points.cbegin(), points.cend(), isKeyCharacter))
        return refused(
            u"The name \"%1\" holds a character that MLflow refuses."_s.arg(shown(key)), hint);
    if (namesAnotherPath(key))
        return refused(
            u"The name \"%1\" would mean another one when read as a path."_s.arg(shown(key)), hint);
    return {};
}

Result<void> checkMetric(const Metric &metric)
{
    if (auto r = checkKey(metric.key); !r)
        return r;
    if (metric.timestamp < 0)
        return refused(u"Metric \"%1\" has a time before 1970."_s.arg(shown(metric.key)),
            u"Give the time in milliseconds since 1970."_s);
    return {};
}

Result<void> checkParam(const Param &param)
{
    if (auto r = checkKey(param.key); !r)
        return r;
    const qsizetype length = codePoints(param.value);
    if (length > kMaxParamLength)
        return tooLong(u"Param"_s, param.key, length, kMaxParamLength);
    return {};
}

Result<void> checkRunTag(const Tag &tag)
{
    if (auto r = checkKey(tag.key); !r)
        return r;
    const qsizetype length = codePoints(tag.value);
    if (length > kMaxRunTagLength)
        return tooLong(u"Tag"_s, tag.key, length, kMaxRunTagLength);
    return {};
}

Result<void> checkDataset(const DatasetInput &input)
{
    if (auto r = checkPresent(u"dataset name"_s, input.name); !r)
        return r;
    if (auto r = checkPresent(u"dataset digest"_s, input.digest); !r)
        return r;
    if (auto r = checkPresent(u"dataset source type"_s, input.sourceType); !r)
        return r;
    if (codePoints(input.digest) > kMaxDigestLength)
        return tooLong(u"The digest"_s, input.digest, codePoints(input.digest), kMaxDigestLength);
    return {};
}

Result<void> checkBatch(const Batch &batch)
{
    if (auto r = checkPresent(u"run id"_s, batch.runId.text()); !r)
        return r;
    if (auto r = checkCounts(batch); !r)
        return r;
    if (auto r = checkEach(batch.metrics, checkMetric); !r)
        return r;
    if (auto r = checkEach(batch.params, checkParam); !r)
        return r;
    if (auto r = checkEach(batch.tags, checkRunTag); !r)
        return r;
    return checkParamsAgree(batch.params);
}

Result<void> checkPresent(const QString &what, const QString &value)
{
    if (!value.isEmpty())
        return {};
    return refused(u"The request lacks the %1."_s.arg(what), {});
}

Result<void> checkRange(const QString &what, int value, int least, int most)
{
    if (value >= least && value <= most)
        return {};
    return refused(u"%1 is %2."_s.arg(what, QString::number(value)),
        u"It must lie between %1 and %2."_s.arg(QString::number(least), QString::number(most)));
}

Result<QString> filterQuoted(const QString &value)
{
    if (!value.contains(u'\''))
        return QString(u'\'' % value % u'\'');
    if (!value.contains(u'"'))
        return QString(u'"' % value % u'"');
    return refused(
        u"MLflow cannot search for \"%1\", which holds both kinds of quotes."_s.arg(shown(value)),
        u"Filter by something else."_s);
}

QStringList uniqueOrder(const QStringList &orderBy)
{
    static const QRegularExpression direction(
        u"\\s+(asc|desc)\\s*$"_s, QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression prefix(u"^(attributes|attribute|attr|run)\\."_s);
    static const QRegularExpression quotes(u"[`\"]"_s);
    QStringList kept;
    QSet<QString> seen;
    for (const QString &clause : orderBy) {
        QString field = clause.trimmed().remove(direction).remove(quotes).remove(prefix);
        if (field == "created"_L1)
            field = u"start_time"_s;
        if (field.isEmpty() || seen.contains(field))
            continue;
        seen.insert(field);
        kept.append(clause);
    }
    return kept;
}

} // namespace signalbox::mlflow
