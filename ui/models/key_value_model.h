// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractTableModel>

namespace signalbox {

/*! Params, metrics or tags of one run, or of anything else with names and values. Complete and
 *  local, so a filter proxy may stand on top. Updates in place: rows keep their selection while a
 *  running run grows. Main thread; owned by its page. */
class KeyValueModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(KeyValueModel)

public:
    enum Column : int { KeyColumn, ValueColumn, StepColumn };
    struct Entry {
        QString key;
        QString text; //!< What is shown.
        QVariant raw; //!< What is sorted and exported.
        qint64 step = 0;
        friend bool operator==(const Entry &, const Entry &) = default;
    };

    //! `withSteps` adds the column that metrics have.
    explicit KeyValueModel(bool withSteps = false, QObject *parent = nullptr);

    //! Sorted by key; equal keys are kept.
    void setEntries(QList<Entry> entries);
    void setParams(const QList<mlflow::Param> &params);
    void setMetrics(const QList<mlflow::Metric> &metrics);
    //! Without the tags that MLflow keeps for itself, unless `all`.
    void setTags(const mlflow::TagList &tags, bool all = false);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o, int role) const override;

private:
    bool m_withSteps;
    QList<Entry> m_entries;
};

} // namespace signalbox
