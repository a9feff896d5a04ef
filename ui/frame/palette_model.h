// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include <QtCore/QAbstractListModel>
#include <QtCore/QList>

namespace signalbox {

//! The commands of the palette, best match first.
class PaletteModel final : public QAbstractListModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PaletteModel)

public:
    static constexpr int kDetailRole = Qt::UserRole + 1;

    using QAbstractListModel::QAbstractListModel;
    void setEntries(QList<PaletteEntry> entries);
    void setPattern(const QString &pattern);
    [[nodiscard]] const PaletteEntry &entry(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;

private:
    void rank();
    QList<PaletteEntry> m_entries;
    QList<qsizetype> m_shown;
    QString m_pattern;
};

} // namespace signalbox
