// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/workspace_cards.h"

#include "core/workspace/local_server.h"
#include "core/workspace/python_environment.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/status_pill.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QRadioButton>
#include <QtWidgets/QVBoxLayout>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kLogLines = 40;

Card *cardIn(QWidget *host, const QString &title)
{
    auto *layout = new QVBoxLayout(host);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(title, host);
    layout->addWidget(card);
    return card;
}

QPushButton *buttonIn(QHBoxLayout *row, QWidget *parent, const QString &name, const QString &text)
{
    auto *button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setAccessibleName(text);
    row->addWidget(button);
    return button;
}

PillLook pillFor(LocalServerState state)
{
    switch (state) {
    case LocalServerState::Stopped:
        return {Tone::Neutral, u"circle"_s, nameOf(state)};
    case LocalServerState::Starting:
        return {Tone::Info, u"clock"_s, nameOf(state)};
    case LocalServerState::Running:
        return {Tone::Good, u"check"_s, nameOf(state)};
    case LocalServerState::Orphaned:
        return {Tone::Warning, u"warning"_s, nameOf(state)};
    }
    return {};
}

} // namespace

LocalWorkspaceCard::LocalWorkspaceCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pill(new StatusPill(this))
    , m_facts(new FactGrid(this))
    , m_progress(new PlainLabel(this))
{
    setObjectName(u"localWorkspaceCardWidget"_s);
    Card *card = cardIn(this, tr("Local workspace"));
    card->addHeaderWidget(m_pill);
    card->body()->addWidget(m_facts);
    m_progress->setLevel(u"muted"_s);
    m_progress->setObjectName(u"workspaceProgressLabel"_s);
    m_progress->hide();
    card->body()->addWidget(m_progress);
    auto *row = new QHBoxLayout;
    row->setSpacing(kGrid);
    m_start = buttonIn(row, this, u"workspaceStartPushButton"_s, tr("Start"));
    m_stop = buttonIn(row, this, u"workspaceStopPushButton"_s, tr("Stop"));
    QPushButton *log = buttonIn(row, this, u"workspaceLogPushButton"_s, tr("Show log"));
    row->addStretch(1);
    card->body()->addLayout(row);
    connect(m_start, &QPushButton::clicked, this, &LocalWorkspaceCard::start);
    connect(m_stop, &QPushButton::clicked, this, &LocalWorkspaceCard::stop);
    connect(log, &QPushButton::clicked, this, &LocalWorkspaceCard::showLog);
    if (LocalServer *server = context.localServer()) {
        connect(server, &LocalServer::statusChanged, this, &LocalWorkspaceCard::reload);
        connect(server, &LocalServer::progress, m_progress, &PlainLabel::setText);
    }
    reload();
}

void LocalWorkspaceCard::reload()
{
    LocalServer *server = m_context.localServer();
    const LocalServerStatus status = server ? server->status() : LocalServerStatus{};
    m_pill->setLook(
        m_busy ? PillLook{Tone::Info, u"clock"_s, tr("working")} : pillFor(status.state));
    m_facts->setFact(tr("Address"), status.url.toDisplayString());
    m_facts->setFact(tr("MLflow"), status.version, true);
    m_facts->setFact(tr("Store"), status.store);
    m_facts->setFact(tr("Artifacts"), status.artifacts);
    m_facts->setFact(tr("Process"), status.pid > 0 ? QString::number(status.pid) : QString(), true);
    const bool runs = status.state != LocalServerState::Stopped;
    m_start->setEnabled(server && !m_busy && status.state != LocalServerState::Running);
    m_stop->setEnabled(server && !m_busy && runs);
    m_progress->setVisible(m_busy);
}

void LocalWorkspaceCard::start()
{
    m_busy = true;
    reload();
    m_context.localServer()->start().then(this, [this](const Result<LocalServerStatus> &result) {
        m_busy = false;
        reload();
        if (!result)
            m_context.notify(result.error());
    });
}

void LocalWorkspaceCard::stop()
{
    m_busy = true;
    reload();
    m_context.localServer()->stop().then(this, [this](const Result<void> &result) {
        m_busy = false;
        reload();
        if (!result)
            m_context.notify(result.error());
    });
}

void LocalWorkspaceCard::showLog()
{
    const QString tail = m_context.localServer()->logTail(kLogLines).trimmed();
    m_context.dialogs().inform(this, Tone::Info, tr("Log of the local server"),
        tail.isEmpty() ? tr("The log is empty.") : tail);
}

EnvironmentCard::EnvironmentCard(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_pill(new StatusPill(this))
    , m_facts(new FactGrid(this))
    , m_message(new PlainLabel(this))
{
    setObjectName(u"environmentCardWidget"_s);
    Card *card = cardIn(this, tr("Python environment"));
    card->addHeaderWidget(m_pill);
    card->body()->addWidget(m_facts);
    m_message->setLevel(u"muted"_s);
    m_message->setWordWrap(true);
    m_message->setObjectName(u"environmentMessageLabel"_s);
    card->body()->addWidget(m_message);
    auto *row = new QHBoxLayout;
    m_create = buttonIn(row, this, u"environmentCreatePushButton"_s, tr("Create"));
    row->addStretch(1);
    card->body()->addLayout(row);
    connect(m_create, &QPushButton::clicked, this, &EnvironmentCard::create);
    if (PythonEnvironment *environment = context.environment())
        connect(environment, &PythonEnvironment::progress, m_message, &PlainLabel::setText);
    reload();
}

void EnvironmentCard::reload()
{
    PythonEnvironment *environment = m_context.environment();
    const EnvironmentStatus status = environment ? environment->status() : EnvironmentStatus{};
    if (m_busy)
        m_pill->setLook({Tone::Info, u"clock"_s, tr("installing")});
    else if (status.ready)
        m_pill->setLook({Tone::Good, u"check"_s, tr("ready")});
    else
        m_pill->setLook({Tone::Warning, u"warning"_s, tr("not ready")});
    m_facts->setFact(tr("Interpreter"), status.python);
    for (const QString &name : {u"mlflow"_s, u"scikit-learn"_s, u"xgboost-cpu"_s, u"lightgbm"_s}) {
        if (status.packages.contains(name))
            m_facts->setFact(name, status.packages.value(name), true);
    }
    if (!m_busy)
        m_message->setText(status.problem);
    m_message->setVisible(m_busy || !status.problem.isEmpty());
    m_create->setVisible(!status.ready);
    m_create->setEnabled(environment && !m_busy);
}

void EnvironmentCard::create()
{
    m_busy = true;
    reload();
    m_context.environment()->ensure().then(this, [this](const Result<EnvironmentStatus> &result) {
        m_busy = false;
        reload();
        if (!result)
            m_context.notify(result.error());
    });
}

AppearanceCard::AppearanceCard(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"appearanceCardWidget"_s);
    Card *card = cardIn(this, tr("Appearance"));
    const std::array<QString, 3> words{tr("Follow the system"), tr("Light"), tr("Dark")};
    const std::array<ThemeChoice, 3> choices{
        ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark};
    for (std::size_t i = 0; i < choices.size(); ++i) {
        auto *button = new QRadioButton(words.at(i), this);
        button->setObjectName(nameOf(choices.at(i)) % u"ThemeRadioButton"_s);
        button->setAccessibleName(words.at(i));
        card->body()->addWidget(button);
        m_choices.append(button);
        connect(button, &QRadioButton::clicked, this,
            [choice = choices.at(i)] { Theme::instance().setChoice(choice); });
    }
    connect(&Theme::instance(), &Theme::choiceChanged, this, &AppearanceCard::follow);
    follow();
}

void AppearanceCard::follow()
{
    m_choices.at(static_cast<qsizetype>(Theme::instance().choice()))->setChecked(true);
}

} // namespace signalbox
