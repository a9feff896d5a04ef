// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/data_table.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QList>

namespace signalbox {

struct KeyValue {
    QString key;
    QString value; //!< Plain text.
    bool number = false; //!< Right-aligned with tabular figures.
    friend bool operator==(const KeyValue &, const KeyValue &) = default;
};

//! Rows of name and value, filtered by a text that either may contain.
class KeyValueModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(KeyValueModel)

public:
    using QAbstractTableModel::QAbstractTableModel;
    void setRows(QList<KeyValue> rows);
    void setFilter(const QString &text);
    void setHeaders(const QString &key, const QString &value);
    [[nodiscard]] qsizetype totalRows() const { return m_rows.size(); }
    [[nodiscard]] const KeyValue &row(int visibleRow) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void applyFilter();
    QList<KeyValue> m_rows;
    QList<qsizetype> m_shown;
    QString m_filter;
    QString m_keyHeader = QStringLiteral("Name");
    QString m_valueHeader = QStringLiteral("Value");
};

//! Names and values of one thing: a DataTable over a KeyValueModel.
class KeyValueTable final : public DataTable {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(KeyValueTable)

public:
    explicit KeyValueTable(QWidget *parent = nullptr);
    void setRows(QList<KeyValue> rows) { m_model->setRows(std::move(rows)); }
    [[nodiscard]] KeyValueModel *rows() const { return m_model; }
    //! Tall enough for every row, so that the page scrolls instead of the table.
    void setFitsRows(bool fits);

private:
    void fitHeight();
    KeyValueModel *m_model = nullptr;
    bool m_fits = false;
};

} // namespace signalbox
