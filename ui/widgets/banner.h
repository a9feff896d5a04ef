// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtWidgets/QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace signalbox {

class PlainLabel;

/*! A line across the page: offline, stale, an error with its remedy. Hidden until shown; takes no
 *  room then. */
class Banner final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Banner)

public:
    explicit Banner(QWidget *parent = nullptr);

    void showMessage(Tone tone, const QString &text);
    void clear(); //!< Hides it.
    [[nodiscard]] QString text() const;
    [[nodiscard]] Tone tone() const { return m_tone; }
    //! A button at the right end; owned by the banner. `name` becomes its objectName.
    QPushButton *addButton(const QString &name, const QString &text);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintIcon();
    Tone m_tone = Tone::Neutral;
    QLabel *m_icon = nullptr;
    PlainLabel *m_text = nullptr;
    QHBoxLayout *m_layout = nullptr;
};

} // namespace signalbox
