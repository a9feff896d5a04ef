// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>

namespace signalbox {

/*! What MLflow 2 wants to know about a model (`runs/log-model`), from the text of its MLmodel file:
 *  flavors with their plain settings, and the model's own identity. `createdMs` stands in for a
 *  file that does not say when it was made. Reads the block style that MLflow writes; what is
 *  nested deeper is left out. Pure function. */
[[nodiscard]] QJsonObject modelDescription(
    const QByteArray &mlmodel, const QString &artifactPath, const QString &runId, qint64 createdMs);

/*! Whether the run's history tag names a model below `artifactPath` already. */
[[nodiscard]] bool isInModelHistory(const QString &historyTag, const QString &artifactPath);
//! The artifact path of the newest model in that tag; empty when there is none.
[[nodiscard]] QString newestInModelHistory(const QString &historyTag);

} // namespace signalbox
