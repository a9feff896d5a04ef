// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QLabel>

namespace signalbox {

/*! A label for text from anywhere: always plain, cut with an ellipsis when there is no room, the
 *  whole text in a plain tooltip then. Text can be selected by mouse when `selectable`. */
class PlainLabel final : public QLabel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PlainLabel)

public:
    explicit PlainLabel(QWidget *parent = nullptr);
    explicit PlainLabel(const QString &text, QWidget *parent = nullptr);

    void setText(const QString &text);
    [[nodiscard]] const QString &fullText() const { return m_text; }
    void setElideMode(Qt::TextElideMode mode);
    //! "muted", "strong", "title" ...: see the style sheet.
    void setLevel(const QString &level);
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    QString m_text;
    Qt::TextElideMode m_elide = Qt::ElideRight;
};

//! Escaped so that Qt shows it as it is, also where a tooltip would guess rich text.
[[nodiscard]] QString plainToolTip(const QString &text);

} // namespace signalbox
