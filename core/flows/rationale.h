// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/data_facts.h"
#include "core/flows/history.h"
#include "core/flows/selection.h"

namespace signalbox {

//! Everything a selection came to.
struct Selection {
    SelectionCriteria criteria;
    LearnedHistory history;
    Filtered filtered;
    QList<Ranked> ranked; //!< Best first; never empty once selected.
    [[nodiscard]] QJsonObject toJson() const; //!< `ranked`, `excluded`, `relaxed`, `selected`.
};

//! Why the first of the ranking was chosen and the next three were not, as Markdown.
[[nodiscard]] QString rationaleFor(const Selection &selection, const DataFacts &facts);
//! Why `other` came after `best`: the first difference that matters.
[[nodiscard]] QString whyNot(const Ranked &best, const Ranked &other);

} // namespace signalbox
