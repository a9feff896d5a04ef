// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tracking/item_codec.h"
#include "core/tracking/journal_types.h"

/*! Registered models, versions and experiments without a run as items of the journal: made, shown
 *  to people and corrected. Failures are InvalidInput. Pure functions. */
namespace signalbox::registration {

[[nodiscard]] Result<NewItem> itemOf(const codec::RegisteredModelRecord &record);
//! `followsRun`: it comes from a run of this journal, which then names the model.
[[nodiscard]] Result<NewItem> itemOf(const codec::VersionRecord &record, bool followsRun);
[[nodiscard]] Result<NewItem> itemOf(const codec::ExperimentRecord &record);

//! Fills in what can be corrected; for other kinds, nothing.
void show(JournalItem &item, const QByteArray &payload);

struct Corrected {
    NewItem item;
    QString name; //!< Of the registered model or experiment, which is the item's lane.
    bool followsRun = false;
};
//! `edit` holds only what the kind has; `followsRun` ends where another origin is named.
[[nodiscard]] Result<Corrected> corrected(
    ItemKind kind, const QByteArray &payload, const ParkedEdit &edit, bool followsRun);

} // namespace signalbox::registration
