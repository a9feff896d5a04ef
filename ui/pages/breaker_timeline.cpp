// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/breaker_timeline.h"

#include "ui/models/breaker_history.h"
#include "ui/models/formatters.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimer>
#include <QtGui/QHelpEvent>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QToolTip>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr int kSide = 2;
constexpr int kBandTop = 4;
constexpr int kBandHeight = 34;
constexpr int kMinute = 60'000;
constexpr qint64 kShortest = 5LL * kMinute; //!< Of the whole band.
constexpr qint64 kLongest = 60LL * kMinute; //!< Older periods are in the table.
constexpr std::array<qint64, 6> kSteps{
    kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute};

// How much of the band's height a state takes: the worse, the higher.
double heightOf(BreakerState state)
{
    switch (state) {
    case BreakerState::Closed:
        return 0.25;
    case BreakerState::Disabled:
        return 0.12;
    case BreakerState::HalfOpen:
        return 0.6;
    case BreakerState::Isolated:
        return 0.8;
    case BreakerState::Open:
        return 1.0;
    }
    return 0.25;
}

qint64 nowMs()
{
    return QDateTime::currentMSecsSinceEpoch();
}

} // namespace

double BreakerTimeline::Scale::x(qint64 ms) const
{
    const double share = static_cast<double>(ms - from) / static_cast<double>(to - from);
    return kSide + std::clamp(share, 0.0, 1.0) * (width - 2 * kSide);
}

BreakerTimeline::BreakerTimeline(BreakerHistory &history, QWidget *parent)
    : QWidget(parent)
    , m_history(history)
    , m_clock(new QTimer(this))
{
    setObjectName(u"breakerTimelineWidget"_s);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Timeline of the circuit breaker"));
    m_clock->setInterval(1s);
    connect(m_clock, &QTimer::timeout, this, qOverload<>(&QWidget::update));
    const auto follow = [this] {
        m_selected = -1;
        describe();
        update();
    };
    connect(&history, &QAbstractItemModel::rowsInserted, this, follow);
    connect(&history, &QAbstractItemModel::modelReset, this, follow);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    describe();
}

BreakerTimeline::Scale BreakerTimeline::scale() const
{
    const qint64 now = nowMs();
    const int rows = m_history.rowCount();
    const qint64 first = rows > 0 ? m_history.period(rows - 1).fromMs : now;
    return {now - std::clamp(now - first, kShortest, kLongest), now, width()};
}

int BreakerTimeline::periodAt(int x) const
{
    const Scale s = scale();
    for (int row = 0; row < m_history.rowCount(); ++row) {
        if (x >= s.x(m_history.period(row).fromMs) && x <= s.x(m_history.endOf(row, s.to)) + 1)
            return row;
    }
    return -1;
}

QString BreakerTimeline::selectedText() const
{
    return m_selected < 0 ? QString() : m_history.sentence(m_selected, nowMs());
}

bool BreakerTimeline::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int row = periodAt(help->pos().x());
        if (row < 0)
            QToolTip::hideText();
        else
            QToolTip::showText(
                help->globalPos(), plainToolTip(m_history.sentence(row, nowMs())), this);
        return true;
    }
    return QWidget::event(event);
}

void BreakerTimeline::keyPressEvent(QKeyEvent *event)
{
    const int last = m_history.rowCount() - 1;
    switch (event->key()) {
    case Qt::Key_Left: // newest is row 0 and stands on the right
        return select(std::min(last, m_selected + 1));
    case Qt::Key_Right:
        return select(std::max(last < 0 ? -1 : 0, m_selected - 1));
    case Qt::Key_Home:
        return select(last);
    case Qt::Key_End:
        return select(last < 0 ? -1 : 0);
    default:
        QWidget::keyPressEvent(event);
    }
}

void BreakerTimeline::select(int row)
{
    m_selected = row;
    describe();
    update();
    if (row < 0)
        return;
    const Scale s = scale();
    const double middle =
        (s.x(m_history.period(row).fromMs) + s.x(m_history.endOf(row, s.to))) / 2.0;
    QToolTip::showText(mapToGlobal(QPoint(static_cast<int>(middle), kBandTop + kBandHeight)),
        plainToolTip(selectedText()), this);
}

void BreakerTimeline::describe()
{
    if (m_selected >= 0)
        setAccessibleDescription(selectedText());
    else if (m_history.rowCount() > 0)
        setAccessibleDescription(m_history.sentence(0, nowMs()));
    else
        setAccessibleDescription(tr("No connection has been watched yet."));
}

void BreakerTimeline::paintEvent(QPaintEvent *)
{
    const Colours &c = Theme::instance().colours();
    QPainter painter(this);
    const Scale s = scale();
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(c.panel, c.line, 0.5));
    painter.drawRect(QRectF(kSide, kBandTop, width() - 2 * kSide, kBandHeight));
    paintPeriods(&painter, s);
    paintTicks(&painter, s);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(c.accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void BreakerTimeline::paintPeriods(QPainter *painter, const Scale &s)
{
    const Colours &c = Theme::instance().colours();
    painter->setFont(Theme::instance().smallFont());
    for (int row = m_history.rowCount() - 1; row >= 0; --row) {
        const BreakerPeriod &p = m_history.period(row);
        const qint64 end = m_history.endOf(row, s.to);
        if (end < s.from)
            continue;
        const double left = s.x(p.fromMs);
        const double wide = std::max(1.5, s.x(end) - left); // a blink is seen as well
        const double high = heightOf(p.state) * kBandHeight;
        const PillLook look = pillForBreaker(p.state);
        const QRectF box(left, kBandTop + kBandHeight - high, wide, high);
        painter->fillRect(box, mixed(c.panel, c.of(look.tone), row == m_selected ? 1.0 : 0.75));
        const int textWide = painter->fontMetrics().horizontalAdvance(look.text) + 8;
        if (wide < textWide)
            continue;
        const bool inside = p.state == BreakerState::Open;
        painter->setPen(inside ? c.panel : c.ink);
        const QRectF text(left + 4, kBandTop, wide - 4, inside ? kBandHeight : kBandHeight - high);
        painter->drawText(text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
            high > 0.5 * kBandHeight && !inside ? QString() : look.text);
    }
}

void BreakerTimeline::paintTicks(QPainter *painter, const Scale &s)
{
    const Colours &c = Theme::instance().colours();
    painter->setFont(Theme::instance().smallFont());
    const double perMs = (width() - 2.0 * kSide) / static_cast<double>(s.to - s.from);
    const auto step = std::find_if(kSteps.begin(), kSteps.end(),
        [perMs](qint64 ms) { return perMs * static_cast<double>(ms) > 70; });
    const qint64 every = step == kSteps.end() ? kSteps.back() : *step;
    const int top = kBandTop + kBandHeight;
    for (qint64 at = (s.from / every + 1) * every; at < s.to; at += every) {
        const double x = s.x(at);
        painter->setPen(c.line);
        painter->drawLine(QPointF(x, top), QPointF(x, top + 4));
        const QString text = QDateTime::fromMSecsSinceEpoch(at).toString(u"HH:mm"_s);
        const int wide = painter->fontMetrics().horizontalAdvance(text);
        if (x - wide / 2.0 < 0 || x + wide > width() - 40)
            continue;
        painter->setPen(c.muted);
        painter->drawText(QRectF(x - wide / 2.0 - 2, top + 5, wide + 4, 16), Qt::AlignCenter, text);
    }
    painter->setPen(c.muted);
    painter->drawText(
        QRectF(width() - 60, top + 5, 58, 16), Qt::AlignRight | Qt::AlignVCenter, tr("now"));
}

void BreakerTimeline::showEvent(QShowEvent *event)
{
    m_clock->start();
    QWidget::showEvent(event);
}

void BreakerTimeline::hideEvent(QHideEvent *event)
{
    m_clock->stop();
    QWidget::hideEvent(event);
}

} // namespace signalbox
