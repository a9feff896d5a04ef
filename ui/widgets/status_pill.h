// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/resilience/breaker_core.h"
#include "ui/theme/colours.h"

#include <QtWidgets/QWidget>

class QPainter;

namespace signalbox {

//! What a pill says. The icon is one of the theme's; never colour alone.
struct PillLook {
    Tone tone = Tone::Neutral;
    QString icon;
    QString text;
    friend bool operator==(const PillLook &, const PillLook &) = default;
};

//! The look of MLflow's run status words ("RUNNING", "FINISHED" ...).
[[nodiscard]] PillLook pillForRunStatus(const QString &status);
//! The look of a flow step or flow state ("running", "done" ...).
[[nodiscard]] PillLook pillForFlowState(const QString &state);

[[nodiscard]] PillLook pillForBreaker(BreakerState state);

[[nodiscard]] QSize pillSize(const PillLook &look);
//! Paints the pill left-aligned and vertically centred in `rect`; for delegates.
void paintPill(QPainter *painter, const QRect &rect, const PillLook &look);

//! Icon, word and colour in a rounded fill. Hidden texts take no room.
class StatusPill final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatusPill)

public:
    explicit StatusPill(QWidget *parent = nullptr);
    explicit StatusPill(const PillLook &look, QWidget *parent = nullptr);
    void setLook(const PillLook &look); //!< Shows itself, or hides for an empty text.
    [[nodiscard]] const PillLook &look() const { return m_look; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    PillLook m_look;
};

} // namespace signalbox
