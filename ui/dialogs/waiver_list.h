// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/promotion/gates.h"

#include <QtWidgets/QScrollArea>

#include <vector>

class QCheckBox;
class QGridLayout;
class QLineEdit;

namespace signalbox {

/*! The gates that did not pass and may be waived, each with a tick and a reason; scrolls when there
 *  are many. Owned by the promotion dialog. */
class WaiverList final : public QScrollArea {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WaiverList)

public:
    explicit WaiverList(QWidget *parent = nullptr);

    void setGates(const QList<GateResult> &gates);
    [[nodiscard]] bool isEmpty() const { return m_rows.empty(); }
    //! Ticked gates with a reason.
    [[nodiscard]] Waivers waivers() const;
    //! A tick without a reason.
    [[nodiscard]] bool isIncomplete() const;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void changed();

private:
    struct Row {
        QString gate;
        QCheckBox *tick = nullptr;
        QLineEdit *reason = nullptr;
    };
    QWidget *m_inside = nullptr;
    QGridLayout *m_grid = nullptr;
    std::vector<Row> m_rows;
};

//! `gates` as they would be judged with these waivers.
[[nodiscard]] QList<GateResult> withWaivers(QList<GateResult> gates, const Waivers &waivers);

} // namespace signalbox
