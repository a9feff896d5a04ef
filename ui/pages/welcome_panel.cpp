// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/welcome_panel.h"

#include "ui/pages/ui_context.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

WelcomePanel::WelcomePanel(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_title(new PlainLabel(this))
    , m_detail(new PlainLabel(this))
    , m_busy(new QProgressBar(this))
    , m_progress(new PlainLabel(this))
{
    setObjectName(u"welcomeWidget"_s);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(kGrid);
    m_title->setLevel(u"hero"_s);
    m_title->setAlignment(Qt::AlignCenter);
    m_title->setObjectName(u"welcomeTitleLabel"_s);
    m_detail->setLevel(u"muted"_s);
    m_detail->setAlignment(Qt::AlignCenter);
    m_detail->setWordWrap(true);
    auto *row = new QHBoxLayout;
    row->setSpacing(2 * kGrid);
    row->addStretch(1);
    QPushButton *local = addChoice(row, u"startLocalPushButton"_s, u"server"_s,
        tr("Start local workspace"), tr("An MLflow server on this machine,\nnothing to set up"));
    QPushButton *remote = addChoice(row, u"connectServerPushButton"_s, u"plug"_s,
        tr("Connect to a server…"), tr("Any MLflow server\nyou can reach"));
    QPushButton *demo = addChoice(row, u"runDemoPushButton"_s, u"flask"_s, tr("Run the demo"),
        tr("Select, train and deploy\na model on real data"));
    row->addStretch(1);
    m_busy->setObjectName(u"welcomeProgressBar"_s);
    m_busy->setAccessibleName(tr("Starting"));
    m_busy->setRange(0, 0);
    m_busy->setFixedWidth(360);
    m_progress->setObjectName(u"welcomeProgressLabel"_s);
    m_progress->setLevel(u"muted"_s);
    m_progress->setAlignment(Qt::AlignCenter);
    column->addStretch(2);
    column->addWidget(m_title);
    column->addWidget(m_detail);
    column->addSpacing(2 * kGrid);
    column->addLayout(row);
    column->addSpacing(2 * kGrid);
    column->addWidget(m_busy, 0, Qt::AlignHCenter);
    column->addWidget(m_progress);
    column->addStretch(3);
    setSituation({}, {});
    setStarting(false);
    connect(local, &QPushButton::clicked, this, [this] { start(false); });
    connect(demo, &QPushButton::clicked, this, [this] { start(true); });
    connect(remote, &QPushButton::clicked, this, [this] {
        PageTarget target;
        target.action = u"add-connection"_s;
        m_context.openPage(u"settings"_s, target);
    });
    connect(&context, &UiContext::connectionProgress, this, [this](const QString &text) {
        m_progress->setText(text);
        m_progress->setVisible(m_starting || !text.isEmpty());
        m_busy->setVisible(m_starting || !text.isEmpty());
    });
}

QPushButton *WelcomePanel::addChoice(QBoxLayout *row, const QString &name, const QString &icon,
    const QString &title, const QString &detail)
{
    auto *button = new QPushButton(this);
    button->setObjectName(name);
    button->setAccessibleName(title);
    button->setAccessibleDescription(QString(detail).replace(u'\n', u' '));
    button->setProperty("kind", u"choice"_s);
    button->setFixedSize(248, 132);
    auto *column = new QVBoxLayout(button);
    column->setSpacing(4);
    auto *mark = new QPushButton(themeIcon(icon, Tint::Accent), {}, button);
    mark->setProperty("kind", u"plainIcon"_s);
    mark->setIconSize(QSize(26, 26));
    mark->setFocusPolicy(Qt::NoFocus);
    mark->setAttribute(Qt::WA_TransparentForMouseEvents);
    mark->setObjectName(name % u"Icon"_s);
    mark->setAccessibleName(title);
    auto *head = new PlainLabel(title, button);
    head->setLevel(u"strong"_s);
    head->setAlignment(Qt::AlignCenter);
    auto *text = new PlainLabel(detail, button);
    text->setLevel(u"muted"_s);
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    for (QWidget *label : std::initializer_list<QWidget *>{head, text})
        label->setAttribute(Qt::WA_TransparentForMouseEvents);
    column->addWidget(mark, 0, Qt::AlignHCenter);
    column->addWidget(head);
    column->addWidget(text);
    row->addWidget(button);
    m_choices.append(button);
    return button;
}

void WelcomePanel::setSituation(const QString &title, const QString &detail)
{
    m_title->setText(title.isEmpty() ? tr("Welcome to Signalbox") : title);
    m_detail->setText(detail.isEmpty()
            ? tr("Runs, models and flows of an MLflow server. How do you want to begin?")
            : detail);
}

void WelcomePanel::start(bool thenDemo)
{
    if (m_starting)
        return;
    setStarting(true);
    m_progress->setText(tr("Starting the local workspace…"));
    m_context.startLocalWorkspace().then(this, [this, thenDemo](const Result<void> &result) {
        setStarting(false);
        if (!result) {
            m_context.notify(result.error());
            setSituation(tr("The local workspace did not start"), result.error().text());
            return;
        }
        if (thenDemo) {
            PageTarget target;
            target.action = u"demo"_s;
            m_context.openPage(u"flows"_s, target);
        }
    });
}

void WelcomePanel::setStarting(bool starting)
{
    m_starting = starting;
    for (QPushButton *button : m_choices)
        button->setEnabled(!starting);
    m_busy->setVisible(starting);
    m_progress->setVisible(starting);
    Q_EMIT startingChanged();
}

} // namespace signalbox
