// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mlflow/entities.h"
#include "core/promotion/policy.h"

#include <QtCore/QJsonObject>
#include <QtCore/QMetaType>

namespace signalbox {

enum class Verdict : quint8 { Pass, Fail, Missing, Waived, NotApplicable };
[[nodiscard]] QString nameOf(
    Verdict verdict); //!< "pass", "fail", "missing", "waived", "not_applicable"

struct GateResult {
    QString id;
    QString title;
    QJsonValue limit; //!< A number for metric and shadow gates.
    QJsonValue actual; //!< What was read from the server; null when missing.
    Verdict verdict = Verdict::Missing;
    bool waivable = true;
    QString evidence; //!< Where the value comes from, for people.
    [[nodiscard]] QJsonObject toJson() const;
};

//! Everything the gates may look at, read from the server and nowhere else.
struct Evidence {
    mlflow::ModelVersion version;
    std::optional<mlflow::Run> run; //!< The version's source run.
    bool modelFileRead = false; //!< The MLmodel file could be read.
    bool signaturePresent = false;
    QString signatureSource; //!< Which file said so, or why it could not be read.
    QString problem; //!< From the run's params, else inferred from its test_* keys.
    QList<mlflow::ModelVersion> versions; //!< Every version of the model.
    QMap<QString, QString> aliases; //!< Of the model: alias -> version.
    std::optional<mlflow::ModelVersion> incumbent; //!< Present holder of the target stage.
    std::optional<mlflow::Run> incumbentRun;
};

struct GateReport {
    QString model;
    QString version;
    Stage from = Stage::None;
    Stage to = Stage::None;
    QString policyName;
    QString policyDigest;
    QList<GateResult> gates;
    QStringList wouldArchive; //!< Versions that the move would archive.
    QString aliasMove; //!< "champion: v11 -> v12", for people.
    [[nodiscard]] bool allowed() const; //!< Every gate passed, was waived or does not apply.
    [[nodiscard]] QJsonObject toJson() const; //!< `{"allowed","gates":[...],...}`
};

//! gate id -> reason.
using Waivers = QMap<QString, QString>;

//! Pure. A waiver needs a reason and a waivable gate; a missing value is never a pass.
[[nodiscard]] QList<GateResult> evaluateGates(
    const QList<GateRule> &rules, const Evidence &evidence, const Waivers &waivers = {});

//! Whether the text of an MLmodel file declares a signature with inputs or outputs.
[[nodiscard]] bool declaresSignature(const QByteArray &modelFile);

//! "binary", "multiclass", "regression" or empty, from param `problem` or the test_* keys.
[[nodiscard]] QString problemOf(const mlflow::Run &run);

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::GateReport)
