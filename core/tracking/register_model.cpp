// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/register_model.h"

#include <QtCore/QUuid>

namespace signalbox {

QString operationOf(const QString &wanted)
{
    return wanted.isEmpty() ? QUuid::createUuid().toString(QUuid::Id128) : wanted;
}

} // namespace signalbox
