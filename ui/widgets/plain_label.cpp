// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/plain_label.h"

#include "ui/theme/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QHelpEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QStyle>
#include <QtWidgets/QStyleOption>
#include <QtWidgets/QToolTip>

using namespace Qt::StringLiterals;

namespace signalbox {

QString plainToolTip(const QString &text)
{
    if (text.isEmpty())
        return {};
    return u"<span>"_s % text.toHtmlEscaped().replace(u'\n', u"<br>"_s) % u"</span>"_s;
}

PlainLabel::PlainLabel(QWidget *parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
}

PlainLabel::PlainLabel(const QString &text, QWidget *parent)
    : PlainLabel(parent)
{
    setText(text);
}

void PlainLabel::setText(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    QLabel::setText(text);
    updateGeometry();
}

void PlainLabel::setElideMode(Qt::TextElideMode mode)
{
    m_elide = mode;
    update();
}

void PlainLabel::setLevel(const QString &level)
{
    if (property("level").toString() == level)
        return;
    setStyleProperty(this, "level", level);
}

QSize PlainLabel::sizeHint() const
{
    if (wordWrap())
        return QLabel::sizeHint();
    const QMargins margins = contentsMargins();
    return {fontMetrics().horizontalAdvance(m_text) + margins.left() + margins.right() + 1,
        fontMetrics().height() + margins.top() + margins.bottom()};
}

QSize PlainLabel::minimumSizeHint() const
{
    if (wordWrap() || m_elide == Qt::ElideNone)
        return wordWrap() ? QLabel::minimumSizeHint() : sizeHint();
    const int floor = fontMetrics().horizontalAdvance(u"mmmm…"_s);
    return {qMin(sizeHint().width(), floor), sizeHint().height()};
}

void PlainLabel::paintEvent(QPaintEvent *event)
{
    if (wordWrap()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    QStyleOption option;
    option.initFrom(this);
    const QString shown = fontMetrics().elidedText(m_text, m_elide, contentsRect().width());
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), option.palette,
        isEnabled(), shown, foregroundRole());
}

bool PlainLabel::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty()
        && sizeHint().width() > contentsRect().width()) {
        QToolTip::showText(
            static_cast<QHelpEvent *>(event)->globalPos(), plainToolTip(m_text), this);
        return true;
    }
    return QLabel::event(event);
}

} // namespace signalbox
