// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/offline_banner.h"

#include "ui/pages/connection_monitor.h"
#include "ui/pages/connection_words.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"

#include <QtCore/QDateTime>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

OfflineBanner::OfflineBanner(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_away(new Banner(this))
{
    setObjectName(u"offlineBannerWidget"_s);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 0);
    column->addWidget(m_away);
    m_away->setObjectName(u"awayBannerFrame"_s);
    m_tryNow = m_away->addButton(u"awayTryNowPushButton"_s, tr("Try now"));
    m_goOnline = m_away->addButton(u"awayGoOnlinePushButton"_s, tr("Go online"));
    m_startLocal = m_away->addButton(u"awayStartLocalPushButton"_s, tr("Start it again"));
    m_why = m_away->addButton(u"awayHealthPushButton"_s, tr("Details"));
    m_why->setAccessibleName(tr("Show the connection's health"));
    ConnectionMonitor &monitor = context.monitor();
    connect(m_why, &QPushButton::clicked, this, [&context] { context.openPage(u"health"_s); });
    connect(m_tryNow, &QPushButton::clicked, &monitor, &ConnectionMonitor::tryNow);
    connect(m_startLocal, &QPushButton::clicked, this, &OfflineBanner::startLocal);
    connect(m_goOnline, &QPushButton::clicked, &monitor, &ConnectionMonitor::goOnline);
    connect(&monitor, &ConnectionMonitor::changed, this, &OfflineBanner::follow);
    connect(&monitor, &ConnectionMonitor::countdownTicked, this, &OfflineBanner::follow);
    follow();
}

QString OfflineBanner::text() const
{
    return m_away->isHidden() ? QString() : m_away->text();
}

void OfflineBanner::startLocal()
{
    m_startLocal->setEnabled(false);
    m_context.startLocalWorkspace().then(this, [this](const Result<void> &result) {
        m_startLocal->setEnabled(true);
        if (!result)
            m_context.notify(result.error());
    });
}

void OfflineBanner::follow()
{
    const std::optional<AwayWords> words =
        awayWords(m_context.monitor(), QDateTime::currentMSecsSinceEpoch());
    if (words) {
        QStringList parts{words->headline, words->stillWorks};
        if (!words->nextTry.isEmpty())
            parts.append(words->nextTry);
        m_away->showMessage(words->tone, parts.join(u' '));
        m_tryNow->setVisible(words->action == AwayAction::TryNow);
        m_goOnline->setVisible(words->action == AwayAction::GoOnline);
        m_startLocal->setVisible(words->action == AwayAction::StartLocal);
    } else {
        m_away->clear();
    }
    setVisible(words.has_value());
}

} // namespace signalbox
