// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"

#include <QtWidgets/QTableWidget>

namespace signalbox {

/*! Tags that a person may change, add in the empty last row, or take away by emptying their name.
 *  QTableWidget::itemChanged tells about every change. Main thread. */
class TagTable final : public QTableWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TagTable)

public:
    explicit TagTable(const mlflow::TagList &tags, QWidget *parent = nullptr);
    [[nodiscard]] mlflow::TagList changed() const; //!< New ones, and those with another value.
    [[nodiscard]] QStringList removed() const; //!< Keys that are gone.

private:
    void append(const mlflow::Tag &tag);
    void keepEmptyRow();
    [[nodiscard]] QString cell(int row, int column) const;
    mlflow::TagList m_before;
};

} // namespace signalbox
