// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/promotion/gates.h"

namespace signalbox {

//! What the registry says about one model at one moment.
struct RegistryView {
    QList<mlflow::ModelVersion> versions;
    QMap<QString, QString> aliases; //!< alias -> version
    mlflow::TagList tags; //!< Of the registered model.

    [[nodiscard]] QStringList versionsIn(Stage stage) const; //!< Newest version number first.
    [[nodiscard]] const mlflow::ModelVersion *find(const QString &version) const;
    //! Stages and aliases as one text: equal texts mean that nothing moved between two reads.
    [[nodiscard]] QString fingerprint() const;
};

//! One alias that does not name what it should; an empty `version` means: remove it.
struct AliasChange {
    QString alias;
    QString version;
    QString before;
};

/*! Pure. The changes after which the alias of every stage in `stages` names the stage's newest
 *  version, or nothing where the stage is empty. */
[[nodiscard]] QList<AliasChange> aliasChanges(const RegistryView &view, const QList<Stage> &stages);

//! Pure. The view after `version` moved to `to`, with the others of Production archived or not.
[[nodiscard]] RegistryView afterMove(
    RegistryView view, const QString &version, Stage to, bool archiveOthers);

//! The stages whose aliases a move may change.
[[nodiscard]] QList<Stage> stagesTouched(Stage from, Stage to);

//! Pure. The report of a move: gates, archived versions, moved alias.
[[nodiscard]] GateReport buildReport(const Evidence &evidence, Stage to, const Policy &policy,
    const Waivers &waivers, bool archiveOthers);

//! Whether a move to `to` leaves exactly one version there.
[[nodiscard]] bool isExclusive(Stage to, bool keepExisting);

} // namespace signalbox
