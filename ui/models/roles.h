// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QVariant>
#include <QtCore/Qt>

namespace signalbox {

//! What every model of this folder answers besides Qt's own roles. Values for sorting and export
//! come from RawValue, never from the text that is shown.
enum Role : int {
    RawValueRole = Qt::UserRole + 1, //!< double, qint64 or QString, unformatted.
    IdRole, //!< Run id, experiment id, version: what actions need.
    StatusRole, //!< int of an enum class that the model names.
    SeriesRole, //!< Index of the colour in the charts, -1 for none.
    ErrorRowRole, //!< True on the row that says why no more rows came.
    CountRole, //!< Number of things below, or invalid while unknown.
    PinnedRole,
    MonospaceRole, //!< True where digits must line up.
    NextFreeRole
};

//! The answer to Qt::TextAlignmentRole: numbers right, words left.
[[nodiscard]] inline QVariant alignment(bool right)
{
    return QVariant::fromValue(Qt::AlignVCenter | (right ? Qt::AlignRight : Qt::AlignLeft));
}

} // namespace signalbox
