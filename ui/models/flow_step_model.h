// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/roles.h"
#include "ui/models/tracked_flow.h"

#include <QtCore/QAbstractListModel>
#include <QtCore/QPointer>

namespace signalbox {

/*! The steps of one flow. StatusRole is the int of a StepState. Main thread; owned by its page; the
 *  flow may die first. */
class FlowStepModel final : public QAbstractListModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowStepModel)

public:
    static constexpr int DetailRole = NextFreeRole;
    static constexpr int ElapsedRole = NextFreeRole + 1; //!< "1 m 12 s", empty before it began.
    explicit FlowStepModel(QObject *parent = nullptr);

    void setFlow(TrackedFlow *flow);
    [[nodiscard]] TrackedFlow *flow() const { return m_flow; }
    //! Moves the time of the running step on.
    void tick();
    [[nodiscard]] static QString symbol(StepState state);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

private:
    void stepChanged(int step);
    QPointer<TrackedFlow> m_flow;
    int m_rows = 0;
};

} // namespace signalbox
