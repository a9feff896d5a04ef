// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/top_bar.h"

#include "core/base/redaction.h"
#include "core/workspace/profile.h"
#include "ui/pages/connection_monitor.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

Tint tintFor(LinkState state)
{
    switch (state) {
    case LinkState::Online:
        return Tint::Good;
    case LinkState::Unreachable:
        return Tint::Bad;
    case LinkState::Offline:
        return Tint::Warning;
    case LinkState::Connecting:
        return Tint::Accent;
    case LinkState::None:
        break;
    }
    return Tint::Muted;
}

QToolButton *makeTool(QWidget *parent, const QString &name, const QString &icon, const QString &tip)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(themeIcon(icon));
    button->setIconSize(QSize(18, 18));
    button->setAccessibleName(tip);
    button->setToolTip(tip);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

// Ampersands in names would become mnemonics.
QString menuText(QString text)
{
    return text.replace(u'&', u"&&"_s);
}

} // namespace

TopBar::TopBar(UiContext &context, QWidget *parent)
    : QFrame(parent)
    , m_context(context)
    , m_connection(new QPushButton(this))
    , m_command(new QPushButton(this))
    , m_theme(makeTool(this, u"themeToolButton"_s, u"theme"_s, tr("Switch between light and dark")))
    , m_help(makeTool(this, u"helpToolButton"_s, u"help"_s, tr("Shortcuts and help (F1)")))
{
    setObjectName(u"topBarFrame"_s);
    setProperty("surface", u"bar"_s);
    setFixedHeight(kGrid * 5 + 4);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kGrid * 3 / 2, 0, kGrid * 3 / 2, 1);
    row->setSpacing(kGrid);
    auto *logo = new QPushButton(themeIcon(u"logo"_s, Tint::Ink), tr("Signalbox"), this);
    logo->setObjectName(u"logoPushButton"_s);
    logo->setAccessibleName(tr("Signalbox, go to the overview"));
    logo->setProperty("kind", u"logo"_s);
    logo->setIconSize(QSize(18, 18));
    connect(logo, &QPushButton::clicked, this, [this] { m_context.openPage(u"overview"_s); });
    buildConnection();
    buildCommandField();
    row->addWidget(logo);
    row->addWidget(m_connection);
    row->addStretch(1);
    row->addWidget(m_command, 2);
    row->addStretch(1);
    row->addWidget(m_theme);
    row->addWidget(m_help);
    connect(m_theme, &QToolButton::clicked, this, [] { Theme::instance().toggle(); });
    connect(m_help, &QToolButton::clicked, this, &TopBar::helpRequested);
    connect(&context.monitor(), &ConnectionMonitor::changed, this, &TopBar::follow);
    connect(&context, &UiContext::connectionChanged, this, &TopBar::follow);
    follow();
}

QWidget *TopBar::commandField() const
{
    return m_command;
}

void TopBar::buildConnection()
{
    m_connection->setObjectName(u"connectionPushButton"_s);
    m_connection->setProperty("kind", u"pill"_s);
    m_connection->setMaximumWidth(320);
    m_connection->setIconSize(QSize(11, 11));
    auto *menu = new QMenu(m_connection);
    menu->setObjectName(u"connectionMenu"_s);
    connect(menu, &QMenu::aboutToShow, this, &TopBar::fillMenu);
    m_connection->setMenu(menu);
}

void TopBar::buildCommandField()
{
    m_command->setObjectName(u"commandPushButton"_s);
    m_command->setProperty("kind", u"field"_s);
    m_command->setText(tr("Search or run a command"));
    m_command->setAccessibleName(tr("Search or run a command"));
    m_command->setMaximumWidth(520);
    m_command->setMinimumWidth(200);
    auto *row = new QHBoxLayout(m_command);
    row->setContentsMargins(0, 0, kGrid, 0);
    auto *keys = new QLabel(tr("Ctrl K"), m_command);
    keys->setProperty("level", u"keys"_s);
    keys->setAttribute(Qt::WA_TransparentForMouseEvents);
    row->addStretch(1);
    row->addWidget(keys, 0, Qt::AlignVCenter);
    connect(m_command, &QPushButton::clicked, this, &TopBar::paletteRequested);
}

void TopBar::fillMenu()
{
    QMenu *menu = m_connection->menu();
    menu->clear();
    const QList<Profile> profiles =
        m_context.profiles() ? m_context.profiles()->profiles() : QList<Profile>();
    for (const Profile &profile : profiles) {
        QAction *action = menu->addAction(menuText(profile.name));
        action->setCheckable(true);
        action->setChecked(profile.name == m_context.connectionTitle());
        const QString where = profile.isLocalWorkspace() ? tr("The MLflow server of this machine")
                                                         : redact(profile.url.toDisplayString());
        action->setToolTip(plainToolTip(where));
        connect(action, &QAction::triggered, this, [this, name = profile.name] {
            m_context.switchProfile(name).then(this, [this](const Result<void> &result) {
                if (!result)
                    m_context.notify(result.error());
            });
        });
    }
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    ConnectionMonitor &monitor = m_context.monitor();
    const bool offline = monitor.link() == LinkState::Offline;
    QAction *toggle = menu->addAction(themeIcon(offline ? u"cloud"_s : u"offline"_s),
        offline ? tr("Go online") : tr("Stay offline"));
    toggle->setEnabled(monitor.link() != LinkState::None);
    connect(toggle, &QAction::triggered, &monitor,
        offline ? &ConnectionMonitor::goOnline : &ConnectionMonitor::stayOffline);
    QAction *manage = menu->addAction(themeIcon(u"settings"_s), tr("Manage connections…"));
    connect(manage, &QAction::triggered, this, [this] { m_context.openPage(u"settings"_s); });
}

void TopBar::follow()
{
    const LinkState state = m_context.monitor().link();
    const QString title = m_context.connectionTitle();
    const QString shown = state == LinkState::None ? tr("Not connected") : title;
    m_connection->setIcon(
        themeIcon(state == LinkState::Unreachable ? u"warning"_s : u"dot"_s, tintFor(state)));
    m_connection->setText(menuText(
        fontMetrics().elidedText(shown, Qt::ElideRight, m_connection->maximumWidth() - 70)));
    m_connection->setAccessibleName(tr("Connection: %1, %2").arg(shown, nameOf(state)));
    m_connection->setToolTip(plainToolTip(tr("%1: %2").arg(shown, nameOf(state))));
}

} // namespace signalbox
