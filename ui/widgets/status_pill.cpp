// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/status_pill.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtGui/QFontMetrics>
#include <QtGui/QPainter>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kHeight = 20;
constexpr int kSide = 8;
constexpr int kIcon = 11;
constexpr int kGap = 4;

QString titled(const QString &word)
{
    return word.left(1).toUpper() % word.mid(1).toLower();
}

} // namespace

PillLook pillForRunStatus(const QString &status)
{
    if (status == u"RUNNING")
        return {Tone::Info, u"dot"_s, u"Running"_s};
    if (status == u"SCHEDULED")
        return {Tone::Neutral, u"clock"_s, u"Scheduled"_s};
    if (status == u"FINISHED")
        return {Tone::Good, u"check"_s, u"Finished"_s};
    if (status == u"FAILED")
        return {Tone::Bad, u"cross"_s, u"Failed"_s};
    if (status == u"KILLED")
        return {Tone::Warning, u"cancel"_s, u"Killed"_s};
    return {Tone::Neutral, u"circle"_s, titled(status.isEmpty() ? u"Unknown"_s : status)};
}

PillLook pillForFlowState(const QString &state)
{
    if (state == u"running")
        return {Tone::Info, u"dot"_s, u"Running"_s};
    if (state == u"waiting")
        return {Tone::Warning, u"clock"_s, u"Waiting"_s};
    if (state == u"done")
        return {Tone::Good, u"check"_s, u"Done"_s};
    if (state == u"refused")
        return {Tone::Warning, u"cross"_s, u"Refused"_s};
    if (state == u"failed")
        return {Tone::Bad, u"cross"_s, u"Failed"_s};
    if (state == u"cancelled")
        return {Tone::Warning, u"cancel"_s, u"Cancelled"_s};
    if (state == u"skipped")
        return {Tone::Neutral, u"minus"_s, u"Skipped"_s};
    return {Tone::Neutral, u"circle"_s, titled(state)};
}

PillLook pillForBreaker(BreakerState state)
{
    const QString word = nameOf(state);
    switch (state) {
    case BreakerState::Closed:
        return {Tone::Good, u"check"_s, word};
    case BreakerState::Open:
        return {Tone::Bad, u"cross"_s, word};
    case BreakerState::HalfOpen:
        return {Tone::Info, u"refresh"_s, word};
    case BreakerState::Isolated:
        return {Tone::Warning, u"offline"_s, word};
    case BreakerState::Disabled:
        return {Tone::Neutral, u"minus"_s, word};
    }
    return {};
}

QSize pillSize(const PillLook &look)
{
    const QFontMetrics metrics(Theme::instance().smallFont());
    int width = 2 * kSide;
    if (!look.icon.isEmpty())
        width += kIcon;
    if (!look.text.isEmpty())
        width += metrics.horizontalAdvance(look.text) + (look.icon.isEmpty() ? 0 : kGap);
    return {width, kHeight};
}

void paintPill(QPainter *painter, const QRect &rect, const PillLook &look)
{
    const Colours &colours = Theme::instance().colours();
    const QSize size = pillSize(look);
    const QRect box(rect.left(), rect.center().y() - kHeight / 2 + 1,
        qMin(size.width(), rect.width()), kHeight);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colours.fillOf(look.tone));
    painter->drawRoundedRect(box, kHeight / 2.0, kHeight / 2.0);
    int left = box.left() + kSide;
    const QColor ink = colours.of(look.tone);
    if (!look.icon.isEmpty()) {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(
            QPoint(left, box.center().y() - kIcon / 2), iconPixmap(look.icon, ink, kIcon, ratio));
        left += kIcon + kGap;
    }
    painter->setPen(ink);
    painter->setFont(Theme::instance().smallFont());
    const QRect textBox(left, box.top(), qMax(0, box.right() - kSide - left + 2), box.height());
    const QString shown =
        painter->fontMetrics().elidedText(look.text, Qt::ElideRight, textBox.width() + 1);
    painter->drawText(textBox, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, shown);
    painter->restore();
}

StatusPill::StatusPill(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"statusPill"_s);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

StatusPill::StatusPill(const PillLook &look, QWidget *parent)
    : StatusPill(parent)
{
    setLook(look);
}

void StatusPill::setLook(const PillLook &look)
{
    if (look != m_look) {
        m_look = look;
        setAccessibleName(look.text);
        updateGeometry();
        update();
    }
    setVisible(!look.text.isEmpty() || !look.icon.isEmpty());
}

QSize StatusPill::sizeHint() const
{
    return pillSize(m_look);
}

void StatusPill::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintPill(&painter, rect(), m_look);
}

} // namespace signalbox
