// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/experiment_tree_model.h"
#include "ui/models/run_counter.h"
#include "ui/pages/ui_settings.h"

#include <QtWidgets/QWidget>

class QSortFilterProxyModel;
class QTreeView;

namespace signalbox {

class EmptyState;
class SearchField;

/*! The experiments of the server as a tree with a filter. Keeps folders open and the choice over
 *  reloads; pins are remembered between sessions. Main thread; owned by the runs page. */
class ExperimentPanel final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExperimentPanel)

public:
    explicit ExperimentPanel(const UiSettings &settings, QWidget *parent = nullptr);

    [[nodiscard]] ExperimentTreeModel &model() { return *m_model; }
    [[nodiscard]] const QString &currentId() const { return m_currentId; }
    //! Shows it as chosen; emits nothing.
    void setCurrent(const QString &id);
    //! Whom to ask for the number of runs; empty while there is no connection.
    void setRunSource(FetchRuns fetch);
    void focusFilter();
    void togglePin(const QString &id);

Q_SIGNALS:
    //! The person chose another experiment.
    void chosen(const QString &id);
    //! "Run the demo" in the empty state.
    void demoRequested();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildTree();
    void showState();
    void countRuns();
    void showMenu(const QPoint &position);
    void applyFilter(const QString &text);
    void restoreView();
    void select(const QModelIndex &proxyIndex);

    UiSettings m_settings;
    ExperimentTreeModel *m_model = nullptr;
    RunCounter *m_counter = nullptr;
    QSortFilterProxyModel *m_proxy = nullptr;
    SearchField *m_filter = nullptr;
    QTreeView *m_tree = nullptr;
    EmptyState *m_empty = nullptr;
    QString m_currentId;
    QSet<QString> m_closed; //!< Folders that the person closed; all others are open.
    bool m_restoring = false;
};

} // namespace signalbox
