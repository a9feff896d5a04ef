// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flow_step_delegate.h"

#include "ui/models/flow_step_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/status_pill.h"

#include <QtGui/QPainter>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kIcon = 14;
constexpr int kTitleWidth = 236;
constexpr int kTimeWidth = 90;

} // namespace

void FlowStepDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = Theme::instance();
    const Colours &colours = theme.colours();
    const auto state = static_cast<StepState>(index.data(StatusRole).toInt());
    const PillLook look = pillForFlowState(nameOf(state));
    const bool pending = state == StepState::Pending || state == StepState::Skipped;
    painter->save();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, colours.hover);
    painter->fillRect(
        QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colours.line);
    QRect box = option.rect.adjusted(6, 0, -10, -1);
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect badge(box.left(), box.center().y() - 9, 26, 19);
    painter->setPen(pending ? QPen(colours.line) : QPen(Qt::NoPen));
    painter->setBrush(pending ? QBrush(Qt::NoBrush) : QBrush(colours.fillOf(look.tone)));
    painter->drawRoundedRect(badge, 9, 9);
    const QColor tint = pending ? colours.muted : colours.of(look.tone);
    painter->drawPixmap(badge.center().x() - kIcon / 2 + 1, badge.center().y() - kIcon / 2 + 1,
        iconPixmap(look.icon, tint, kIcon, painter->device()->devicePixelRatioF()));
    box.setLeft(badge.right() + 12);
    painter->setFont(theme.strongFont());
    painter->setPen(pending ? colours.muted : colours.ink);
    const QFontMetrics bold(painter->font());
    const QRect title(box.left(), box.top(), kTitleWidth, box.height());
    painter->drawText(title, Qt::AlignLeft | Qt::AlignVCenter,
        bold.elidedText(index.data().toString(), Qt::ElideRight, title.width()));
    painter->setFont(theme.numberFont());
    painter->setPen(colours.muted);
    painter->drawText(
        box, Qt::AlignRight | Qt::AlignVCenter, index.data(FlowStepModel::ElapsedRole).toString());
    const QRect detail = box.adjusted(kTitleWidth + 12, 0, -kTimeWidth, 0);
    painter->setFont(theme.bodyFont());
    painter->drawText(detail, Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetrics(painter->font())
            .elidedText(
                index.data(FlowStepModel::DetailRole).toString(), Qt::ElideRight, detail.width()));
    painter->restore();
}

QSize FlowStepDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const
{
    return {200, 34};
}

} // namespace signalbox
