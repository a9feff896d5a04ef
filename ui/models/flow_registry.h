// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/tracked_flow.h"

#include <QtCore/QObject>

#include <memory>
#include <vector>

namespace signalbox {

/*! Owns the flows of this session, whether a page shows them or not. Main thread; owned by the
 *  flows page, which lives as long as the window. The status bar hears of them through the task
 *  list. */
class FlowRegistry final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowRegistry)

public:
    explicit FlowRegistry(QObject *parent = nullptr);
    ~FlowRegistry() override;

    //! Starts it at once. The pointer stays valid for the life of the registry.
    TrackedFlow *start(std::unique_ptr<Flow> flow, const QString &subject);
    [[nodiscard]] int size() const { return static_cast<int>(m_flows.size()); }
    //! 0 is the newest.
    [[nodiscard]] TrackedFlow *at(int index) const;
    [[nodiscard]] TrackedFlow *byId(const QString &id) const;
    [[nodiscard]] int runningCount() const;
    //! The connection goes away: ends what runs, keeps the records.
    void releaseAll();

Q_SIGNALS:
    //! A new one is at(0).
    void added(signalbox::TrackedFlow *flow);
    //! Its state changed; also sent when it ended.
    void changed(signalbox::TrackedFlow *flow);

private:
    std::vector<std::unique_ptr<TrackedFlow>> m_flows; // oldest first
};

} // namespace signalbox
