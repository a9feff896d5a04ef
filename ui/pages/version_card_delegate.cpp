// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/version_card_delegate.h"

#include "core/base/clock.h"
#include "ui/models/formatters.h"
#include "ui/models/version_board.h"
#include "ui/theme/theme.h"
#include "ui/widgets/status_pill.h"

#include <QtGui/QPainter>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kGap = 8; // between two cards
constexpr int kPad = 12;
constexpr int kLine = 20;
constexpr int kChipLine = 24;

QList<PillLook> chipsOf(const VersionCard &card)
{
    QList<PillLook> chips;
    for (const QString &alias : card.version.aliases)
        chips.append({Tone::Info, {}, QString(u'@' + format::oneLine(alias, 24))});
    for (const QString &warning : card.warnings())
        chips.append({Tone::Bad, u"cross"_s, warning});
    return chips;
}

//! Places chips in lines of `width`; calls `place(rect, chip)` and returns the height.
template <typename Place> int layoutChips(const QList<PillLook> &chips, int width, Place place)
{
    int x = 0;
    int y = 0;
    for (const PillLook &chip : chips) {
        const int needed = std::min(pillSize(chip).width(), width);
        if (x > 0 && x + needed > width) {
            x = 0;
            y += kChipLine;
        }
        place(QRect(x, y, needed, kChipLine), chip);
        x += needed + 4;
    }
    return chips.isEmpty() ? 0 : y + kChipLine;
}

} // namespace

void VersionCardDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto card = index.data(VersionColumnModel::CardRole).value<VersionCard>();
    const Theme &theme = Theme::instance();
    const Colours &colours = theme.colours();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hover = option.state.testFlag(QStyle::State_MouseOver);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(option.rect).adjusted(1.5, 0.5, -1.5, -kGap + 0.5);
    painter->setPen(QPen(selected ? colours.accent : hover ? colours.muted : colours.line, 1));
    painter->setBrush(colours.panel);
    painter->drawRoundedRect(frame, 8, 8);
    painter->setRenderHint(QPainter::Antialiasing, false);
    QRect line = frame.toRect().adjusted(kPad, kPad / 2 + 1, -kPad, 0);
    line.setHeight(kLine);
    const QString age = format::age(card.version.creationTime, systemClock().epochMs());
    painter->setFont(theme.bodyFont());
    painter->setPen(colours.muted);
    painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, age);
    painter->setFont(theme.strongFont());
    painter->setPen(colours.ink);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
        QString(u"v" + format::oneLine(card.version.version, 12)));
    line.translate(0, kLine);
    painter->setFont(theme.numberFont());
    QString metric = card.metric
        ? QString(format::oneLine(card.metricKey, 40) + u' ' + format::number(*card.metric))
        : card.run ? tr("no metric")
                   : QString();
    painter->setPen(card.metric ? colours.ink : colours.muted);
    const QFontMetrics metrics(painter->font());
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(metric, Qt::ElideMiddle, line.width()));
    const QPoint origin = line.topLeft() + QPoint(0, kLine);
    layoutChips(
        chipsOf(card), line.width(), [painter, origin](const QRect &at, const PillLook &chip) {
            paintPill(painter, at.translated(origin), chip);
        });
    painter->restore();
}

QSize VersionCardDelegate::sizeHint(
    const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto card = index.data(VersionColumnModel::CardRole).value<VersionCard>();
    const int width = std::max(80, option.rect.width() - 2 * kPad - 3);
    const int chips = layoutChips(chipsOf(card), width, [](const QRect &, const PillLook &) {});
    return {80, kPad + 2 * kLine + chips + (chips > 0 ? 2 : 4) + kGap};
}

} // namespace signalbox
