// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/promotion/policy.h"
#include "core/tracking/run_session.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

// Pure readings of the engine's answer to `train`.
namespace signalbox {

//! The part of the terminal's document that the engine knows: problem, metrics, intervals ...
[[nodiscard]] QJsonObject trainingDocument(const QJsonObject &result);
//! `{"train":{},"validation":{},"test":{}}` from the flat keys; interval bounds left out.
[[nodiscard]] QJsonObject metricsBySplit(const QJsonObject &flat);
//! What the policy asks of the test metrics for Staging, and whether it is met.
[[nodiscard]] QJsonArray criteriaOf(const QJsonObject &result, const Policy &policy);
[[nodiscard]] QList<mlflow::DatasetInput> datasetsOf(const QJsonObject &result);
//! The model folder to log, from the engine's `model` line.
[[nodiscard]] ModelFolder modelFolderOf(const QJsonObject &model, const QJsonObject &result);
//! `{"uri","name","version"}`; null where there is none (yet).
[[nodiscard]] QJsonObject modelJson(
    const RunLink &link, const QString &name, const QString &version);
//! "test roc_auc 0.9912" for a step's detail.
[[nodiscard]] QString headlineOf(const QJsonObject &result);

} // namespace signalbox
