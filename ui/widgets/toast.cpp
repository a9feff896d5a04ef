// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/toast.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QEvent>
#include <QtCore/QTimer>
#include <QtGui/QAccessible>
#include <QtWidgets/QGraphicsDropShadowEffect>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QToolButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMost = 4;
constexpr int kWidth = 380;
constexpr int kLine = 24; // the height of the close button

QString iconFor(Tone tone)
{
    switch (tone) {
    case Tone::Good:
        return u"check"_s;
    case Tone::Warning:
    case Tone::Bad:
        return u"warning"_s;
    case Tone::Neutral:
    case Tone::Info:
        break;
    }
    return u"info"_s;
}

QFrame *makeToast(QWidget *area, Tone tone, const QString &text)
{
    auto *toast = new QFrame(area);
    toast->setObjectName(u"toastFrame"_s);
    toast->setProperty("surface", u"card"_s);
    toast->setAccessibleName(text);
    toast->setFixedWidth(kWidth);
    auto *layout = new QHBoxLayout(toast);
    layout->setContentsMargins(kGrid * 3 / 2, kGrid, kGrid, kGrid);
    auto *icon = new QLabel(toast);
    icon->setPixmap(iconPixmap(
        iconFor(tone), Theme::instance().colours().of(tone), 16, area->devicePixelRatioF()));
    icon->setFixedHeight(kLine);
    layout->addWidget(icon, 0, Qt::AlignTop);
    auto *label = new PlainLabel(text, toast);
    label->setObjectName(u"toastLabel"_s);
    label->setWordWrap(true);
    layout->addWidget(label, 1);
    auto *close = new QToolButton(toast);
    close->setObjectName(u"toastCloseToolButton"_s);
    close->setAccessibleName(QObject::tr("Dismiss"));
    close->setIcon(themeIcon(u"cross"_s));
    layout->addWidget(close, 0, Qt::AlignTop);
    QObject::connect(close, &QToolButton::clicked, toast, &QObject::deleteLater);
    auto *shadow = new QGraphicsDropShadowEffect(toast);
    shadow->setBlurRadius(18);
    shadow->setOffset(0, 3);
    shadow->setColor(QColor(0, 0, 0, 70));
    toast->setGraphicsEffect(shadow);
    return toast;
}

} // namespace

ToastHost::ToastHost(QWidget *area)
    : QObject(area)
    , m_area(area)
    , m_bottomGap(kGrid * 5)
{
    area->installEventFilter(this);
}

void ToastHost::show(Tone tone, const QString &text)
{
    while (m_toasts.size() >= kMost)
        delete m_toasts.takeFirst();
    QFrame *toast = makeToast(m_area, tone, text);
    m_toasts.append(toast);
    connect(toast, &QObject::destroyed, this, [this, toast] {
        m_toasts.removeOne(toast);
        arrange();
    });
    auto *timer = new QTimer(toast);
    timer->setInterval(tone == Tone::Bad ? 12'000 : 5'000);
    connect(timer, &QTimer::timeout, toast, [toast] {
        if (!toast->underMouse())
            toast->deleteLater();
    });
    timer->start();
    toast->show();
    arrange();
    QAccessibleEvent alert(toast, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

QStringList ToastHost::texts() const
{
    QStringList out;
    for (const QFrame *toast : m_toasts)
        out.append(toast->accessibleName());
    return out;
}

bool ToastHost::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        arrange();
    return QObject::eventFilter(watched, event);
}

void ToastHost::arrange()
{
    int bottom = m_area->height() - m_bottomGap;
    for (auto it = m_toasts.crbegin(); it != m_toasts.crend(); ++it) {
        QFrame *toast = *it;
        toast->adjustSize();
        const int height = qMax(toast->sizeHint().height(), toast->heightForWidth(kWidth));
        toast->resize(kWidth, height);
        toast->move(m_area->width() - kWidth - 2 * kGrid, bottom - height);
        toast->raise();
        bottom -= height + kGrid;
    }
}

} // namespace signalbox
