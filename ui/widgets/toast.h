// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/colours.h"

#include <QtWidgets/QFrame>

namespace signalbox {

class PlainLabel;

/*! Short messages in the lower right corner of a widget, newest at the bottom, at most four. They
 *  leave by themselves (bad news stays longer, and while the pointer is over it) or by click. */
class ToastHost final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ToastHost)

public:
    //! Shows toasts over `area`, which owns this object.
    explicit ToastHost(QWidget *area);
    void show(Tone tone, const QString &text);
    [[nodiscard]] QStringList texts() const; //!< What is on screen now.

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void arrange();
    QWidget *m_area = nullptr;
    int m_bottomGap = 0;
    QList<QFrame *> m_toasts;
};

} // namespace signalbox
