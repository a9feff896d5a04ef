// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_legend.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtGui/QPainter>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMark = 12; // a piece of the line
constexpr int kGap = 4;

} // namespace

ChartLegend::ChartLegend(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"chartLegend"_s);
    setFont(Theme::instance().smallFont());
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ChartLegend::setEntries(const QList<Entry> &entries)
{
    if (entries == m_entries)
        return;
    m_entries = entries;
    QStringList names;
    for (const Entry &entry : m_entries)
        names.append(entry.first);
    setToolTip(plainToolTip(names.join(u'\n')));
    setAccessibleName(tr("Lines: %1").arg(names.join(u", "_s)));
    updateGeometry();
    update();
}

QSize ChartLegend::sizeHint() const
{
    int width = 0;
    for (const Entry &entry : m_entries)
        width += kMark + kGap + fontMetrics().horizontalAdvance(entry.first) + 3 * kGap;
    return {width, fontMetrics().height() + 2};
}

QSize ChartLegend::minimumSizeHint() const
{
    return {0, sizeHint().height()};
}

void ChartLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    int x = 0;
    for (const Entry &entry : m_entries) {
        const int room = width() - x - kMark - kGap;
        if (room <= 0)
            return;
        painter.fillRect(QRectF(x, height() / 2.0 - 1, kMark, 2), entry.second);
        x += kMark + kGap;
        const QString shown = fontMetrics().elidedText(entry.first, Qt::ElideRight, room);
        painter.setPen(Theme::instance().colours().muted);
        painter.drawText(QRect(x, 0, room, height()), Qt::AlignLeft | Qt::AlignVCenter, shown);
        x += fontMetrics().horizontalAdvance(entry.first) + 3 * kGap;
    }
}

} // namespace signalbox
