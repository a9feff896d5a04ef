// SPDX-License-Identifier: GPL-3.0-or-later
// What the models page does to the chosen version.
#include "core/tracking/connector.h"
#include "ui/dialogs/promotion_dialog.h"
#include "ui/models/formatters.h"
#include "ui/models/version_board.h"
#include "ui/pages/models_page.h"
#include "ui/pages/stage_board.h"
#include "ui/pages/version_panel.h"

#include <QtGui/QClipboard>
#include <QtGui/QCursor>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

void ModelsPage::makeActions()
{
    m_promote =
        makeAction(u"promoteVersion"_s, tr("Promote to…"), u"arrow-right"_s, Qt::CTRL | Qt::Key_P);
    m_archive = makeAction(u"archiveVersion"_s, tr("Archive…"), u"archive"_s);
    m_openRun = makeAction(u"openSourceRun"_s, tr("Source run"), u"runs"_s, Qt::CTRL | Qt::Key_R);
    m_copyUri =
        makeAction(u"copyModelUri"_s, tr("Copy URI"), u"copy"_s, Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    m_alias = makeAction(u"setAlias"_s, tr("Give an alias…"), u"tag"_s);
    m_delete = makeAction(u"deleteVersion"_s, tr("Delete version…"), u"trash"_s);
    m_actions = {m_promote, m_archive, m_openRun, m_copyUri, m_alias, m_delete};
    connect(m_promote, &QAction::triggered, this, [this] {
        showMenu(
            m_board->current(), m_promoteButton->mapToGlobal(m_promoteButton->rect().bottomLeft()));
    });
    connect(m_archive, &QAction::triggered, this,
        [this] { promote(m_board->current(), Stage::Archived); });
    connect(m_openRun, &QAction::triggered, this, [this] {
        if (const VersionCard *card = m_boardModel->card(m_board->current()))
            context().openRun(card->version.runId);
    });
    connect(m_copyUri, &QAction::triggered, this, &ModelsPage::copyUri);
    connect(m_alias, &QAction::triggered, this, &ModelsPage::setAlias);
    connect(m_delete, &QAction::triggered, this, &ModelsPage::removeVersion);
}

void ModelsPage::versionChosen(const QString &version)
{
    const VersionCard *card = m_boardModel->card(version);
    if (card)
        m_panel->setCard(*card);
    else
        m_panel->clear();
    const bool canMove = card && !movesFrom(card->stage).isEmpty();
    m_promote->setEnabled(canMove);
    m_archive->setEnabled(canMove && movesFrom(card->stage).contains(Stage::Archived));
    m_openRun->setEnabled(card && !card->version.runId.isEmpty());
    for (QAction *action : {m_copyUri, m_alias, m_delete})
        action->setEnabled(card != nullptr);
}

void ModelsPage::showMenu(const QString &version, const QPoint &at)
{
    const VersionCard *card = m_boardModel->card(version);
    if (!card)
        return;
    auto *menu = new QMenu(this);
    menu->setObjectName(u"versionMenu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const Stage to : movesFrom(card->stage)) {
        auto *move = menu->addAction(
            to == Stage::Archived ? tr("Archive…") : tr("Promote to %1…").arg(nameOf(to)));
        move->setObjectName(u"moveTo"_s + nameOf(to));
        connect(move, &QAction::triggered, this, [this, version, to] { promote(version, to); });
    }
    menu->addSeparator();
    menu->addActions({m_openRun, m_copyUri, m_alias, m_delete});
    menu->popup(at);
}

void ModelsPage::promote(const QString &version, Stage to)
{
    const VersionCard *card = m_boardModel->card(version);
    if (!card || !context().connector() || m_dialog)
        return;
    if (const Result<void> known = checkMove(card->stage, to); !known) {
        context().notify(known.error());
        return;
    }
    m_dialog = new PromotionDialog(*context().connector(),
        defaultPolicy(context().flowContext().resourcesDir),
        {m_boardModel->model(), version, card->stage, to}, this);
    connect(m_dialog, &PromotionDialog::promoted, this, [this](const QString &moved, Stage stage) {
        m_boardModel->refresh();
        m_board->setCurrent(moved);
        context().notify(Tone::Good, tr("v%1 is in %2").arg(moved, nameOf(stage)));
    });
    m_dialog->open();
    m_dialog->start();
}

void ModelsPage::copyUri()
{
    const QString uri = u"models:/"_s + m_boardModel->model() + u'/' + m_board->current();
    QGuiApplication::clipboard()->setText(uri);
    context().notify(Tone::Neutral, tr("Copied %1").arg(format::oneLine(uri, 120)));
}

void ModelsPage::setAlias()
{
    TextQuestion question;
    question.title = tr("Give an alias");
    question.label =
        tr("Alias of v%1; it moves here if another version has it").arg(m_board->current());
    question.confirm = tr("Set the alias");
    const QString model = m_boardModel->model();
    const QString version = m_board->current();
    context().dialogs().askText(
        this, question, [this, model, version](const std::optional<QString> &text) {
            const QString alias = text.value_or(QString()).trimmed();
            if (alias.isEmpty() || !context().connector())
                return;
            context()
                .connector()
                ->setAlias(model, alias, version)
                .then(this, [this](const Result<void> &result) {
                    if (!result)
                        context().notify(result.error());
                    m_boardModel->refresh();
                });
        });
}

void ModelsPage::removeVersion()
{
    const QString model = m_boardModel->model();
    const QString version = m_board->current();
    const VersionCard *card = m_boardModel->card(version);
    if (!card)
        return;
    Question question;
    question.title = tr("Delete version");
    question.text = tr("Delete %1 v%2?").arg(format::oneLine(model, 80), version);
    question.detail = card->stage == Stage::None
        ? tr("This cannot be undone. The run and its files stay.")
        : tr("It is in %1. This cannot be undone. The run and its files stay.")
              .arg(nameOf(card->stage));
    question.confirm = tr("Delete v%1").arg(version);
    question.destructive = true;
    context().dialogs().confirm(this, question, [this, model, version](bool yes) {
        if (!yes || !context().connector())
            return;
        context()
            .connector()
            ->deleteModelVersion(model, version)
            .then(this, [this](const Result<void> &result) {
                if (!result)
                    context().notify(result.error());
                refresh();
            });
    });
}

} // namespace signalbox
