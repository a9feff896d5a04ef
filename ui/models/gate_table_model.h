// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/promotion/gates.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractTableModel>

namespace signalbox {

/*! The gates of one promotion, a row each: verdict, rule, limit, measured value, evidence.
 * StatusRole is the int of a Verdict. Main thread; owned by its dialog. */
class GateTableModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GateTableModel)

public:
    enum Column : int { VerdictColumn, RuleColumn, LimitColumn, ActualColumn, EvidenceColumn };
    static constexpr int kColumns = 5;
    explicit GateTableModel(QObject *parent = nullptr);

    void setGates(const QList<GateResult> &gates);
    [[nodiscard]] const QList<GateResult> &gates() const { return m_gates; }
    //! "≥ 0.80", "present", "required": how a limit reads for its rule.
    [[nodiscard]] static QString limitText(const GateResult &gate);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o, int role) const override;

private:
    QList<GateResult> m_gates;
};

} // namespace signalbox
