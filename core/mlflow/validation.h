// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/mlflow/entities.h"

/*! What MLflow would refuse, cut or corrupt in silence, found before anything is sent. Failures are
 *  InvalidRequest without an HTTP status. Lengths are counted in code points, as the server does.
 *  Pure functions. */
namespace signalbox::mlflow {

struct Batch;

inline constexpr qsizetype kMaxBatchMetrics = 1000;
inline constexpr qsizetype kMaxBatchParams = 100;
inline constexpr qsizetype kMaxBatchTags = 100;
inline constexpr qsizetype kMaxBatchItems = 1000;
inline constexpr qsizetype kMaxBatchBytes = 1'000'000;
inline constexpr qsizetype kMaxKeyLength = 250;
inline constexpr qsizetype kMaxParamLength = 6000;
inline constexpr qsizetype kMaxRunTagLength = 8000;
inline constexpr qsizetype kMaxDigestLength = 36;

//! Letters, digits, "_-./: " only, and no other path when read as one ("a//b", "../x", "/x").
[[nodiscard]] Result<void> checkKey(const QString &key);
[[nodiscard]] Result<void> checkMetric(const Metric &metric);
[[nodiscard]] Result<void> checkParam(const Param &param);
[[nodiscard]] Result<void> checkRunTag(const Tag &tag);
[[nodiscard]] Result<void> checkDataset(const DatasetInput &input);
//! Every item, the counts, and that no param is given twice with different values.
[[nodiscard]] Result<void> checkBatch(const Batch &batch);
//! `what` names the thing in the message, as in "run id".
[[nodiscard]] Result<void> checkPresent(const QString &what, const QString &value);
[[nodiscard]] Result<void> checkRange(const QString &what, int value, int least, int most);

/*! `value` as a constant of MLflow's filter language: in single or double quotes. InvalidRequest
 *  when it holds both kinds, which the language cannot express. */
[[nodiscard]] Result<QString> filterQuoted(const QString &value);
//! `orderBy` without a second clause for the same field, which the server answers with a 500.
[[nodiscard]] QStringList uniqueOrder(const QStringList &orderBy);

} // namespace signalbox::mlflow
