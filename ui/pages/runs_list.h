// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_table_model.h"
#include "ui/pages/ui_settings.h"

#include <QtWidgets/QWidget>

class QMenu;
class QSplitter;
class QStackedWidget;

namespace signalbox {

class Banner;
class DataTable;
class EmptyState;
class RunCharts;

/*! The runs table with the curves of the selected runs below it (of the top rows while nothing is
 *  selected). Keeps the selection over reloads, remembers columns per experiment. Main thread;
 *  owned by the runs page. */
class RunsList final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunsList)

public:
    explicit RunsList(const UiSettings &settings, QWidget *parent = nullptr);

    [[nodiscard]] RunsTableModel &model() { return *m_model; }
    [[nodiscard]] RunCharts &charts() { return *m_charts; }
    [[nodiscard]] DataTable *table() { return m_table; }
    //! In the order of the table.
    [[nodiscard]] QList<mlflow::Run> selectedRuns() const;
    void select(const QList<RunId> &runs);
    void focusTable();

    //! Columns of this experiment come back; new ones get a choice from the first page.
    void setExperiment(const QString &id);
    [[nodiscard]] QMenu *columnMenu() { return m_columnMenu; }
    [[nodiscard]] QString csv() const; //!< The selected rows, or all loaded ones.
    [[nodiscard]] QString selectionTsv() const;
    void clearMessages();
    //! What stands here while no experiment can be chosen; empty: one is being loaded.
    void setIdleText(const QString &title, const QString &detail);

Q_SIGNALS:
    void activated(const signalbox::RunId &run);
    void selectionChanged();
    void clearFilterRequested();
    void menuRequested(const QPoint &globalPosition);

private:
    void buildTable();
    void buildCharts();
    void showState();
    void showEmpty();
    void rememberSelection();
    void restoreSelection();
    void applyColumns();
    void fitColumns();
    void fillColumnMenu();
    void toggleColumn(const RunColumn &column, bool on);
    void updateCharts();
    void showSortIndicator();
    void headerClicked(int section);
    void activateRow(const QModelIndex &index);

    UiSettings m_settings;
    RunsTableModel *m_model = nullptr;
    DataTable *m_table = nullptr;
    Banner *m_banner = nullptr;
    EmptyState *m_empty = nullptr;
    QStackedWidget *m_stack = nullptr;
    QSplitter *m_splitter = nullptr;
    RunCharts *m_charts = nullptr;
    QMenu *m_columnMenu = nullptr;
    QString m_experiment;
    QString m_idleTitle;
    QString m_idleDetail;
    bool m_columnsChosen = false;
    bool m_restoring = false;
    QList<RunId> m_selected;
};

} // namespace signalbox
