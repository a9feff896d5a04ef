// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the runs page: what they are, what they work on and what they do.
#include "ui/pages/experiment_panel.h"
#include "ui/pages/run_actions.h"
#include "ui/pages/run_detail.h"
#include "ui/pages/run_query_bar.h"
#include "ui/pages/runs_list.h"
#include "ui/pages/runs_page.h"
#include "ui/theme/icons.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/data_table.h"

#include <QtCore/QSaveFile>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

void RunsPage::makeActions()
{
    m_open = makeAction(u"openRun"_s, tr("Open run"), {});
    m_rename = makeAction(u"renameRun"_s, tr("Rename…"), u"edit"_s, Qt::Key_F2);
    m_delete = makeAction(u"deleteRuns"_s, tr("Delete"), u"trash"_s, Qt::Key_Delete);
    m_restore = makeAction(u"restoreRuns"_s, tr("Restore"), u"rollback"_s);
    m_copyId =
        makeAction(u"copyRunId"_s, tr("Copy id"), u"copy"_s, Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    m_browser =
        makeAction(u"openInBrowser"_s, tr("Open in browser"), u"external"_s, Qt::CTRL | Qt::Key_B);
    m_export = makeAction(u"exportRuns"_s, tr("Export CSV…"), u"download"_s, Qt::CTRL | Qt::Key_E);
    m_back = makeAction(
        u"backToRuns"_s, tr("Back to the runs"), u"chevron-left"_s, Qt::ALT | Qt::Key_Up);
    auto *focusFilter =
        makeAction(u"filterRuns"_s, tr("Filter runs"), u"filter"_s, Qt::CTRL | Qt::Key_F);
    auto *focusTree = makeAction(u"filterExperiments"_s, tr("Filter experiments"), u"search"_s,
        Qt::CTRL | Qt::SHIFT | Qt::Key_F);
    m_copyRows = new QAction(themeIcon(u"copy"_s), tr("Copy rows"), this);
    m_copyRows->setObjectName(u"copyRunRowsAction"_s);
    m_copyRows->setShortcut(QKeySequence::Copy);
    m_copyRows->setShortcutContext(Qt::WidgetShortcut);
    m_list->table()->addAction(m_copyRows);
    auto *escape = new QAction(tr("Back"), m_detail);
    escape->setShortcut(Qt::Key_Escape);
    escape->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_detail->addAction(escape);
    m_actions = {m_open, m_rename, m_delete, m_restore, m_copyId, m_copyRows, m_browser, m_export,
        m_back, focusFilter, focusTree};
    connect(escape, &QAction::triggered, this, &RunsPage::showList);
    connect(m_back, &QAction::triggered, this, &RunsPage::showList);
    connect(m_export, &QAction::triggered, this, &RunsPage::exportCsv);
    connect(focusFilter, &QAction::triggered, m_query, &RunQueryBar::focusText);
    connect(focusTree, &QAction::triggered, m_experiments, &ExperimentPanel::focusFilter);
    connect(m_copyRows, &QAction::triggered, this,
        [this] { QGuiApplication::clipboard()->setText(m_list->selectionTsv()); });
    connect(m_open, &QAction::triggered, this, [this] {
        if (const auto runs = targets(); !runs.isEmpty())
            openRun(runs.constFirst().info.id);
    });
}

void RunsPage::connectEdits()
{
    connect(m_rename, &QAction::triggered, this, [this] {
        if (const auto runs = targets(); runs.size() == 1)
            m_runActions->rename(runs.constFirst());
    });
    connect(m_delete, &QAction::triggered, this, [this] { m_runActions->remove(targets()); });
    connect(m_restore, &QAction::triggered, this, [this] {
        QList<RunId> ids;
        for (const mlflow::Run &run : targets())
            ids.append(run.info.id);
        m_runActions->restore(ids);
    });
    connect(m_copyId, &QAction::triggered, this, [this] { m_runActions->copyId(targets()); });
    connect(m_browser, &QAction::triggered, this, [this] {
        if (const auto runs = targets(); !runs.isEmpty())
            m_runActions->openInBrowser(runs.constFirst());
    });
    connect(m_runActions, &RunActions::renamed, this, [this](const RunId &id, const QString &name) {
        m_list->model().renameRun(id, name);
        if (id == m_detail->runId())
            m_detail->setName(name);
    });
    connect(m_runActions, &RunActions::removed, this, [this](const QList<RunId> &runs) {
        for (const RunId &id : runs)
            m_list->model().removeRun(id);
        m_deleted = runs;
        showList();
        m_undo->showMessage(Tone::Info,
            runs.size() == 1 ? tr("1 run deleted.") : tr("%1 runs deleted.").arg(runs.size()));
    });
    connect(m_runActions, &RunActions::restored, this, [this] {
        m_undo->clear();
        search();
    });
    auto *undo = m_undo->addButton(u"undoDeleteButton"_s, tr("Undo"));
    connect(undo, &QPushButton::clicked, this, [this] { m_runActions->restore(m_deleted); });
    auto *dismiss = m_undo->addButton(u"dismissUndoButton"_s, tr("Dismiss"));
    connect(dismiss, &QPushButton::clicked, m_undo, &Banner::clear);
}

QList<mlflow::Run> RunsPage::targets() const
{
    if (!detailShown())
        return m_list->selectedRuns();
    return m_detail->run() ? QList<mlflow::Run>{*m_detail->run()} : QList<mlflow::Run>{};
}

void RunsPage::updateActions()
{
    const qsizetype count = targets().size();
    const bool deleted = m_query->showsDeleted() && !detailShown();
    m_open->setEnabled(count == 1 && !detailShown());
    m_rename->setEnabled(count == 1 && !deleted);
    m_delete->setEnabled(count > 0 && !deleted);
    m_restore->setEnabled(count > 0 && deleted);
    m_copyId->setEnabled(count > 0);
    m_copyRows->setEnabled(count > 0 && !detailShown());
    m_browser->setEnabled(count == 1);
    m_export->setEnabled(m_list->model().runCount() > 0 && !detailShown());
    m_back->setEnabled(detailShown());
}

void RunsPage::exportCsv()
{
    FileQuestion question;
    question.title = tr("Export runs");
    question.directory = u"runs.csv"_s;
    question.filters = {tr("CSV (*.csv)")};
    const QByteArray content = m_list->csv().toUtf8();
    context().dialogs().saveFile(this, question, [this, content](const QString &file) {
        if (file.isEmpty())
            return;
        QSaveFile out(file);
        const bool ok =
            out.open(QIODevice::WriteOnly) && out.write(content) == content.size() && out.commit();
        if (ok)
            context().notify(Tone::Good, tr("Saved to %1").arg(file));
        else
            context().notify(makeError(ErrorKind::Local,
                tr("%1 could not be written: %2.").arg(file, out.errorString()),
                tr("Choose a folder that you may write to.")));
    });
}

} // namespace signalbox
