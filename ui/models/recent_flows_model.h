// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/mlflow/entities.h"
#include "ui/models/flow_registry.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QPointer>

namespace signalbox {

/*! The flows of this session, newest first, and below them what the server remembers of earlier
 *  ones. IdRole is the run to open. Main thread; owned by the flows page. */
class RecentFlowsModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecentFlowsModel)

public:
    enum Column : int { WhatColumn, StateColumn };
    explicit RecentFlowsModel(FlowRegistry &registry, QObject *parent = nullptr);

    //! Runs with the tag `signalbox.flow`; children and flows of this session are left out.
    void setPast(const QList<mlflow::Run> &runs);
    //! Null on rows that only the server knows.
    [[nodiscard]] TrackedFlow *flowAt(int row) const;
    [[nodiscard]] int rowOf(const TrackedFlow *flow) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

private:
    [[nodiscard]] int sessionRows() const { return m_rows; }
    [[nodiscard]] QVariant sessionData(const TrackedFlow &flow, int column, int role) const;
    [[nodiscard]] static QVariant pastData(const mlflow::Run &run, int column, int role);
    FlowRegistry &m_registry;
    int m_rows = 0; //!< Of this session.
    QList<mlflow::Run> m_past;
};

} // namespace signalbox
