// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/flow.h"
#include "core/promotion/promoter.h"

#include <memory>
#include <optional>

namespace signalbox {

//! The table that a flow learns from.
struct DataSpec {
    QString file; //!< CSV or Parquet.
    QString target;
    QString problem{QStringLiteral("auto")}; //!< auto, binary, multiclass, regression.
    QString groupColumn;
    QString timeColumn;
    QString treatmentColumn;
    QString allowLeakage = {}; //!< Why a column that gives the answer away may stay; recorded.
    [[nodiscard]] QJsonObject toJson() const; //!< The engine's `data` object.
};

struct SelectorSpec {
    DataSpec data;
    QString experiment;
    QString modelName; //!< Used for titles and the default experiment.
    QStringList require; //!< Constraints: "latency<=20ms", "memory<2gb", "interpretable".
    QStringList prefer;
    QStringList exclude;
    int seed = 42;
};

struct TrainerSpec {
    DataSpec data;
    QString experiment;
    QString algorithm; //!< Empty: the first of a fresh ranking without benchmark.
    int trials = 20;
    QString registerAs; //!< Empty: not registered.
    int seed = 42;
};

struct DeployerSpec {
    QString model;
    QString version;
    Stage to = Stage::Staging;
    QString policyFile; //!< Empty: the default policy.
    QString reason;
    Waivers waivers;
    QString experiment; //!< Empty: the version's own experiment.
    bool keepExisting = false;
};

struct PipelineSpec {
    DataSpec data;
    QString experiment; //!< Empty: the model's name.
    QString model;
    Stage to = Stage::Staging;
    QString policyFile;
    QStringList require;
    QStringList prefer;
    QStringList exclude;
    QString algorithm; //!< Empty: what the selector selects.
    int trials = 20;
    int seed = 42;
};

[[nodiscard]] std::unique_ptr<Flow> makeSelector(SelectorSpec spec, FlowContext context);
[[nodiscard]] std::unique_ptr<Flow> makeTrainer(TrainerSpec spec, FlowContext context);
[[nodiscard]] std::unique_ptr<Flow> makeDeployer(DeployerSpec spec, FlowContext context);
[[nodiscard]] std::unique_ptr<Flow> makePipeline(PipelineSpec spec, FlowContext context);

//! Columns, types, balance and a few rows of a file, for forms; the engine's `inspect` result.
[[nodiscard]] Call<QJsonObject> inspectData(
    const DataSpec &data, const FlowContext &context, QObject *owner);

//! A demo table and the column to predict.
struct DemoData {
    QString file;
    QString target;
};

/*! Writes one of scikit-learn's data sets (breast_cancer, wine, diabetes) as CSV below the home. */
[[nodiscard]] Call<DemoData> makeDemoData(
    const QString &name, const FlowContext &context, QObject *owner);

} // namespace signalbox
