// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/connection_banner.h"

#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"

#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

ConnectionBanner::ConnectionBanner(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_insecure(new Banner(this))
    , m_refused(new Banner(this))
{
    setObjectName(u"connectionBannerWidget"_s);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 0);
    column->setSpacing(kGrid / 2);
    m_insecure->setObjectName(u"insecureBanner"_s);
    m_refused->setObjectName(u"loginRefusedBanner"_s);
    column->addWidget(m_insecure);
    column->addWidget(m_refused);
    QPushButton *change = m_insecure->addButton(u"insecureSettingsPushButton"_s, tr("Settings"));
    connect(change, &QPushButton::clicked, this, [this] { m_context.openPage(u"settings"_s); });
    QPushButton *logIn = m_refused->addButton(u"bannerLogInPushButton"_s, tr("Log in…"));
    connect(logIn, &QPushButton::clicked, this, [this] {
        PageTarget target;
        target.action = u"login"_s;
        m_context.openPage(u"settings"_s, target);
    });
    connect(&context, &UiContext::connectionChanged, this, &ConnectionBanner::reset);
    connect(&context, &UiContext::aboutToDisconnect, this, &ConnectionBanner::forgive);
    connect(&context, &UiContext::loginRefused, this, &ConnectionBanner::showRefused);
    connect(&context, &UiContext::loginAccepted, this, &ConnectionBanner::forgive);
    reset();
}

void ConnectionBanner::reset()
{
    m_refused->clear();
    if (const QString warning = m_context.standingWarning(); !warning.isEmpty())
        m_insecure->showMessage(Tone::Bad, warning);
    else
        m_insecure->clear();
    takeRoom();
}

void ConnectionBanner::forgive()
{
    m_refused->clear();
    takeRoom();
}

void ConnectionBanner::takeRoom()
{
    setVisible(!m_insecure->isHidden() || !m_refused->isHidden());
}

void ConnectionBanner::showRefused()
{
    m_refused->showMessage(Tone::Bad,
        tr("%1 refuses the login. What you log is kept in the journal and is sent as soon as the "
           "login is right.")
            .arg(m_context.connectionTitle()));
    takeRoom();
}

} // namespace signalbox
