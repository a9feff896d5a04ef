// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/status_pill.h"

#include <QtCore/QString>

class QPushButton;
class QVBoxLayout;

namespace signalbox {

//! One line of a card: what, a quiet detail, and a pill at the right end.
struct OverviewRow {
    QString title;
    QString detail;
    QString age; //!< Quiet, before the pill.
    PillLook pill;
};

//! Deletes what addRow and addQuietRow added.
void clearRows(QVBoxLayout *rows);
//! The row is a button, so that it is reached and opened by keyboard too.
QPushButton *addRow(QVBoxLayout *rows, const OverviewRow &row);
void addQuietRow(QVBoxLayout *rows, const QString &text);
//! The look of a stage word of the server.
[[nodiscard]] PillLook pillForStage(const QString &stage);

} // namespace signalbox
