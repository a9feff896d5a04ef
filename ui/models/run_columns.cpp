// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_columns.h"

#include "ui/models/formatters.h"

#include <QtCore/QSet>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! The server accepts either quote around a key, but knows no escape for it.
QString quotedKey(const QString &key)
{
    if (!key.contains(u'`'))
        return u'`' + key + u'`';
    return key.contains(u'"') ? QString() : QString(u'"' + key + u'"');
}

QString prefixed(QStringView prefix, const QString &key)
{
    const QString quoted = quotedKey(key);
    return quoted.isEmpty() ? QString() : QString(prefix + u'.' + quoted);
}

template <typename Item>
bool addKeys(QStringList &keys, const QList<mlflow::Run> &runs, QList<Item> mlflow::Run::*items)
{
    QSet<QString> known(keys.cbegin(), keys.cend());
    const qsizetype before = known.size();
    for (const mlflow::Run &run : runs) {
        for (const Item &item : run.*items)
            known.insert(item.key);
    }
    if (known.size() == before)
        return false;
    keys = QStringList(known.cbegin(), known.cend());
    keys.sort(Qt::CaseInsensitive);
    return true;
}

int metricRank(const QString &name)
{
    static const std::array kBest{u"test_roc_auc"_s, u"test_f1_weighted"_s, u"test_r2"_s,
        u"test_accuracy"_s, u"test_log_loss"_s, u"test_rmse"_s};
    const auto best = std::find(kBest.cbegin(), kBest.cend(), name);
    if (best != kBest.cend())
        return static_cast<int>(best - kBest.cbegin());
    if (name.contains("_ci_"_L1) || name.endsWith("_low"_L1) || name.endsWith("_high"_L1))
        return 60;
    if (name.startsWith("test"_L1))
        return 10;
    if (name.startsWith("val"_L1))
        return 20;
    return name.startsWith("system/"_L1) ? 90 : name.startsWith("train"_L1) ? 30 : 25;
}

QStringList differingParams(const QList<mlflow::Run> &runs)
{
    QMap<QString, QString> first;
    QSet<QString> differing;
    for (const mlflow::Run &run : runs) {
        for (const mlflow::Param &param : run.params) {
            const auto known = first.constFind(param.key);
            if (known == first.cend())
                first.insert(param.key, param.value);
            else if (*known != param.value)
                differing.insert(param.key);
        }
    }
    QStringList keys(differing.cbegin(), differing.cend());
    keys.sort();
    if (keys.removeOne(u"algorithm"_s) || first.contains(u"algorithm"_s))
        keys.prepend(u"algorithm"_s);
    return keys;
}

QVariant textOrNumber(const QString &text)
{
    bool ok = false;
    const double number = text.toDouble(&ok);
    return ok ? QVariant(number) : QVariant(text);
}

} // namespace

QString RunColumn::title() const
{
    switch (kind) {
    case Kind::Name:
        return u"Run"_s;
    case Kind::Status:
        return u"Status"_s;
    case Kind::Started:
        return u"Started"_s;
    case Kind::Duration:
        return u"Duration"_s;
    case Kind::User:
        return u"User"_s;
    case Kind::Metric:
    case Kind::Param:
    case Kind::Tag:
        break;
    }
    return key;
}

QString RunColumn::id() const
{
    switch (kind) {
    case Kind::Name:
        return u"name"_s;
    case Kind::Status:
        return u"status"_s;
    case Kind::Started:
        return u"started"_s;
    case Kind::Duration:
        return u"duration"_s;
    case Kind::User:
        return u"user"_s;
    case Kind::Metric:
        return u"metric:"_s + key;
    case Kind::Param:
        return u"param:"_s + key;
    case Kind::Tag:
        break;
    }
    return u"tag:"_s + key;
}

std::optional<RunColumn> RunColumn::fromId(const QString &id)
{
    for (const Kind kind : {Kind::Name, Kind::Status, Kind::Started, Kind::Duration, Kind::User}) {
        if (const RunColumn column{kind, {}}; column.id() == id)
            return column;
    }
    const qsizetype colon = id.indexOf(u':');
    const QString key = id.mid(colon + 1);
    if (colon < 0 || key.isEmpty())
        return std::nullopt;
    for (const Kind kind : {Kind::Metric, Kind::Param, Kind::Tag}) {
        if (const RunColumn column{kind, key}; column.id() == id)
            return column;
    }
    return std::nullopt;
}

QString RunColumn::orderBy() const
{
    switch (kind) {
    case Kind::Name:
        return u"attributes.run_name"_s;
    case Kind::Status:
        return u"attributes.status"_s;
    case Kind::Started:
        return u"attributes.start_time"_s;
    case Kind::Duration:
        return {};
    case Kind::User:
        return u"tags.`mlflow.user`"_s;
    case Kind::Metric:
        return prefixed(u"metrics", key);
    case Kind::Param:
        return prefixed(u"params", key);
    case Kind::Tag:
        break;
    }
    return prefixed(u"tags", key);
}

QVariant RunColumn::rawValue(const mlflow::Run &run) const
{
    switch (kind) {
    case Kind::Name:
        return run.info.name;
    case Kind::Status:
        return static_cast<int>(run.info.status);
    case Kind::Started:
        return run.info.startTime;
    case Kind::Duration:
        return run.info.endTime > 0 ? QVariant(run.info.endTime - run.info.startTime) : QVariant();
    case Kind::User: {
        const QString tag = run.tag(u"mlflow.user"_s);
        return tag.isEmpty() ? run.info.userId : tag;
    }
    case Kind::Metric: {
        const std::optional<double> value = run.metric(key);
        return value ? QVariant(*value) : QVariant();
    }
    case Kind::Param: {
        const auto same = [this](const mlflow::Param &p) { return p.key == key; };
        const auto param = std::find_if(run.params.cbegin(), run.params.cend(), same);
        return param == run.params.cend() ? QVariant() : textOrNumber(param->value);
    }
    case Kind::Tag:
        break;
    }
    const auto same = [this](const mlflow::Tag &t) { return t.key == key; };
    const auto tag = std::find_if(run.tags.cbegin(), run.tags.cend(), same);
    return tag == run.tags.cend() ? QVariant() : QVariant(tag->value);
}

QString RunColumn::text(const mlflow::Run &run, qint64 nowMs) const
{
    switch (kind) {
    case Kind::Status:
        return format::statusWord(run.info.status);
    case Kind::Started:
        return format::relativeTime(run.info.startTime, nowMs);
    case Kind::Duration: {
        const auto duration = format::runDuration(run.info, nowMs);
        return duration ? format::duration(*duration) : QString();
    }
    case Kind::Metric: {
        const std::optional<double> value = run.metric(key);
        return value ? format::number(*value) : QString();
    }
    case Kind::Param:
        return format::oneLine(run.param(key));
    case Kind::Name:
    case Kind::User:
    case Kind::Tag:
        break;
    }
    return format::oneLine(rawValue(run).toString());
}

bool RunColumn::isNumeric() const
{
    return kind == Kind::Metric || kind == Kind::Duration;
}

bool RunKeys::add(const QList<mlflow::Run> &runs)
{
    bool grown = addKeys(metrics, runs, &mlflow::Run::metrics);
    grown |= addKeys(params, runs, &mlflow::Run::params);
    const QStringList before = tags;
    addKeys(tags, runs, &mlflow::Run::tags);
    tags.removeIf([](const QString &key) { return key.startsWith("mlflow."_L1); });
    return grown || tags != before;
}

bool looksTheSame(const mlflow::Run &a, const mlflow::Run &b)
{
    const auto sameMetric = [](const mlflow::Metric &x, const mlflow::Metric &y) {
        return x.key == y.key && x.timestamp == y.timestamp && x.step == y.step;
    };
    const auto sameParam = [](const mlflow::Param &x, const mlflow::Param &y) {
        return x.key == y.key && x.value == y.value;
    };
    return a.info.id == b.info.id && a.info.name == b.info.name && a.info.status == b.info.status
        && a.info.endTime == b.info.endTime && a.tags == b.tags
        && std::equal(
            a.metrics.cbegin(), a.metrics.cend(), b.metrics.cbegin(), b.metrics.cend(), sameMetric)
        && std::equal(
            a.params.cbegin(), a.params.cend(), b.params.cbegin(), b.params.cend(), sameParam);
}

QList<RunColumn> fixedRunColumns()
{
    using Kind = RunColumn::Kind;
    return {{Kind::Name, {}}, {Kind::Status, {}}, {Kind::Started, {}}, {Kind::Duration, {}}};
}

QList<RunColumn> defaultRunColumns(const QList<mlflow::Run> &runs)
{
    static constexpr int kMetrics = 3;
    static constexpr int kParams = 4;
    QList<RunColumn> columns = fixedRunColumns();
    RunKeys keys;
    keys.add(runs);
    for (const QString &name : rankedMetrics(keys.metrics).mid(0, kMetrics))
        columns.append({RunColumn::Kind::Metric, name});
    for (const QString &name : differingParams(runs).mid(0, kParams))
        columns.append({RunColumn::Kind::Param, name});
    return columns;
}

QStringList rankedMetrics(const QStringList &names)
{
    QStringList ranked = names;
    std::stable_sort(ranked.begin(), ranked.end(),
        [](const QString &a, const QString &b) { return metricRank(a) < metricRank(b); });
    return ranked;
}

QString headlineMetric(const mlflow::Run &run)
{
    QStringList names;
    for (const mlflow::Metric &metric : run.metrics)
        names.append(metric.key);
    return rankedMetrics(names).value(0);
}

} // namespace signalbox
