// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QTimer;

namespace signalbox {

class BreakerHistory;

/*! The breaker's states as one band over the last minutes, with the state's colour and height, so
 *  that nothing depends on colour alone; the pointer, or Left and Right on the keyboard, tells a
 *  period's beginning, length and reason. Moves on by itself while it is visible. */
class BreakerTimeline final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BreakerTimeline)

public:
    explicit BreakerTimeline(BreakerHistory &history, QWidget *parent = nullptr);

    //! The period under x, a row of the history, or -1.
    [[nodiscard]] int periodAt(int x) const;
    [[nodiscard]] QString selectedText() const; //!< Of the period chosen by keyboard, or empty.
    [[nodiscard]] QSize sizeHint() const override { return {480, 64}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 64}; }

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    struct Scale {
        qint64 from = 0;
        qint64 to = 0;
        int width = 0;
        [[nodiscard]] double x(qint64 ms) const;
    };
    [[nodiscard]] Scale scale() const;
    void paintPeriods(QPainter *painter, const Scale &scale);
    void paintTicks(QPainter *painter, const Scale &scale);
    void select(int row);
    void describe();

    BreakerHistory &m_history;
    QTimer *m_clock = nullptr;
    int m_selected = -1;
};

} // namespace signalbox
