// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QModelIndexList>
#include <QtCore/QString>

class QAbstractItemModel;

namespace signalbox {

//! Any table as text. Values come from RawValueRole, numbers in their shortest exact form.
namespace tabletext {

//! Header and the rows of `selected` (any column of a row counts), tab-separated; tabs and line
//! breaks inside a value become blanks. Ready for a spreadsheet's clipboard.
[[nodiscard]] QString tsv(const QAbstractItemModel &model, const QModelIndexList &selected);
//! RFC 4180 with header; every row, or only those of `selected` when it is not empty. Cells that a
//! spreadsheet would run as a formula get a leading apostrophe.
[[nodiscard]] QString csv(const QAbstractItemModel &model, const QModelIndexList &selected = {});

//! One cell of such a file.
[[nodiscard]] QString csvField(const QString &text);

} // namespace tabletext

} // namespace signalbox
