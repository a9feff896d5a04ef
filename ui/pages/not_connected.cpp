// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/not_connected.h"

#include "ui/pages/ui_context.h"
#include "ui/widgets/empty_state.h"

#include <QtCore/QCoreApplication>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("NotConnected", text);
}

} // namespace

void offerConnection(UiContext &context, EmptyState &empty)
{
    empty.clearButtons();
    empty.setContent(u"plug"_s, tr("Not connected"),
        tr("Start the local workspace, or connect to a server that you can reach."));
    QPushButton *start =
        empty.addButton(u"emptyStartLocalPushButton"_s, tr("Start local workspace"), u"primary"_s);
    QObject::connect(start, &QPushButton::clicked, &context, [&context, start] {
        start->setEnabled(false);
        context.startLocalWorkspace().then(start, [&context, start](const Result<void> &result) {
            start->setEnabled(true);
            if (!result)
                context.notify(result.error());
        });
    });
    QPushButton *connection =
        empty.addButton(u"emptyConnectPushButton"_s, tr("Connect to a server…"));
    QObject::connect(connection, &QPushButton::clicked, &context, [&context] {
        PageTarget target;
        target.action = u"add-connection"_s;
        context.openPage(u"settings"_s, target);
    });
}

} // namespace signalbox
