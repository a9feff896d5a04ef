// SPDX-License-Identifier: Apache-2.0
#include "core/flows/training_result.h"

#include "core/flows/candidates.h"
#include "core/json/json_writer.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

mlflow::DatasetInput datasetFrom(const QJsonValue &json)
{
    mlflow::DatasetInput input;
    input.name = json[u"name"_s].toString();
    input.digest = json[u"digest"_s].toString();
    input.sourceType = json[u"source_type"_s].toString();
    input.source = json[u"source"_s].toString();
    input.schema = json[u"schema"_s].toString();
    input.profile = json[u"profile"_s].toString();
    input.tags = {{u"mlflow.data.context"_s, json[u"context"_s].toString()}};
    return input;
}

} // namespace

QJsonObject metricsBySplit(const QJsonObject &flat)
{
    QJsonObject bySplit;
    for (const QString &split : {u"train"_s, u"validation"_s, u"test"_s}) {
        QJsonObject values;
        for (auto it = flat.constBegin(); it != flat.constEnd(); ++it) {
            const bool bound = it.key().endsWith(u"_low"_s) || it.key().endsWith(u"_high"_s);
            if (it.key().startsWith(QString(split % u'_')) && !bound)
                values.insert(it.key().mid(split.size() + 1), it.value());
        }
        bySplit.insert(split, values);
    }
    return bySplit;
}

QJsonObject trainingDocument(const QJsonObject &result)
{
    QJsonObject document{{u"metrics"_s, metricsBySplit(result.value(u"metrics"_s).toObject())}};
    for (const QString &key : {u"problem"_s, u"intervals"_s, u"threshold"_s, u"positive_label"_s,
             u"hyperparameters"_s, u"split"_s, u"imbalance"_s, u"hpo"_s})
        document.insert(key, result.value(key).isUndefined() ? QJsonValue() : result.value(key));
    return document;
}

QJsonArray criteriaOf(const QJsonObject &result, const Policy &policy)
{
    QJsonArray criteria;
    const QJsonObject metrics = result.value(u"metrics"_s).toObject();
    for (const GateRule &rule :
        policy.rulesFor(Stage::Staging, result.value(u"problem"_s).toString())) {
        if (rule.kind != u"metric_at_least"_s)
            continue;
        const QJsonValue actual = metrics.value(rule.key);
        const bool met = !actual.isUndefined() && numberFrom(actual, rule.limit - 1) >= rule.limit;
        criteria.append(QJsonObject{{u"metric"_s, rule.key}, {u"limit"_s, rule.limit},
            {u"actual"_s, actual.isUndefined() ? QJsonValue() : actual}, {u"met"_s, met}});
    }
    return criteria;
}

QList<mlflow::DatasetInput> datasetsOf(const QJsonObject &result)
{
    QList<mlflow::DatasetInput> inputs;
    for (const QJsonValue &dataset : result.value(u"datasets"_s).toArray())
        inputs.append(datasetFrom(dataset));
    return inputs;
}

ModelFolder modelFolderOf(const QJsonObject &model, const QJsonObject &result)
{
    ModelFolder folder;
    folder.path = model.value(u"path"_s).toString();
    folder.name = u"model"_s;
    folder.modelType = model.value(u"model_type"_s).toString();
    folder.params = {{u"algorithm"_s, result.value(u"algorithm"_s).toString()}};
    folder.tags = {{u"signalbox.flavor"_s, model.value(u"flavor"_s).toString()},
        {u"signalbox.serialization"_s, model.value(u"serialization"_s).toString()}};
    return folder;
}

QJsonObject modelJson(const RunLink &link, const QString &name, const QString &version)
{
    QString uri;
    if (!link.modelId.isEmpty())
        uri = u"models:/"_s % link.modelId.text();
    else if (!link.runId.isEmpty())
        uri = u"runs:/"_s % link.runId.text() % u"/model"_s;
    return {{u"uri"_s, textOrNull(uri)}, {u"name"_s, textOrNull(name)},
        {u"version"_s, textOrNull(version)}};
}

QString headlineOf(const QJsonObject &result)
{
    const QString key = primaryMetric(result.value(u"problem"_s).toString());
    const QJsonValue value = result.value(u"metrics"_s)[key];
    if (value.isUndefined())
        return {};
    return QString(key).replace(u'_', u' ') % u' ' % QString::number(numberFrom(value), 'f', 4);
}

} // namespace signalbox
