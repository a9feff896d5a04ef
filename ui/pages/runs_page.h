// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include "core/mlflow/entities.h"

class QMenu;
class QStackedWidget;
class QTimer;

namespace signalbox {

class Banner;
class EmptyState;
class ExperimentPanel;
class PageHeader;
class RunActions;
class RunDetail;
class RunQueryBar;
class RunsList;

/*! Experiments, their runs and one run in detail. Follows running runs while it is in front. */
class RunsPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunsPage)

public:
    explicit RunsPage(UiContext &context, QWidget *parent = nullptr);

    void activate() override;
    void deactivate() override;
    void refresh() override;
    void openTarget(const PageTarget &target) override;
    [[nodiscard]] bool isReady() const override;
    [[nodiscard]] QList<QAction *> pageActions() const override { return m_actions; }
    [[nodiscard]] QList<PaletteEntry> paletteEntries() const override;
    //! For tests: what would leave the program.
    [[nodiscard]] RunActions &runActions() { return *m_runActions; }

private:
    void build();
    void makeActions();
    void connectList();
    void connectEdits();
    void attach();
    void detach();
    void followLink();
    void experimentsChanged();
    void chooseExperiment(const QString &id);
    void search();
    void showHeader();
    void stateChanged();
    void updateActions();
    void openRun(const RunId &run);
    void showList();
    void exportCsv();
    void follow();
    [[nodiscard]] bool detailShown() const;
    [[nodiscard]] QList<mlflow::Run> targets() const; //!< What actions work on.

    QStackedWidget *m_stack = nullptr;
    PageHeader *m_header = nullptr;
    RunQueryBar *m_query = nullptr;
    Banner *m_undo = nullptr;
    ExperimentPanel *m_experiments = nullptr;
    RunsList *m_list = nullptr;
    RunDetail *m_detail = nullptr;
    RunActions *m_runActions = nullptr;
    EmptyState *m_unconnected = nullptr;
    QTimer *m_timer = nullptr;
    QList<QAction *> m_actions;
    QAction *m_open = nullptr;
    QAction *m_rename = nullptr;
    QAction *m_delete = nullptr;
    QAction *m_restore = nullptr;
    QAction *m_copyId = nullptr;
    QAction *m_copyRows = nullptr;
    QAction *m_browser = nullptr;
    QAction *m_export = nullptr;
    QAction *m_back = nullptr;
    PageTarget m_later; //!< Asked for while there was no server.
    QString m_wanted; //!< Experiment (name or id) to choose once the list is there.
    QList<RunId> m_deleted; //!< What Undo brings back.
    bool m_attached = false;
    int m_ticks = 0;
};

} // namespace signalbox
