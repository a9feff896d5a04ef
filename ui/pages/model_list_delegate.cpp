// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/model_list_delegate.h"

#include "ui/models/registered_models_model.h"
#include "ui/theme/theme.h"

#include <QtGui/QPainter>

using namespace Qt::StringLiterals;

namespace signalbox {

void ModelListDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = Theme::instance();
    const Colours &colours = theme.colours();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(selected ? colours.selection : colours.hover);
        painter->drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 6, 6);
    }
    QRect box = option.rect.adjusted(10, 0, -10, 0);
    painter->setFont(theme.bodyFont());
    painter->setPen(colours.muted);
    const int version = index.data(CountRole).toInt();
    if (version > 0)
        painter->drawText(
            box, Qt::AlignRight | Qt::AlignVCenter, u"v"_s + QString::number(version));
    box.setRight(box.right() - 34);
    const QString stages = index.data(RegisteredModelsModel::StagesRole).toString();
    QRect line = stages.isEmpty() ? box : box.adjusted(0, 5, 0, -box.height() / 2 + 1);
    painter->setPen(colours.ink);
    const QFontMetrics metrics(painter->font());
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(index.data().toString(), Qt::ElideMiddle, line.width()));
    if (!stages.isEmpty()) {
        line.translate(0, box.height() / 2 - 4);
        painter->setFont(theme.smallFont());
        painter->setPen(colours.muted);
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, stages);
    }
    painter->restore();
}

QSize ModelListDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const
{
    const bool two = !index.data(RegisteredModelsModel::StagesRole).toString().isEmpty();
    return {100, two ? 44 : 30};
}

} // namespace signalbox
