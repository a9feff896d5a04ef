// SPDX-License-Identifier: Apache-2.0
#include "core/base/call.h"

#include <QtCore/QMetaObject>

namespace signalbox::detail {

void postTo(QObject *context, std::function<void()> work)
{
    QMetaObject::invokeMethod(context, std::move(work), Qt::QueuedConnection);
}

} // namespace signalbox::detail
