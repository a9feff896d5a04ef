// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QHash>
#include <QtCore/QStringList>
#include <QtWidgets/QWidget>

class QGridLayout;

namespace signalbox {

class PlainLabel;

//! A few names with values side by side, for cards. Rows keep their order and are updated in place.
class FactGrid final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FactGrid)

public:
    explicit FactGrid(QWidget *parent = nullptr);
    //! Adds the row on first use; an empty value shows a dash. `number` uses tabular figures.
    void setFact(const QString &name, const QString &value, bool number = false);
    [[nodiscard]] QString fact(const QString &name) const; //!< Empty for unknown names.

private:
    QGridLayout *m_grid = nullptr;
    QHash<QString, PlainLabel *> m_values;
};

} // namespace signalbox
