// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/mlflow/entities.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal_folder.h"

/*! What is refused before it is acknowledged, because the server would cut, corrupt or refuse it.
 *  Failures are InvalidInput and name the item. Pure functions. */
namespace signalbox::checks {

[[nodiscard]] Result<QList<codec::Entry>> metrics(
    const QList<mlflow::Metric> &metrics, qint64 nowMs);
[[nodiscard]] Result<QList<codec::Entry>> params(const QList<mlflow::Param> &params);
[[nodiscard]] Result<QList<codec::Entry>> tags(const mlflow::TagList &tags);
[[nodiscard]] Result<void> inputs(const QList<mlflow::DatasetInput> &inputs);
//! A path inside a run's or model's artifacts.
[[nodiscard]] Result<void> artifactPath(const QString &path);
[[nodiscard]] Result<void> modelName(const QString &name);
//! The copied files of a model, or why they are none; then the copies are removed again.
[[nodiscard]] Result<QList<SpooledFile>> modelFiles(
    const Result<QList<SpooledFile>> &copied, const JournalFolder &folder, const QString &from);

} // namespace signalbox::checks
