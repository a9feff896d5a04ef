// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/json/json_reader.h"
#include "core/mlflow/entities.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

/*! MLflow's JSON to values and back. Decoding is lenient, because the server leaves out whatever
 *  is empty: an absent key is an empty value. Only the identity of a thing is required, so that a
 *  reply that says nothing is not mistaken for success. Thread-safe: pure functions. */
namespace signalbox::mlflow {

[[nodiscard]] Tag decodeTag(const JsonView &json);
[[nodiscard]] TagList decodeTags(const JsonView &array);
[[nodiscard]] Param decodeParam(const JsonView &json);
[[nodiscard]] QList<Param> decodeParams(const JsonView &array);
[[nodiscard]] Metric decodeMetric(const JsonView &json);
[[nodiscard]] Lifecycle decodeLifecycle(const JsonView &owner);
[[nodiscard]] Experiment decodeExperiment(const JsonView &json);
[[nodiscard]] RunInfo decodeRunInfo(const JsonView &json);
[[nodiscard]] Run decodeRun(const JsonView &json);
[[nodiscard]] FileInfo decodeFile(const JsonView &json);
[[nodiscard]] LoggedModel decodeLoggedModel(const JsonView &json);
[[nodiscard]] ModelVersion decodeVersion(const JsonView &json);
[[nodiscard]] RegisteredModel decodeModel(const JsonView &json);

//! `json[key]` as a list, each element through `decode`; empty when absent.
template <typename T>
[[nodiscard]] QList<T> decodeList(
    const JsonView &json, const char *key, T (*decode)(const JsonView &))
{
    const JsonView array = json[key];
    QList<T> list;
    list.reserve(array.size());
    array.forEach([&list, decode](const JsonView &item) { list.append(decode(item)); });
    return list;
}

template <typename T>
[[nodiscard]] Page<T> decodePage(
    const JsonView &json, const char *key, T (*decode)(const JsonView &))
{
    return {decodeList(json, key, decode), json.string("next_page_token")};
}

[[nodiscard]] QJsonObject encode(const Tag &tag);
[[nodiscard]] QJsonObject encode(const Param &param);
[[nodiscard]] QJsonObject encode(const Metric &metric);
[[nodiscard]] QJsonObject encode(const DatasetInput &input);
[[nodiscard]] QJsonObject encode(const ModelOutput &output);

template <typename T> [[nodiscard]] QJsonArray encodeList(const QList<T> &list)
{
    QJsonArray array;
    for (const T &item : list)
        array.append(encode(item));
    return array;
}

[[nodiscard]] QJsonArray encodeStrings(const QStringList &list);

} // namespace signalbox::mlflow
