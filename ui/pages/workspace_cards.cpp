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

#include <QtWidgets/QPushButton>
#include <QtWidgets/QRadioButton>
#include <QtWidgets/QVBoxLayout>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kLogLines = 40;

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
    : StatusCard(u"localWorkspaceCard"_s, tr("Local workspace"), parent)
    , m_context(context)
    , m_progress(new PlainLabel(this))
    , m_start(addButton(u"workspaceStartPushButton"_s, tr("Start")))
    , m_stop(addButton(u"workspaceStopPushButton"_s, tr("Stop")))
{
    m_progress->setLevel(u"muted"_s);
    m_progress->setObjectName(u"workspaceProgressLabel"_s);
    m_progress->hide();
    content()->addWidget(m_progress);
    QPushButton *log = addButton(u"workspaceLogPushButton"_s, tr("Show log"));
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
    pill().setLook(
        m_busy ? PillLook{Tone::Info, u"clock"_s, tr("working")} : pillFor(status.state));
    facts().setFact(tr("Address"), status.url.toDisplayString());
    facts().setFact(tr("MLflow"), status.version, true);
    facts().setFact(tr("Store"), status.store);
    facts().setFact(tr("Artifacts"), status.artifacts);
    facts().setFact(tr("Process"), status.pid > 0 ? QString::number(status.pid) : QString(), true);
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
    : StatusCard(u"environmentCard"_s, tr("Python environment"), parent)
    , m_context(context)
    , m_create(addButton(u"environmentCreatePushButton"_s, tr("Create")))
{
    connect(m_create, &QPushButton::clicked, this, &EnvironmentCard::create);
    if (PythonEnvironment *environment = context.environment())
        connect(environment, &PythonEnvironment::progress, this, &EnvironmentCard::setSentence);
    reload();
}

void EnvironmentCard::reload()
{
    PythonEnvironment *environment = m_context.environment();
    const EnvironmentStatus status = environment ? environment->status() : EnvironmentStatus{};
    if (m_busy)
        pill().setLook({Tone::Info, u"clock"_s, tr("installing")});
    else if (status.ready)
        pill().setLook({Tone::Good, u"check"_s, tr("ready")});
    else
        pill().setLook({Tone::Warning, u"warning"_s, tr("not ready")});
    facts().setFact(tr("Interpreter"), status.python);
    for (const QString &name : {u"mlflow"_s, u"scikit-learn"_s, u"xgboost-cpu"_s, u"lightgbm"_s}) {
        if (status.packages.contains(name))
            facts().setFact(name, status.packages.value(name), true);
    }
    if (!m_busy)
        setSentence(status.problem);
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
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *card = new Card(tr("Appearance"), this);
    layout->addWidget(card);
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
