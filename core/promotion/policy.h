// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/promotion/stage.h"

#include <QtCore/QJsonValue>
#include <QtCore/QList>
#include <QtCore/QMap>

namespace signalbox {

//! One rule of a policy. The id is its kind, plus `:KEY` where a kind may repeat.
struct GateRule {
    QString
        kind; //!< "metric_at_least", "signature_present", "run_finished", "dataset_recorded" ...
    QString key; //!< The metric, for metric rules.
    QString problem; //!< Applies only to this problem type; empty for all.
    double limit = 0.0;
    bool waivable = true;
    QString title;
    [[nodiscard]] QString id() const;
};

/*! What a version must show before it may enter a stage. JSON file; unknown rule kinds are an
 *  error, not ignored. Immutable value. */
class Policy final {
public:
    [[nodiscard]] static Result<Policy> load(const QString &file);
    [[nodiscard]] static Result<Policy> parse(const QByteArray &json, const QString &name);
    [[nodiscard]] const QString &name() const { return m_name; }
    [[nodiscard]] const QString &digest() const
    {
        return m_digest;
    } //!< First 16 hex of its sha256.
    //! Whether the policy says anything about a stage, be it an empty list.
    [[nodiscard]] bool knows(Stage to) const;
    //! `problem` is binary, multiclass or regression; rules of other problems are left out. Of an
    //! unknown (empty) problem every rule applies.
    [[nodiscard]] QList<GateRule> rulesFor(Stage to, const QString &problem) const;

private:
    QString m_name;
    QString m_digest;
    QMap<Stage, QList<GateRule>> m_rules;
};

} // namespace signalbox
