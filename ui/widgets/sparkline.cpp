// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/sparkline.h"

#include "ui/theme/theme.h"

#include <QtGui/QPainter>
#include <QtGui/QPainterPath>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

Sparkline::Sparkline(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"sparklineWidget"_s);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Sparkline::setValues(QList<double> values)
{
    m_values = std::move(values);
    update();
}

void Sparkline::paintEvent(QPaintEvent *)
{
    if (m_values.size() < 2)
        return;
    const Colours &c = Theme::instance().colours();
    const double top = std::max(1e-9, *std::max_element(m_values.cbegin(), m_values.cend()));
    const QRectF box = QRectF(rect()).adjusted(1, 3, -1, -2);
    const double stride = box.width() / static_cast<double>(m_values.size() - 1);
    QPainterPath line;
    for (qsizetype i = 0; i < m_values.size(); ++i) {
        const QPointF at(box.left() + stride * static_cast<double>(i),
            box.bottom() - box.height() * m_values.at(i) / top);
        if (i == 0)
            line.moveTo(at);
        else
            line.lineTo(at);
    }
    QPainterPath area = line;
    area.lineTo(box.bottomRight());
    area.lineTo(box.bottomLeft());
    area.closeSubpath();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillPath(area, c.fillOf(Tone::Info));
    painter.setPen(QPen(c.accent, 1));
    painter.drawPath(line);
}

} // namespace signalbox
