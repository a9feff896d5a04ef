// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/status_pill.h"

#include <QtCore/QMetaType>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QTableView>

namespace signalbox {

// Roles that CellDelegate understands besides Qt's own and MonospaceRole.
inline constexpr int kPillRole = Qt::UserRole + 900; //!< A PillLook, painted instead of the text.
inline constexpr int kColourBarRole = Qt::UserRole + 901; //!< A QColor at the cell's left edge.

//! Paints text, pills and colour bars with the theme's colours and a rule below each row.
class CellDelegate final : public QStyledItemDelegate {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CellDelegate)

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(
        const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QString displayText(const QVariant &value, const QLocale &locale) const override;
};

/*! The table of the house: rows of 28 px, whole rows selected, no grid but rules, Ctrl+C copies the
 *  selection as TSV with headers, tooltips show what is cut. */
class DataTable : public QTableView {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DataTable)

public:
    explicit DataTable(QWidget *parent = nullptr);
    //! The selected rows, or all rows when nothing is selected; exact values.
    [[nodiscard]] QString selectionAsTsv() const;
    void copySelection() const;

protected:
    void keyPressEvent(QKeyEvent *event) override;
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::PillLook)
